"""SYNTHETIC run directories: programs written for these tests, verdicts drawn at random.

They have the files and columns that ``reweave eval`` writes; nothing was sampled from a model or run.
"""

import json
import math
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# Prompt, tests, a right body, a wrong one, and what the judge says of the wrong one.
TASKS = [
    (
        '''\
def running_maximum(numbers):
    """Give, for each place, the largest number up to there.

    >>> running_maximum([1, 3, 2])
    [1, 3, 3]
    """
''',
        """\
def check(candidate):
    assert candidate([1, 3, 2]) == [1, 3, 3]
    assert candidate([]) == []
    assert candidate([-2, -5]) == [-2, -2]

check(running_maximum)
""",
        """\
    best, result = None, []
    for number in numbers:
        best = number if best is None or number > best else best
        result.append(best)
    return result
""",
        """\
    best, result = 0, []
    for number in numbers:
        best = max(best, number)
        result.append(best)
    return result
""",
        "line 4: assert candidate([-2, -5]) == [-2, -2]: AssertionError",
    ),
    (
        '''\
def vowels(text):
    """Count the vowels of a text, whatever their case.

    >>> vowels("Weave")
    3
    """
''',
        """\
def check(candidate):
    assert candidate("Weave") == 3
    assert candidate("") == 0
    assert candidate("AEIOU") == 5

check(vowels)
""",
        """\
    return sum(letter in "aeiou" for letter in text.lower())
""",
        """\
    return sum(letter in "aeiou" for letter in text)
""",
        'line 4: assert candidate("AEIOU") == 5: AssertionError',
    ),
    (
        '''\
def merge_intervals(intervals):
    """Join intervals that touch.

    >>> merge_intervals([(1, 3), (2, 5)])
    [(1, 5)]
    """
''',
        """\
def check(candidate):
    assert candidate([(1, 3), (2, 5)]) == [(1, 5)]
    assert candidate([(4, 6), (1, 2)]) == [(1, 2), (4, 6)]
    assert candidate([]) == []

check(merge_intervals)
""",
        """\
    joined = []
    for low, high in sorted(intervals):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
""",
        """\
    joined = [intervals[0]]
    for low, high in intervals[1:]:
        if low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined
""",
        "line 4: assert candidate([]) == []: IndexError: list index out of range",
    ),
    (
        '''\
def is_balanced(text):
    """Tell whether brackets are closed in the right order.

    >>> is_balanced("([])")
    True
    """
''',
        """\
def check(candidate):
    assert candidate("([])")
    assert not candidate("([)]")
    assert not candidate("(")

check(is_balanced)
""",
        """\
    open_brackets = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for letter in text:
        if letter in "([{":
            open_brackets.append(letter)
        elif letter in pairs:
            if not open_brackets or open_brackets.pop() != pairs[letter]:
                return False
    return not open_brackets
""",
        """\
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")
""",
        'line 3: assert not candidate("([)]"): AssertionError',
    ),
    (
        '''\
def digits_product(n):
    """Multiply the digits of a number until one digit is left.

    >>> digits_product(39)
    4
    """
''',
        """\
def check(candidate):
    assert candidate(39) == 4
    assert candidate(7) == 7
    assert candidate(999) == 2

check(digits_product)
""",
        """\
    while n > 9:
        product = 1
        for digit in str(n):
            product *= int(digit)
        n = product
    return n
""",
        """\
    while n > 9:
        product = 1
        for digit in str(n):
            product *= int(digit)
    return n
""",
        "used up its 5 s of wall time",
    ),
]
OTHER_REASONS = {
    "timeout": "used up its 5 s of wall time",
    "memory": "used up its 1 GiB of memory",
    "crashed": "ended by signal 11 (SIGSEGV)",
    "syntax": "SyntaxError: '(' was never closed, line 7",
    "missing-module": "ModuleNotFoundError: No module named 'sortedcontainers', line 1",
    "no-code": "the answer has no code",
    "not-sampled": "the server gave no answer after 6 attempts: HTTP 503",
}
LIMITS = [{"tasks": 164, "wall": 5.0, "cpu": None, "memory": 1 << 30, "processes": 64}]


