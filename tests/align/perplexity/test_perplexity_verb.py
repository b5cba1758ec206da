"""The verb: its table and exit status, and SIGKILL in the middle of asking."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import reweave
from preloaded import Preloaded

from . import tiny_model
from .model_server import ModelServer

PROMPT = 'prompt = "### {instruction}\\n"\n'  # as the tiny model's folder has it, in TOML
ENV = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
ENV |= {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "COLUMNS": "100"}


def command(*arguments):
    return [sys.executable, "-m", "reweave", "align", "perplexity", *map(str, arguments)]


def run(*arguments):
    process = Preloaded("align", "perplexity", *arguments, env={"COLUMNS": "100"})
    said, errors = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, said, errors)


def test_table(tiny, tmp_path):
    """Two sources under a local and a served model: a row of figures for each, where rows went, status 0."""
    own = tiny_model.write(tmp_path / "own.jsonl", [*tiny_model.ROWS[:6], {"prompt": "x"}])
    oss = tiny_model.write(tmp_path / "oss.jsonl", tiny_model.ROWS[6:12])
    (tmp_path / "p.toml").write_text(
        f"[perplexity]\nlimit = 6\n{PROMPT}[perplexity.sources]\noss = '{oss}'\n"
    )
    with ModelServer(tiny) as server:
        models = ("--model", f"here={tiny}", "--model", f"there=tiny@{server.url}")
        done = run(
            f"own={own}", "-o", tmp_path / "out", *models, "--config", tmp_path / "p.toml", "--limit", 7
        )
    assert done.returncode == 0, done.stderr
    figures = [line.split() for line in done.stdout.splitlines() if line.startswith(("own ", "oss "))]
    assert [line[:3] for line in figures] == [
        ["oss", "here", "6"], ["oss", "there", "6"], ["own", "here", "6"], ["own", "there", "6"],
    ]  # fmt: skip
    cells = json.loads((tmp_path / "out" / "perplexity.json").read_bytes())["cells"]
    for line, cell in zip(figures, cells, strict=True):
        shown = [float(word.strip("[],").replace(",", "")) for word in line[4:]]
        wanted = [
            number
            for name in ("perplexity", "bits_per_byte")
            for number in (cell[name]["value"], *cell[name]["ci95"])
        ]
        assert shown == pytest.approx(wanted, rel=1e-3)  # four digits of each
    assert "own, here: 7 read = 6 kept + 1 rejected (missing-column 1) + 0 failed" in done.stdout
    assert "Bits a byte compare models" in done.stdout
    assert "there (tiny)" in done.stderr
    assert "12 requests" in done.stderr


def test_status(tiny, tmp_path):
    """Status 1 where a request failed, where nothing came of a source, and where nothing can be done."""
    rows = tiny_model.write(tmp_path / "rows.jsonl", tiny_model.ROWS[:6])
    bad = tiny_model.write(tmp_path / "bad.jsonl", [{"prompt": "x"}])
    config = tmp_path / "p.toml"
    with ModelServer(tiny, "broken", match="Write 1.") as server:
        config.write_text(
            f"[perplexity.models.m]\nmodel = 'tiny'\nbase_url = '{server.url}'\nretries = 0\n{PROMPT}"
        )
        failed = run(rows, "-o", tmp_path / "failed", "--config", config)
        server.mode = "plain"
        nothing = run(rows, bad, "-o", tmp_path / "nothing", "--config", config)
        server.mode = "no-logprobs"
        silent = run(rows, "-o", tmp_path / "silent", "--config", config)
    assert failed.returncode == 1
    assert "1 failed (server-error 1)" in failed.stdout
    assert "1 requests failed; the same command asks again" in failed.stderr
    assert nothing.returncode == 1
    assert "bad, m: 1 read = 0 kept + 1 rejected (missing-column 1)" in nothing.stdout
    assert silent.returncode == 1
    assert silent.stderr.startswith("reweave: ")
    assert "no log-probabilities of a prompt" in silent.stderr
    none = run(rows, "-o", tmp_path / "none")
    assert (none.returncode, none.stdout) == (1, "")
    assert "give --model NAME=FOLDER" in none.stderr


def answers(log, scratch):
    """The prompts whose answers are in a log, read from a copy."""
    for path in log.parent.glob(log.name + "*"):
        shutil.copy(path, scratch)
    with sqlite3.connect(scratch / log.name) as base:
        found = base.execute("SELECT request FROM answers NATURAL JOIN requests").fetchall()
    base.close()
    return {json.loads(request)["prompt"] for (request,) in found}


def test_killed(tiny, tmp_path):
    """SIGKILL in the middle of asking: the same command ends with the same bytes, and repeats no answer."""
    rows = tiny_model.write(tmp_path / "rows.jsonl", tiny_model.ROWS)
    config = tmp_path / "p.toml"

    def arguments(server, out):
        config.write_text(
            f"[perplexity.models.m]\nmodel = 'tiny'\nbase_url = '{server.url}'\nconcurrency = 4\n{PROMPT}"
        )
        return rows, "-o", out, "--config", config

    with ModelServer(tiny) as server:
        whole = run(*arguments(server, tmp_path / "whole"))
        assert whole.returncode == 0, whole.stderr
        assert set(server.asked.values()) == {1}
        everything = set(server.asked)
    assert len(everything) == len(tiny_model.ROWS)
    with ModelServer(tiny, delay=0.1) as server:
        given = arguments(server, tmp_path / "killed")
        client = subprocess.Popen(
            command(*given), env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 300
        while sum(server.answered.values()) < 20 and client.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        client.send_signal(signal.SIGKILL)
        assert client.wait() == -signal.SIGKILL
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        known = answers(tmp_path / "killed" / "models" / "m" / "requests.sqlite", scratch)
        assert 0 < len(known) < len(everything)
        time.sleep(0.5)  # requests under way at the kill arrive
        before = server.asked.copy()
        done = run(*given)
        assert done.returncode == 0, done.stderr
        assert not known & set(server.asked - before)
        assert set(server.asked) == everything
    for name in ("rows.jsonl", "rejects.jsonl", "perplexity.json"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
