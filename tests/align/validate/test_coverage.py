"""Coverage on request: what a row and a run say of it; it decides nothing, and off it leaves no trace."""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import planted
import pytest
import validating
from rich.console import Console

import reweave
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.run import validate
from reweave.align.validate.statistics import Statistics
from reweave.cli.align_tables import validated_tables
from reweave.errors import RunError
from reweave.evaluate.statistics.standard_errors import estimate_share
from reweave.storage import read_rows

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
pytestmark = pytest.mark.usefixtures("box")  # skips where nothing can be held

SIGN = """def sign(x):
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0
"""
BOTH = "assert sign(3) == 1\nassert sign(-3) == -1\n"
LOOP = """def first(items, default):
    for each in items:
        if each:
            return each
    else:
        items = None
    return default
"""
PARTS = """class Part:
    def __init__(self, n):
        self.n = n
def parts(count):
    if count < 0:
        count = -count
    return [Part(n) for n in range(count)]
"""
STACK = """class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self

    def pop(self):
        if not self.items:
            raise IndexError("empty")
        self.items.pop()
        return self

    def popped(self):
        self.pop()
        return self

    def __eq__(self, other):
        return self.items == other.items
"""


def told(lines_reached, lines, branches_reached, branches, missed):
    return {
        "lines": lines,
        "lines_reached": lines_reached,
        "branches": branches,
        "branches_reached": branches_reached,
        "missed_lines": missed,
    }


@pytest.mark.parametrize(
    ("program", "tests", "form", "expected"),
    [
        (SIGN, BOTH, "data", told(5, 6, 3, 4, [6])),
        (SIGN, BOTH + "assert sign(0) == 0\n", "data", told(6, 6, 4, 4, [])),
        (LOOP, "assert first([0, 7], 1) == 7\n", "data", told(4, 6, 3, 4, [6, 7])),
        (PARTS, "assert [each.n for each in parts(2)] == [0, 1]\n", "proxy", told(6, 7, 1, 2, [6])),
        (STACK, "assert Stack() == Stack().push(1).popped()\n", "in-process", told(15, 16, 1, 2, [11])),
    ],
)
def test_a_row_says(validated, program, tests, form, expected):
    """Lines and branches, reached and in all, and the lines missed, as counted by hand, in each form."""
    [column] = validated((program, tests), coverage=True, mutants=2)
    assert (column["passed"], column["form"]) == (True, form)
    assert column["coverage"] == expected


def test_missed_lines_are_few(validated):
    """At most ten missed lines are named, the first ones."""
    program = "def f(x):\n    if x:\n" + "".join(f"        x += {n}\n" for n in range(20)) + "    return x\n"
    [column] = validated((program, "assert f(0) == 0\n"), coverage=True, mutants=2)
    assert column["coverage"] == told(3, 23, 1, 2, list(range(3, 13)))


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        ("def f(x):\n    while True:\n        pass\n", "assert f(1) == 1\n"),
        ("def f(x):\n    return 2\n", "assert f(1) == 1\n"),
        ("def f(:\n", "assert f(1) == 1\n"),
        ("def f(x):\n    return 1\n", "f(1)\n"),
    ],
)
def test_not_measured(validated, program, tests):
    """A response that is ended by its time limit, fails, is none, or asserts nothing has no coverage."""
    [column] = validated((program, tests), coverage=True, wall=0.5)
    assert column["coverage"] is None


def test_ended_the_second_time(validated):
    """A program that passes, and is ended by the time limit when it is asked for coverage, has none."""
    program = f"if '__covered__' in globals():\n    while True:\n        pass\n{SIGN}"
    [column] = validated((program, "assert sign(3) == 1\n"), coverage=True, wall=2.0, mutants=2)
    assert column["passed"]
    assert column["coverage"] is None


@pytest.mark.parametrize(
    "lie", ["[__covered__(n) for n in range(99)]", "__covered__('x')", "__covered__ = print"]
)
def test_forged(validated, lie):
    """A program that lies of its coverage (scripted here) gains that number alone."""
    program = f"if '__covered__' in globals(): {lie}\n{SIGN}"
    [lying], [plain] = validated((program, BOTH), coverage=True), validated((program, BOTH))
    coverage = lying.pop("coverage")
    assert lying == plain
    if "range" in lie:  # all that can be reached, and no more
        assert coverage == told(7, 7, 6, 6, [])
    else:
        assert coverage is None or coverage["lines_reached"] < coverage["lines"]


def test_nothing_else_changes(validated):
    """With coverage every other column of the planted set is what it is without."""
    pairs = [(case.program, case.tests) for case in planted.CASES if case.reason != "timeout"][::3]
    plain, covered = validated(*pairs, mutants=2), validated(*pairs, mutants=2, coverage=True)
    assert all("coverage" not in column for column in plain)
    assert plain == [{key: column[key] for key in column if key != "coverage"} for column in covered]
    assert {column["coverage"] is not None for column in covered} == {True, False}
    for column in covered:
        assert (column["coverage"] is None) == (column["mutants"] == 0 and column["stubs"] == 0)