def write_run(
    folder: Path,
    *,
    benchmark: str = "synthetic",
    model: str | None = "a model that does not exist",
    tasks: int = 20,
    samples: int = 10,
    skill: float = 0.6,
    seed: int = 1,
    ks: tuple[int, ...] = (1, 2, 5, 10),
    flops: float | None = 2.4e12,
    edits: bool = False,
    unsafe: bool = False,
    names: str = "Synthetic/{}",
    groups: int = 0,
    programs: tuple[str, ...] = (),
) -> Path:
    """Write a synthetic run directory.

    Args:
        folder: Where; made when it does not exist.
        benchmark: The summary's ``task``.
        model: The summary's ``model``.
        tasks: How many; the programs of ``TASKS`` repeat.
        samples: Samples a task.
        skill: The share of samples that pass, on average; at 0 or 1 none or all do.
        seed: Draws the verdicts.
        ks: For pass@k.
        flops: A sample, or None where the model's size is not known.
        edits: Whether answers are edit sequences.
        unsafe: Whether there was no isolation.
        names: What task ids look like.
        groups: How many groups the tasks come in; 0 for none.
        programs: Judged instead of the tasks' own, in turn.
    """
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    task_rows, sample_rows, verdicts = [], [], []
    counts = []
    for index in range(tasks):
        prompt, tests, right, wrong, detail = TASKS[index % len(TASKS)]
        name = names.format(index)
        group = f"group {index % groups}" if groups else None
        task_rows.append(
            {"task_id": name, "prompt": prompt, "tests": tests, "reference": prompt + right, "group": group}
        )
        # Tasks differ in how hard they are, the same way in every run.
        hardness = random.Random(index).betavariate(0.7, 0.7)
        chance = skill if skill in (0, 1) else min(1, max(0, skill + 0.5 - hardness))
        passes = 0
        for number in range(samples):
            reason = "passed" if draw.random() < chance else "failed"
            said = "" if reason == "passed" else detail
            if reason == "failed" and draw.random() < 0.25:
                reason = draw.choice(list(OTHER_REASONS))
                said = OTHER_REASONS[reason]
            elif said.startswith("used up"):
                reason = "timeout"
            passes += reason == "passed"
            program: str | None = prompt + (right if reason == "passed" else wrong)
            if programs:
                program = programs[(index * samples + number) % len(programs)]
            if reason in ("no-code", "not-sampled"):
                program = None
            answer = f"Here is the function:\n```python\n{program}```\nIt runs in linear time."
            if program is None:
                answer = "" if reason == "not-sampled" else "I am sorry, I cannot write that."
            row: dict[str, Any] = {
                "task_id": name, "sample": number, "completion": answer, "program": program,
                "extraction": {"rule": "fence", "cut": [33, 32]} if program else {"rule": "none"},
                "tokens": {"prompt": 120, "completion": len(answer) // 4}, "finish_reason": "stop",
            }  # fmt: skip
            if edits and program:
                row["edits"] = grow(program, draw)
            sample_rows.append(row)
            verdicts.append({
                "task_id": name, "sample": number, "passed": reason == "passed", "reason": reason,
                "form": "none" if program is None else "data", "seconds": round(draw.uniform(0.01, 0.2), 4),
                "cpu_seconds": round(draw.uniform(0.01, 0.1), 4), "memory": draw.randrange(20, 60) << 20,
                "detail": said, "tier": "none" if unsafe else "strong", "unsafe": unsafe,
            })  # fmt: skip
        counts.append(passes)
    write_lines(folder / "tasks.jsonl", task_rows)
    write_lines(folder / "samples.jsonl", sample_rows)
    schema = pa.schema([
        ("task_id", pa.string()), ("sample", pa.int32()), ("passed", pa.bool_()), ("reason", pa.string()),
        ("form", pa.string()), ("seconds", pa.float64()), ("cpu_seconds", pa.float64()),
        ("memory", pa.int64()), ("detail", pa.string()), ("tier", pa.string()), ("unsafe", pa.bool_()),
    ])  # fmt: skip
    pq.write_table(pa.Table.from_pylist(verdicts, schema=schema), folder / "verdicts.parquet")
    reasons = [row["reason"] for row in verdicts]
    summary = {
        "task": benchmark, "model": model, "n_tasks": tasks, "n_samples": len(verdicts),
        "verdicts": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
        "pass@k": {str(k): estimate(counts, samples, k) for k in ks if k <= samples},
        "tokens": {"prompt": 120 * len(verdicts), "completion": 90 * len(verdicts)},
        "flops": None if flops is None else {"per_sample": flops, "note": "2 N tokens; attention left out"},
        "diversity": {"distinct_programs": 0.42},
        "sandbox": {"tier": "none" if unsafe else "strong", "unsafe": unsafe, "limits": LIMITS},
        "sampling": {"temperature": 0.8, "top_p": 0.95, "min_p": 0, "n": samples, "seed": seed},
        "decoding": "lenient" if edits else None,
        "versions": {"reweave": "0.1.0", "python": "3.11.2"},
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (folder / "config.json").write_text("{}", encoding="utf-8")
    return folder


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def estimate(passes: list[int], n: int, k: int) -> dict[str, Any]:
    """Pass@k over tasks by its definition, with a plain standard error."""
    shares = [1 - math.comb(n - c, k) / math.comb(n, k) for c in passes]
    mean = sum(shares) / len(shares)
    if len(shares) < 2:
        return {"value": mean, "stderr": None, "ci95": None}
    variance = sum((share - mean) ** 2 for share in shares) / (len(shares) - 1)
    error = math.sqrt(variance / len(shares))
    return {"value": mean, "stderr": error, "ci95": [mean - 1.96 * error, mean + 1.96 * error]}


def grow(program: str, draw: random.Random) -> list[str]:
    """Give a program's states when runs of its lines are inserted in an order drawn at random."""
    lines = program.splitlines(keepends=True)
    cuts = sorted(draw.sample(range(1, len(lines)), min(4, len(lines) - 1)))
    runs = [range(low, high) for low, high in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    order = draw.sample(range(len(runs)), len(runs))
    states = []
    for count in range(1, len(order) + 1):
        there = sorted(order[:count])
        states.append("".join(lines[i] for run in there for i in runs[run]))
    return states
