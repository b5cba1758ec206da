"""A benchmark of three functions in HumanEval's form, answers to it, and the command line as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

TASKS = {
    "Small/add": (
        'def add(a, b):\n    """Give the sum."""\n',
        "    return a + b\n",
        "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert candidate(-1, 1) == 0\n",
    ),
    "Small/largest": (
        'def largest(values):\n    """Give the largest value, None where there is none."""\n',
        """\
    best = None
    for value in values:
        if best is None or value > best:
            best = value
    return best
""",
        "def check(candidate):\n    assert candidate([3, 9, 4]) == 9\n    assert candidate([]) is None\n",
    ),
    "Small/vowels": (
        'def vowels(text):\n    """Count the vowels."""\n',
        '    return sum(letter in "aeiou" for letter in text.lower())\n',
        'def check(candidate):\n    assert candidate("Weave") == 3\n    assert candidate("") == 0\n',
    ),
}
WRONG = "    return 7\n"


def row(task_id, /, **changes):
    """Give a task's row."""
    prompt, solution, test = TASKS[task_id]
    name = task_id.partition("/")[2]
    return {
        "task_id": task_id,
        "prompt": prompt,
        "entry_point": name,
        "canonical_solution": solution,
        "test": test,
    } | changes


def solution(task_id):
    """Give a task's reference, prompt and all."""
    prompt, body, _ = TASKS[task_id]
    return prompt + body


def right(task_id):
    """Give the continuation of a task's prompt that passes."""
    return TASKS[task_id][1]


def write_benchmark(folder, *rows):
    """Write the three tasks, or other rows, into a file; give its path."""
    return write_lines(folder / "small.jsonl", rows or [row(task_id) for task_id in TASKS])


def write_lines(path, rows):
    """Write JSON lines; a text is written as it is."""
    lines = (line if isinstance(line, str) else json.dumps(line) for line in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read_lines(path):
    """Read JSON lines."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def verdict_rows(run):
    """Read a run's verdicts."""
    import pyarrow.parquet as pq

    return pq.read_table(Path(run) / "verdicts.parquet").to_pylist()


def reasons(run):
    """Give a run's reasons by task and sample."""
    return {(each["task_id"], each["sample"]): each["reason"] for each in verdict_rows(run)}


def settled(run):
    """Give what of a run's verdicts is the same each time: all but what was measured."""
    measured = {"seconds", "cpu_seconds", "memory"}
    return [{name: each[name] for name in each if name not in measured} for each in verdict_rows(run)]


def command(*arguments):
    """Give the command line as a process is started with."""
    return [sys.executable, "-m", "reweave", *map(str, arguments)]


def reweave(*arguments, env=None, **options):
    """Run the command line; give its result."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"COLUMNS": "100"} | (env or {}),
        **options,
    )