def test_off_leaves_no_trace():
    """Neither the settings nor the statistics of a run without coverage name it: earlier runs go on."""
    assert "coverage" not in ValidateConfig().model_dump()
    assert ValidateConfig(coverage=True).model_dump()["coverage"] is True
    assert not any("cover" in name for name in Statistics().to_json())
    assert Statistics.from_json(Statistics().to_json()) == Statistics()


ROWS = [
    ("i0/0", "i0", SIGN, BOTH),
    ("i0/1", "i0", SIGN, BOTH + "assert sign(0) == 0\n"),
    ("i0/2", "i0", SIGN.replace("-1", "1"), "assert sign(-3) == -1\n"),
    ("i1/0", "i1", LOOP, "assert first([0, 7], 1) == 7\n"),
    ("i2/0", "i2", "def f(x):\n    return x\n", "assert f(1) == 1\nassert f(2) == 2\n"),
    ("i3/0", "i3", "def f(x):\n    return x\n", "assert f(1) == 2\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "responses.jsonl"
    keys = ("id", "instruction_id", "program", "tests")
    rows = [dict(zip(keys, row, strict=True)) for row in ROWS]
    rows.insert(3, {"id": "broken", "program": 3})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "validated.jsonl"
    return validate(str(source), out, validating.COVERING, workers=1), out


def files(out):
    folder = out.with_name(f"{out.name}.run")
    return [path.read_bytes() for path in (out, folder / "rejects.jsonl", folder / "statistics.json")]


def test_statistics(whole):
    """Shares are means of an instruction's responses; what has no coverage is counted."""
    made = whole[0].statistics
    assert made.covered == {"measured": 4, "not-measured": 2}
    assert made.lines_covered == Counter({f"{(5 / 6 + 1) / 2:.4f}": 1, f"{4 / 6:.4f}": 1, "1.0000": 1})
    assert made.branches_covered == Counter({f"{(3 / 4 + 1) / 2:.4f}": 1, "0.7500": 1})
    assert Statistics.from_json(json.loads(json.dumps(made.to_json()))) == made
    rows = {row["id"]: row["validation"]["coverage"] for row in read_rows(whole[1])}
    assert rows["i0/0"] == told(5, 6, 3, 4, [6])
    assert rows["i0/2"] is rows["i3/0"] is None


def test_killed(whole, source, tmp_path):
    """Killed by SIGKILL after every few rows, with other workers each time: the same bytes."""
    out = tmp_path / "validated.jsonl"
    script = str(Path(validating.__file__))
    kills = 0
    for workers in (2, 1, 3, 2, 1, 3, 2, 1, 3):
        command = [sys.executable, script, str(source), str(out), str(workers), "coverage"]
        with subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, text=True) as process:
            if not process.stdout.readline():  # nothing left to do
                assert process.wait() == 0
                break
            process.kill()
        kills += 1
    assert kills >= 2
    assert files(out) == files(whole[1])


def test_with_and_without(whole, source):
    """A run begun with coverage does not go on without it: its rows would differ."""
    with pytest.raises(RunError, match="coverage"):
        validate(str(source), whole[1], validating.CONFIG)


def test_table(whole, monkeypatch):
    """The table has means with interval and number, and says whose word it is; off there is none."""
    text = shown(whole[0].statistics)
    shares = [round((5 / 6 + 1) / 2, 4), round(4 / 6, 4), 1.0]
    low, high = estimate_share(sorted(shares)).ci95
    assert "Coverage, by the programs' own word" in text
    assert "responses measured: 4 of 6" in text
    assert f"{sum(shares) / 3:.1%}" in text
    assert f"{low:.1%} to {high:.1%}" in text
    made = Statistics.from_json({**whole[0].statistics.to_json(), "covered": {}})
    assert "own word" not in shown(made)
    one = Statistics(covered=Counter(measured=1), lines_covered=Counter({"0.5000": 1}))
    assert "one has none" in shown(one)
    monkeypatch.setitem(sys.modules, "reweave.evaluate.statistics.standard_errors", Missing())
    assert "reweave[eval]" in shown(whole[0].statistics)


class Missing:
    """A module of an extra that is not installed."""

    def __getattr__(self, name):
        from reweave.errors import MissingExtraError

        raise MissingExtraError("the statistics", "eval")


def shown(statistics):
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(validated_tables(statistics))
    return console.export_text()


def test_verb(source, tmp_path):
    """The flag measures, and the table shows it."""
    out = tmp_path / "v.jsonl"
    command = [sys.executable, "-m", "reweave", "align", "validate", source, "-o", out, "--mutants", "2"]
    done = subprocess.run([*command, "--coverage"], env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Coverage, by the programs' own word" in done.stdout
    assert all("coverage" in row["validation"] for row in read_rows(out))
