"""Programs in normal form: what they have in common with their copies, and what sets them apart."""

import ast
import gzip
import json
import os
from pathlib import Path

import pytest

from reweave.curate.normal import digests, normal_form

PROGRAM = '''
def largest(values, start=None):
    """Give the largest."""
    best = start
    for value in values:
        if best is None or value > best:
            best = value
    return best
'''
COPY = """
def biggest(xs: list[int], first: int | None = None) -> int | None:
    # no docstring
    top = first
    for x in xs:
        if (top is None) or (x > top): top = x
    return top
"""


def form(source):
    return normal_form(ast.parse(source).body[0])


def test_a_copy():
    """Renamed, annotated, without its docstring, laid out anew: the same form."""
    assert form(PROGRAM) == form(COPY)
    assert digests(PROGRAM, 20).keys() == digests(COPY, 20).keys()
    assert list(digests(COPY, 20).values()) == ["biggest"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">", "<"),
        ("is None", "is not None"),
        (" or ", " and "),
        ("best = value", "best = values"),
        ("return best", "return start"),
        ("start=None", "start=0"),
    ],
)
def test_another_program(old, new):
    """Another operator, constant or variable is another form."""
    assert form(PROGRAM.replace(old, new)) != form(PROGRAM)


def test_annotated_assignment():
    """An assignment with its type is the assignment without."""
    assert form("def f():\n    x: int = 1\n    return x") == form("def f():\n    y = 1\n    return y")


def test_small_ones_do_not_count():
    """A function of few nodes is everybody's."""
    assert digests("def one():\n    return 1\n", 24) == {}
    assert len(digests("class A:\n    def one(self):\n        return 1\n" + PROGRAM, 24)) == 1


def test_what_does_not_parse():
    """It has no form; nor does what is nested deeper than Python goes."""
    assert digests("def broken(:\n", 1) == {}
    assert digests("x = " + "(" * 300 + ")" * 300, 1) == {}
    deep = "def f(x):\n    return " + "+".join(["x"] * 5_000) + "\n"
    assert isinstance(digests(deep, 1), dict)


def test_real_solutions_are_told_apart():
    """Of 164 HumanEval solutions no two have the same form, but for those that are the same function."""
    if "REWEAVE_DATA" not in os.environ:
        pytest.skip("REWEAVE_DATA is not set")
    file = Path(os.environ["REWEAVE_DATA"]) / "humaneval" / "HumanEval.jsonl.gz"
    seen = {}
    for line in gzip.decompress(file.read_bytes()).splitlines():
        task = json.loads(line)
        for digest, name in digests(task["prompt"] + task["canonical_solution"], 24).items():
            seen.setdefault(digest, set()).add((task["task_id"], name))
    assert len(seen) > 120
    shared = [found for found in seen.values() if len({task for task, _ in found}) > 1]
    assert all({name for _, name in found} <= {"is_prime", "digits_sum"} for found in shared), shared
