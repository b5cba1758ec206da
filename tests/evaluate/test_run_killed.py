"""Runs killed by SIGKILL, with their servers: what was done is not done again, and the end is the same."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
import small

from reweave.sandbox.core import WINDOW
from reweave.tasks import load

ADD = "Small/add"
CONCURRENCY = 8


def start(*arguments):
    return subprocess.Popen(
        small.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def finish(*arguments):
    done = small.reweave(*arguments)
    assert done.returncode == 0, done.stderr
    return done


def kill_when(condition, process):
    """Wait for a condition, then kill a process as the kernel does."""
    while not condition():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()


def partial(run):
    """Give the samples that have a verdict on the disk."""
    path = run / "verdicts.partial.jsonl"
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [line for line in lines if line.endswith(b"\n")]


def same(one, other):
    """Say whether two runs came to the same, but for what was measured of each program."""
    files = all((one / n).read_bytes() == (other / n).read_bytes() for n in ("summary.json", "samples.jsonl"))
    return files and small.settled(one) == small.settled(other)


@pytest.fixture
def ran():
    """A file that any program may append to, whoever it runs as."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "ran")
        path.touch()
        path.chmod(0o666)
        yield path


def test_judging(tmp_path, ran):
    """Killed four times while it judges: no sample that had a verdict ran again; files are the same."""
    # Without isolation, so that the programs can say that they ran
    program = "    return a + b\nimport time\ntime.sleep(0.004)\nopen({!r}, 'a').write('{} ')\n"
    rows = [{"task_id": ADD, "completion": program.format(str(ran), i)} for i in range(600)]
    rows[100::7] = [{"task_id": ADD, "completion": ""} for _ in rows[100::7]]
    rows[3::5] = [{**row, "completion": row["completion"].replace("a + b", "a")} for row in rows[3::5]]
    given = [
        "eval", small.write_benchmark(tmp_path), "--samples", small.write_lines(tmp_path / "s.jsonl", rows),
        "--tier", "none", "--unsafe-no-isolation", "--workers", 1, "-o",
    ]  # fmt: skip
    finish(*given, tmp_path / "whole")
    programs = sum(row["completion"] != "" for row in rows)
    assert len(ran.read_text().split()) == programs
    ran.write_text("")
    run = tmp_path / "killed"
    had = set()
    for lines in (1, 150, 151, 400):
        before = len(ran.read_text().split())
        kill_when(lambda lines=lines: len(partial(run)) >= lines, start(*given, run))
        time.sleep(0.1)  # what was under way may end yet
        assert had.isdisjoint(ran.read_text().split()[before:])
        had = {str(json.loads(line)["sample"]) for line in partial(run)}
    before = len(ran.read_text().split())
    finish(*given, run)
    assert had.isdisjoint(ran.read_text().split()[before:])
    times = Counter(ran.read_text().split())
    assert len(times) == programs
    assert sum(times.values()) - programs <= 4 * WINDOW
    assert same(run, tmp_path / "whole")
    assert not (run / "verdicts.partial.jsonl").exists()


def texts(task):
    """Scripted answers: two pass, three do not."""
    whole = task.reference
    body = whole.removeprefix(task.prompt)
    return [
        f"Sure:\n```python\n{whole}```\nThat is all.",
        "I cannot do that.",
        body,
        f"```python\n{task.prompt}    return 'something else'\n```",
        "",
    ]


def repeats(server):
    """How many requests were sent more than once."""
    times = Counter((r["prompt"], r["seed"]) for r in server.requests())
    return sum(times.values()) - len(times)


@pytest.mark.slow
@pytest.mark.skipif(
    not Path(os.environ.get("REWEAVE_DATA", "nowhere"), "humaneval").exists(),
    reason="REWEAVE_DATA names no humaneval",
)
def test_model(serve, tmp_path):
    """HumanEval, n = 5, server and client killed: no answered request is sent again; same bytes."""
    tasks = load("humaneval")
    answers = [{"prompt": task.prompt.strip("\n"), "texts": texts(task)} for task in tasks]
    given = [
        "eval",
        "humaneval",
        "--model",
        "scripted",
        "-n",
        5,
        "--concurrency",
        CONCURRENCY,
        "--retries",
        20,
    ]

    whole = serve(answers=answers)
    finish(*given, "--base-url", whole.url, "-o", tmp_path / "whole")
    assert len(whole.requests()) == 820

    server, run = serve(answers=answers, delay=0.01), tmp_path / "killed"
    given += ["--base-url", server.url, "-o", run]
    kill_when(lambda: len(server.requests()) >= 150, start(*given))
    client = start(*given)
    while len(server.requests()) < 400:
        assert client.poll() is None, client.stderr.read()
        time.sleep(0.005)
    server.kill()
    time.sleep(0.3)
    server.start()
    kill_when(lambda: len(server.requests()) >= 600, client)
    kill_when(lambda: len(partial(run)) >= 100, start(*given))
    assert len({(r["prompt"], r["seed"]) for r in server.requests()}) == 820
    asked = len(server.requests())
    finish(*given)
    assert len(server.requests()) == asked  # all answers were there
    assert repeats(server) <= 3 * CONCURRENCY  # two kills of the client, one of the server
    assert same(run, tmp_path / "whole")
    reasons = Counter(small.reasons(run).values())
    assert reasons["passed"] == 328
    assert reasons["no-code"] == 328  # words without a program are none
    assert "not-sampled" not in reasons
