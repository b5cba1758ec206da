"""``reweave align seeds`` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

import reweave

PATH = os.pathsep.join([str(Path(reweave.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
ENV = os.environ | {"PYTHONPATH": PATH, "COLUMNS": "120"}


def reweave_(*arguments):
    command = [sys.executable, "-m", "reweave", "align", "seeds", *map(str, arguments)]
    return subprocess.run(command, env=ENV, capture_output=True, text=True)


def test_the_funnel_is_shown(tmp_path):
    """The table has each rule with what it dropped and left; the seeds lie where they were asked for."""
    out = tmp_path / "a.jsonl"
    done = reweave_("package:textwrap", "-o", out, "--types", "none", "--set", "bad_words=[]")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.replace("│", " ").splitlines()]
    assert ["definitions", "found", "5", "100.0%"] in rows
    assert ["free-name", "3", "2", "40.0%"] in rows
    assert not any("type-error" in row for row in rows)
    assert f"2 seeds in {out}" in done.stdout
    assert [orjson.loads(line)["id"] for line in out.read_bytes().splitlines()] == [
        "textwrap.py:dedent",
        "textwrap.py:indent",
    ]


def test_settings_come_from_everywhere(tmp_path):
    """A preset, a TOML file's table, --set and flags; what comes later wins, and is written down."""
    (tmp_path / "c.toml").write_text(
        '[seeds]\npreset = "paper"\nmax_lines = 7\nkinds = ["class"]\n[other]\nx = 1\n'
    )
    out = tmp_path / "a.jsonl"
    code = tmp_path / "code.py"
    code.write_text('def f(x):\n    """Say."""\n    return x\n')
    done = reweave_(
        code, "-o", out, "--config", tmp_path / "c.toml", "--set", "types=none", "--set", "max_lines=8",
        "--kinds", "function,method", "--max-lines", "9",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    config = orjson.loads((tmp_path / "a.jsonl.run" / "config.json").read_bytes())["config"]
    told = {key: config[key] for key in ("preset", "docstring", "max_lines", "kinds", "types", "judge")}
    assert told == {
        "preset": "paper", "docstring": "triple-quotes", "max_lines": 9, "kinds": ["function", "method"],
        "types": "none", "judge": None,
    }  # fmt: skip


def test_what_makes_no_sense_is_one_line(tmp_path):
    """Wrong settings and inputs end with exit status 1 and a sentence."""
    out = tmp_path / "a.jsonl"
    for arguments, said in (
        (("nowhere", "-o", out), "no such file or folder: nowhere"),
        (("package:json", "-o", out, "--preset", "papre"), "no preset 'papre'; there are default, paper"),
        (("package:json", "-o", out, "--kinds", "functions"), "kinds.0: Input should be 'function'"),
        (("package:json", "-o", out, "--set", "colour=1"), "colour: Extra inputs are not permitted"),
    ):
        done = reweave_(*arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_nothing_kept_is_no_success(tmp_path):
    """A run that keeps nothing ends with exit status 1."""
    (tmp_path / "code.py").write_text("def f(x):\n    return x\n")
    done = reweave_(tmp_path / "code.py", "-o", tmp_path / "a.jsonl", "--types", "none")
    assert done.returncode == 1
    assert "0 seeds" in done.stdout


YES = {"prompt": "def good(x)", "texts": ["yes\n[[/judgement]]"]}
NO = {"prompt": "def poor(x)", "texts": ["no\n[[/judgement]]"]}


@pytest.fixture
def code(tmp_path):
    """A file of two functions, of whose docstrings the scripted judge likes one."""
    text = '"""Two."""\n' + "".join(
        f'def {name}(x):\n    """Add one."""\n    return x + 1\n' for name in ("good", "poor")
    )
    (tmp_path / "code.py").write_text(text)
    return tmp_path / "code.py"


def test_a_judge_is_asked(serve, code, tmp_path):
    """With --judge a model has the last word; what it cost is shown, and who was asked is written down."""
    server = serve(answers=[YES, NO], only_table=True)
    out = tmp_path / "a.jsonl"
    told = ("--judge", "--model", "scripted", "--base-url", server.url, "--concurrency", 2)
    done = reweave_(code, "-o", out, "--types", "none", *told)
    assert done.returncode == 0, done.stderr
    assert [orjson.loads(line)["id"] for line in out.read_bytes().splitlines()] == ["code.py:good"]
    rows = [line.split() for line in done.stdout.replace("│", " ").splitlines()]
    assert ["unclear-docstring", "1", "1", "50.0%"] in rows
    assert "seeds, judge (scripted): 2 requests, " in done.stderr
    config = orjson.loads((tmp_path / "a.jsonl.run" / "config.json").read_bytes())["config"]["judge"]
    assert (config["model"], config["kind"], config["temperature"]) == ("scripted", "completions", 0.0)
    done = reweave_(code, "-o", out, "--types", "none", *told)
    assert "was complete already" in done.stdout
    assert "seeds, judge (scripted): 2 requests, " in done.stderr
    assert len(server.requests()) == 2


def test_a_judge_by_file(serve, code, tmp_path):
    """A table [endpoints.judge] and judge = true do the same; flags win; failures end with status 1."""
    server = serve({"mode": "error", "match": "def good(x)", "first": 1}, answers=[YES, NO], only_table=True)
    file, out = tmp_path / "c.toml", tmp_path / "a.jsonl"
    file.write_text(
        '[seeds]\njudge = true\ntypes = "none"\nworkers = 2\n[endpoints.generator]\nbase_url = "http://127.0.0.1:1/v1"\n'
        f'model = "other"\n[endpoints.judge]\nbase_url = "{server.url}"\nmodel = "scripted"\nretries = 0\n'
        "prompt_price = 2e6\ncompletion_price = 0.0\n"
    )
    done = reweave_(code, "-o", out, "--config", file)
    assert done.returncode == 1
    assert "1 requests failed; the same command asks again" in done.stderr
    rows = [line.split() for line in done.stdout.replace("│", " ").splitlines()]
    assert ["server-error", "(failed)", "1", "1", "50.0%"] in rows
    done = reweave_(code, "-o", out, "--config", file)
    assert done.returncode == 0, done.stderr
    assert "seeds, judge (scripted): 3 requests, " in done.stderr
    assert ", cost " in done.stderr
    assert [orjson.loads(line)["entry_point"] for line in out.read_bytes().splitlines()] == ["good"]
    done = reweave_(code, "-o", out, "--config", file, "--kind", "chat")
    assert 'config.judge.kind: "completions" in the run, "chat" now' in done.stderr
    done = reweave_(code, "-o", tmp_path / "b.jsonl", "--config", file, "--no-judge")
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "b.jsonl").read_bytes().splitlines()) == 2
    assert len(server.requests()) == 3


def test_no_judge_to_ask(code, tmp_path):
    """Who is to be asked must be said, and is said for nothing where nobody is asked."""
    out = tmp_path / "a.jsonl"
    for arguments, said in (
        (("--judge",), "no model to ask as judge: give --model and --base-url"),
        (("--judge", "--model", "m"), "endpoints.judge.base_url: Field required"),
        (("--model", "m", "--concurrency", 2), "--model, --concurrency: only the judge is asked"),
        (("--judge", "--model", "m", "--base-url", "ftp://x"), "is no http:// or https:// URL"),
    ):
        done = reweave_(code, "-o", out, "--types", "none", *arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert not out.exists()
