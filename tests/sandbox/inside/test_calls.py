"""Calls into a program: one record a call, whatever the program does."""

import pytest
import unconfined

from reweave.sandbox.results import NotPlain, NotReached, Raised, Returned

PROGRAM = """
class Solution:
    def twice(self, x):
        return 2 * x
def fail(x):
    raise KeyError(x)
def itself():
    return itself
def many(n):
    return (i for i in range(n))
def leave():
    raise SystemExit(3)
"""


def test_outcomes():
    """A value, an exception with its line, a value that does not cross; then the end."""
    made = [("Solution().twice", [3], {}), ("fail", [], {"x": 1}), ("itself", [], {}), ("nosuch", [], {})]
    outcomes, end = unconfined.answers(PROGRAM, made)
    assert outcomes[0] == Returned(6)
    assert outcomes[1] == Raised("KeyError", "1", 6)
    assert isinstance(outcomes[2], NotPlain)
    assert outcomes[3].type == "NameError"
    assert end == ("passed", "")


def test_a_generator_comes_as_an_iterator():
    """What a generator gives crosses once, in order."""
    ((outcome,), _) = unconfined.answers(PROGRAM, [("many", [3], {})])
    assert list(outcome.value) == [0, 1, 2]


def test_leaving_ends_the_calls():
    """``SystemExit`` is a crash; what comes after is not reached."""
    outcomes, end = unconfined.answers(PROGRAM, [("leave", [], {}), ("itself", [], {})])
    assert outcomes == (NotReached(), NotReached())
    assert end[0] == "crashed"
    assert "SystemExit" in end[1]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("def f(:", "syntax"),
        ("x = 'a\0b'", "syntax"),
        ("import nosuchmodule", "missing-module"),
        ("exec('def f(:')", "failed"),
        ("raise MemoryError", "memory"),
        ("raise SystemExit(0)", "crashed"),
        ("raise KeyboardInterrupt", "crashed"),
    ],
)
def test_programs_that_do_not_load(program, reason):
    """Why a program did not load is its reason."""
    outcomes, end = unconfined.answers(program, [("f", [], {})])
    assert outcomes == (NotReached(),)
    assert end[0] == reason


def test_calls_share_a_process():
    """What a call leaves behind, the next one finds."""
    program = "seen = []\ndef f(x):\n    seen.append(x)\n    return seen"
    outcomes, _ = unconfined.answers(program, [("f", [1], {}), ("f", [2], {})])
    assert outcomes == (Returned([1]), Returned([1, 2]))
