"""Which assertions were reached, by line: in every form, and not by the program's word."""

import ast

import pytest

from reweave.sandbox.inside import assertions

PROGRAM = "def f(x):\n    return x + 1\n"
WRITES = """import os
for n in range(3, 64):
    try:
        os.write(n, b"\\0" * 64)
    except OSError:
        pass
def f(x):
    return 0
"""
TEXT = """import unittest, pytest
import numpy
assert f(1) == 2
numpy.testing.assert_allclose(f(1), 2)
with pytest.raises(TypeError):
    f('a')
class T(unittest.TestCase):
    def test(self):
        self.assertEqual(f(1), 2)
        with self.assertRaises(TypeError):
            f(None)
for x in []:
    assert x
"""


def test_lines_of_a_text():
    """Statements that assert something, by their lines."""
    assert assertions.lines(ast.parse(TEXT)) == [3, 4, 5, 9, 10, 13]
    assert assertions.lines(ast.parse("f(1)\nraises = 1\nwith open('x') as y:\n    y.assertion")) == []


@pytest.mark.parametrize("form", ["data", "proxy", "in-process"])
def test_reached(box, form):
    """Up to and with the first that does not hold, each line once however often it is evaluated."""
    tests = "for x in (1, 2):\n    assert f(x) == x + 1\nassert f(1) == 3\nassert f(2) == 3\n"
    verdict = box.run_tests(PROGRAM, tests, form=form)
    assert (verdict.reason, verdict.form, verdict.lines, verdict.reached) == ("failed", form, (2, 3), 3)


def test_frameworks_too(box):
    """What unittest asserts has its line; what is not come to has none."""
    text = "\n".join(["import unittest", *TEXT.splitlines()[6:], "case = T()"])
    text += "\ncase.assertEqual(f(1), 2)\nwith case.assertRaises(TypeError):\n    f('a')\n"
    verdict = box.run_tests(PROGRAM, text)
    assert (verdict.reason, verdict.lines) == ("passed", (4, 5, 10, 11))


@pytest.mark.parametrize(
    "program",
    [
        "import os\ndef f(x):\n    os._exit(0)\n",
        "import sys\nsys.exit(0)\n",
        "__count_assertion__ = __mark_assertion__ = print\ndef f(x):\n    raise ValueError\n",
        WRITES,
    ],
)
@pytest.mark.parametrize("form", ["data", "proxy"])
def test_a_program_cannot_say_so(box, program, form):
    """No program passes, or has an assertion reached that comes after the first."""
    verdict = box.run_tests(program, "assert f(1) == 2\nassert f(2) == 3\n", form=form)
    assert not verdict.passed
    assert set(verdict.lines) <= {1}
