"""Calls into a program: one record a call, whatever the program does."""

import random

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


def test_an_answer_is_handed_to_a_later_call(box):
    """What does not cross, and what can be walked once, reaches the later call as it is; a copy is one."""
    program = (
        "class Node:\n    def __init__(self, value):\n        self.value = value\n"
        "def make(x):\n    return Node(x)\n"
        "def many(n):\n    return (i for i in range(n))\n"
        "def read(node, rest=()):\n    node.value += 1\n    return [node.value, *rest]\n"
    )
    tests = (
        "import copy\nnode = make(3)\nassert read(node) == [4]\n"
        "assert read(node, rest=many(2)) == [5, 0, 1]\nassert read(copy.deepcopy(node)) == [6]\n"
        "assert read(node) == [6]\n"
    )
    verdict = box.run_tests(program, tests)
    assert (verdict.reason, verdict.form, verdict.reached) == ("passed", "data", 4)
    wrong = box.run_tests(program.replace("+= 1", "+= 2"), tests)
    assert (wrong.reason, wrong.form) == ("failed", "data")
    raising = box.run_tests(
        "def make(x):\n    raise ValueError(x)\n" + program[program.index("def many") :], tests
    )
    assert raising.reason == "failed"
    assert "make raised ValueError: 3" in raising.detail


def test_drawn_inputs_follow_the_seed(box):
    """The same seed gives the same inputs in the data form as in the proxy form; another gives others."""
    program = "def seen(x):\n    print(x)\n    return x\n"
    tests = "import random\nfor _ in range(3):\n    x = random.randint(0, 10**9)\n    assert seen(x) == x\n"
    data = [box.run_tests(program, tests, seed=seed) for seed in (1, 2)]
    proxy = box.run_tests(program, tests, seed=1, form="proxy")
    assert [verdict.form for verdict in data] == ["data", "data"]
    assert all(verdict.passed for verdict in (*data, proxy))
    assert data[0].stdout != data[1].stdout
    random.seed(1)
    assert data[0].stdout.split() == [str(random.randint(0, 10**9)) for _ in range(3)]
