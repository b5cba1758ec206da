"""Coverage of real runs: the same in every form, none where a run did not end, and no lie that does harm."""

import ast

import pytest

from reweave.sandbox import Limits, TestsJob, Verdict
from reweave.sandbox.inside import coverage

PROGRAM = """
def sign(x):
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0
"""
FORMS = ("data", "proxy", "in-process")
TESTS = "assert sign(3) == 1\nassert sign(0) == 0\n"
REACHED = {2, 3, 4, 5, 7}  # all but line 6

FORGERIES = {
    "everything": "for n in range(40): __covered__(n)",
    "what there is not": "__covered__(1 << 20)",
    "a negative number": "__covered__(-1)",
    "a very large number": "__covered__(1 << 40_000)",
    "a text": "__covered__('x')",
    "a list": "__covered__.__self__ |= {()}",
    "a subclass": "class Int(int):\n    def __lt__(self, other): raise SystemExit\n__covered__(Int(3))",
    "a million": "__covered__.__self__.update(range(1_000_000))",
    "nothing": "__covered__ = print",
    "no probe": "del __covered__",
    "frames of its own": """
import sys
def tell(channel, covered):
    for _ in range(100_000): channel.write(('points', [0]))
sys.modules['_reweave.coverage'].tell = tell""",
    "an end without an end": """
import sys
def tell(channel, covered):
    while True: pass
sys.modules['_reweave.coverage'].tell = tell""",
    "bytes that are no frame": """
import os, sys
def tell(channel, covered): os.write(channel.descriptor, b'\\xff' * 1000)
sys.modules['_reweave.coverage'].tell = tell""",
    "an end of the process": """
import os
class End(int):
    def __lt__(self, other): os._exit(3)
__covered__(End(30))""",
}


def lines(verdict, program=PROGRAM):
    points = coverage.points(ast.parse(program))
    return {line for number in verdict.points for line in points[number][0]}


@pytest.mark.parametrize("form", FORMS)
def test_asked(box, form):
    """In each form the lines that were reached come back; where nobody asks, none do."""
    verdict = box.run_tests(PROGRAM, TESTS, form=form, coverage=True)
    assert (verdict.reason, verdict.form) == ("passed", form)
    assert lines(verdict) == REACHED
    assert box.run_tests(PROGRAM, TESTS, form=form).points is None


@pytest.mark.parametrize("form", FORMS)
def test_a_verdict_is_the_same(box, form):
    """Asking for coverage changes nothing else of a verdict, passed or failed."""
    for tests in (TESTS, "assert sign(3) == 1\nassert sign(-3) == 1\n", "assert sign('a') == 1"):
        asked, plain = (box.run_tests(PROGRAM, tests, form=form, coverage=each) for each in (True, False))
        for name in ("reason", "detail", "reached", "assertions", "lines", "stdout"):
            assert getattr(asked, name) == getattr(plain, name)


def test_frameworks(box):
    """Tests of unittest's tell as much."""
    tests = (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_it(self):\n        self.assertEqual(sign(3), 1)\n        self.assertEqual(sign(0), 0)\n"
    )
    verdict = box.run_tests(PROGRAM, tests, coverage=True)
    assert verdict.passed
    assert lines(verdict) == REACHED


def test_a_program_that_raises_when_loaded(box):
    """What is reached before the end is told where nobody's answer is needed for it."""
    program = "x = 1\nx = x / 0\nx = 3\n"
    verdict = box.run_tests(program, "assert f(1) == 1", form="data", coverage=True)
    assert verdict.reason == "failed"
    assert lines(verdict, program) == {1, 2}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("program", ["while True:\n    pass\n", "import os\nos._exit(0)\n"])
def test_a_run_that_is_ended(box, form, program):
    """A program that is ended, by its limit or by itself, says nothing."""
    verdict = box.run_tests(program, TESTS, form=form, coverage=True, limits=Limits(wall=0.3))
    assert verdict.reason in {"timeout", "crashed"}
    assert verdict.points is None


def test_forged(box):
    """Whatever a program says (scripted lies here), there is a verdict, points within bounds, or none."""
    limits = Limits(wall=2.0)
    jobs = [
        TestsJob(f"{lie}\n{PROGRAM}", TESTS, form=form, coverage=True, limits=limits, tag=(name, form))
        for name, lie in FORGERIES.items()
        for form in FORMS
    ]
    found = {verdict.tag: verdict for verdict in box.map(jobs)}
    assert len(found) == len(jobs)
    for (name, form), verdict in found.items():
        assert type(verdict) is Verdict, name
        assert verdict.reason != "harness-error", (name, form, verdict.detail)
        if verdict.points is not None:
            most = len(FORGERIES[name]) + 1 + len(PROGRAM)
            assert list(verdict.points) == sorted(set(verdict.points)), name
            assert all(type(each) is int and 0 <= each < most for each in verdict.points), name
    for name in ("a negative number", "a text", "a list", "a million", "a very large number"):
        assert {found[name, form].points for form in FORMS} == {None}, name
    assert set(range(40)) <= set(found["everything", "data"].points)  # this cannot be told from the truth
    assert box.run_tests(PROGRAM, TESTS, coverage=True).passed
