"""The in-process form: tests that hand the program functions, classes and mocks."""

import pytest
import unconfined

PROGRAM = """
import os
class Base:
    def name(self): raise NotImplementedError
    def greet(self): return "hello " + self.name()
def apply(function, x): return function(x)
def home(): return os.getcwd()
"""


@pytest.mark.parametrize(
    ("tests", "reached"),
    [
        ("assert apply(lambda x: x + 1, 1) == 2", 1),
        ("class A(Base):\n    def name(self): return 'a'\nassert A().greet() == 'hello a'", 1),
        (
            (
                "from unittest.mock import patch\n"
                "with patch('os.getcwd', return_value='x'):\n"
                "    assert home() == 'x'"
            ),
            1,
        ),
        (
            (
                "import unittest\n"
                "class T(unittest.TestCase):\n"
                "    def test_it(self):\n"
                "        self.assertEqual(apply(str, 1), '1')"
            ),
            1,
        ),
        ("def check(candidate):\n    assert candidate(abs, -1) == 1", 1),
    ],
)
def test_tests_pass(tests, reached):
    """Callbacks, subclasses and mocks work where there is one process."""
    assert unconfined.together(PROGRAM, tests, "apply") == ("passed", "", reached)


@pytest.mark.parametrize(
    ("program", "tests", "reason"),
    [
        (PROGRAM, "assert apply(abs, -1) == 2", "failed"),
        (PROGRAM, "", "failed"),
        ("def apply(f, x): raise SystemExit(0)", "assert apply(abs, 1)", "crashed"),
        ("import os\ndef apply(f, x): os._exit(0)", "assert apply(abs, 1)", "crashed"),
        ("import sys\nsys.exit(0)", "assert True", "crashed"),
        ("def apply(:", "assert True", "syntax"),
        ("import nosuchmodule", "assert True", "missing-module"),
    ],
)
def test_tests_fail(program, tests, reason):
    """An end without a completion record, and every failure, is told apart."""
    entry_point = "apply" if "apply(f" in program or program == PROGRAM else None
    assert unconfined.together(program, tests, entry_point)[0] == reason
