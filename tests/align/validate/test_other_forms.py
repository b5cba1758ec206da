"""Which form is tried next: where objects are shared, and for no program that wants it."""

import pytest

from reweave.align.validate.validation import lasting

VECTOR = """class Vec:
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return Vec(self.x + other.x)

    def __eq__(self, other):
        return isinstance(other, Vec) and self.x == other.x
"""
PARTS = """class Part:
    def __init__(self, n):
        self.n = n

def parts(count):
    return [Part(n) for n in range(count)]
"""
TWICE = "def twice(f, x):\n    return f(f(x))\n"
LIAR = "class Liar:\n    def __eq__(self, other):\n        return True\n\ndef f(x):\n    return Liar()\n"


@pytest.mark.parametrize(
    ("program", "tests", "form"),
    [
        (VECTOR, "assert Vec(1) + Vec(2) == Vec(3)\nassert not Vec(1) == Vec(2)\n", "in-process"),
        (PARTS, "assert len(parts(3)) == 3\nassert [each.n for each in parts(2)] == [0, 1]\n", "proxy"),
        (TWICE, "for f, x in [(lambda n: n + 1, 3)]:\n    assert twice(f, 1) == x\n", "in-process"),
        (TWICE, "def inc(n):\n    return n + 1\nassert twice(f=inc, x=1) == 3\n", "in-process"),
        ("def f(x):\n    return x + 1\n", "assert f(1) == 2\n", "data"),
    ],
)
def test_the_form_that_can_tell(validated, program, tests, form):
    """Right answers pass in the first form that knows what their tests do; it is named."""
    [column] = validated((program, tests))
    assert (column["passed"], column["form"]) == (True, form)
    assert column["stub_survives"] == []
    program = program.replace("+", "-").replace("Part(n)", "Part(7)").replace("f(f(x))", "f(x)")
    [wrong] = validated((program, tests))
    assert not wrong["passed"]


def test_only_where_it_may(validated):
    """Without the in-process form such tests cannot be judged; the verdict says what would."""
    pair = (VECTOR, "assert Vec(1) + Vec(2) == Vec(3)\n")
    [column] = validated(pair, in_process=False)
    assert (column["passed"], column["form"]) == (False, "proxy")


@pytest.mark.parametrize("tests", ["assert f(1) == 2\n", "y = f(1)\nfor x in [1]:\n    assert y == 2\n"])
def test_a_program_does_not_bring_itself_there(validated, tests):
    """Tests of a function stay apart from a program that returns what equals everything."""
    [column] = validated((LIAR, tests))
    assert not column["passed"]
    assert column["form"] != "in-process"


def test_messages_last():
    """What differs from run to run is not in a row."""
    assert lasting("<program.Vec object at 0x7f6151763a90> against 0x1f") == (
        "<program.Vec object at 0x…> against 0x1f"
    )
