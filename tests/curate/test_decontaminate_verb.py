"""``reweave curate decontaminate`` on files, against benchmarks in files."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import small

from reweave.storage import read_rows

LONG = (
    "def jumps(stones, frogs):\n"
    '    """Given a river with seven stones of different weight decide which frog jumps farthest."""\n'
)
BODY = (
    "    best = None\n    for frog in frogs:\n        jump = sum(stones[: frog % 7]) - frog\n"
    "        if best is None or jump > best[0]:\n            best = (jump, frog)\n    return best[1]\n"
)


@pytest.fixture
def benchmark(tmp_path):
    """A benchmark in HumanEval's form with one long task and three short ones."""
    long = {
        "task_id": "Long/0", "prompt": LONG, "entry_point": "jumps", "canonical_solution": BODY,
        "test": "def check(candidate):\n    assert candidate([1] * 7, [3]) == 3\n",
    }  # fmt: skip
    return small.write_lines(tmp_path / "bench.jsonl", [long, *(small.row(task) for task in small.TASKS)])


def rows(count):
    """Rows without items, but for two of every fifty: one has the prompt, one the solution renamed."""
    found = []
    for number in range(count):
        row = {"id": f"row-{number}", "instruction": f"Add {number} to every value.", "meta": {"tags": ["a"]}}
        row["program"] = f"def f(values):\n    return [value + {number} for value in values]\n"
        if number % 50 == 7:
            row["messages"] = [{"role": "user", "content": "Please: " + LONG.split('"""')[1]}]
        if number % 50 == 9:
            solution = (LONG + BODY).replace("best", "top").replace("frog", "x").replace("jumps", "answer")
            row["program"] = f"Here you are:\n```python\n{solution}```\n"
        found.append(row)
    return found


def clean(*arguments):
    done = small.reweave("curate", "decontaminate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_planted(benchmark, tmp_path):
    """All that was planted is dropped, with its evidence, and nothing else; the others stay byte for byte."""
    given = small.write_lines(tmp_path / "rows.jsonl", [*rows(120), "{broken"])
    said = clean(given, "-o", tmp_path / "out.jsonl", "--against", benchmark)
    rejects = small.read_lines(tmp_path / "out.jsonl.run" / "rejects.jsonl")
    ways = {each["id"]: each["hits"][0]["how"] for each in rejects if "hits" in each}
    assert ways == {
        "row-7": "ngram", "row-57": "ngram", "row-107": "ngram",
        "row-9": "program", "row-59": "program", "row-109": "program",
    }  # fmt: skip
    assert rejects[-1]["reason"] == "invalid-json"
    assert all("Long/0" in each["detail"] for each in rejects[:-1])
    lines = given.read_text().splitlines()
    dropped = {int(name.removeprefix("row-")) for name in ways} | {120}
    assert (tmp_path / "out.jsonl").read_text().splitlines() == [
        line for number, line in enumerate(lines) if number not in dropped
    ]
    assert "have no n-gram of their own" in said  # the short tasks
    out = tmp_path / "text.jsonl"
    clean(
        given,
        "-o",
        out,
        "--against",
        benchmark,
        "--no-programs",
        "--on",
        "instruction",
        "--on",
        "program",
        "--share",
        "0.5",
    )
    assert len(small.read_lines(Path(f"{out}.run") / "rejects.jsonl")) == 1  # messages are not looked at


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_killed(benchmark, tmp_path):
    """Killed with its workers and started again with one: the same bytes."""
    given = small.write_lines(tmp_path / "rows.jsonl", rows(12_000))
    whole, out = tmp_path / "whole.jsonl.zst", tmp_path / "out.jsonl.zst"
    clean(given, "-o", whole, "--against", benchmark, "--workers", 2)
    command = small.command(
        "curate", "decontaminate", given, "-o", out, "--against", benchmark, "--workers", 2
    )
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    journal = tmp_path / "out.jsonl.zst.run" / "journal.jsonl"
    while not (journal.exists() and journal.stat().st_size):
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists()
    clean(given, "-o", out, "--against", benchmark, "--workers", 1)
    assert out.read_bytes() == whole.read_bytes()
    one, other = (json.loads(Path(f"{path}.run/statistics.json").read_text()) for path in (whole, out))
    assert one == other
    assert one["kept"] + sum(one["rejects"].values()) == one["read"] == 12_000
    assert one["rejects"] == {"benchmark-item": 480}


def test_refusals(tmp_path):
    """Against nothing, or against what is not there: a sentence each."""
    given = small.write_lines(tmp_path / "rows.jsonl", rows(3))
    done = small.reweave("curate", "decontaminate", given, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert "--against" in done.stderr
    done = small.reweave(
        "curate", "decontaminate", given, "-o", tmp_path / "o.jsonl", "--against", "humanevil"
    )
    assert done.returncode == 1
    assert "no benchmark 'humanevil'" in done.stderr


@pytest.mark.skipif(
    not Path(os.environ.get("REWEAVE_DATA", "nowhere"), "humaneval").exists(),
    reason="REWEAVE_DATA names no humaneval",
)
def test_every_solution_of_humaneval(tmp_path):
    """Each of the 164 tasks, put into a row with its solution, is found; other rows are not."""
    from reweave.tasks import load

    given = [
        {"id": task.id, "instruction": "Write this.", "program": task.reference} for task in load("humaneval")
    ]
    file = small.write_lines(tmp_path / "rows.jsonl", given + rows(10)[:7])
    clean(file, "-o", tmp_path / "out.jsonl", "--against", "humaneval")
    kept = [row["id"] for row in read_rows(tmp_path / "out.jsonl")]
    assert kept == [f"row-{number}" for number in range(7)]
    rejects = small.read_lines(tmp_path / "out.jsonl.run" / "rejects.jsonl")
    assert all(each["id"] in {hit["id"] for hit in each["hits"]} for each in rejects)
