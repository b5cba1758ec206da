"""The proxy form: tests of every common shape, with the program in another process."""

import importlib.util

import pytest
import unconfined

PROGRAM = '''
import math
class NotEnough(ValueError):
    """Raised by withdraw."""
    def __init__(self, missing):
        super().__init__(f"{missing} missing")
class Account:
    limit = 10
    def __init__(self, balance=0):
        self.balance = balance
    def withdraw(self, amount):
        if amount > self.balance:
            raise NotEnough(amount - self.balance)
        self.balance -= amount
        return self.balance
    def __len__(self):
        return self.balance
    def __getitem__(self, index):
        return index * 2
    def __str__(self):
        return "account"
class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b
RATE = [1, 2]
def inc(x):
    return x + 1
def sort(values):
    values.sort()
    return values
def nest(table):
    table["a"].append(table)
    del table["a"][-1]
    table["a"].append(3)
def total(pairs):
    return sum(pair.a for pair in pairs)
def count(n):
    yield from range(n)
def fail(kind):
    raise {"key": KeyError("k"), "zero": ZeroDivisionError("z"), "assert": AssertionError("a")}[kind]
def quit():
    raise SystemExit(3)
def made(kind):
    return kind([1, 1])
def accounts():
    return [Account(1), Account(2)]
def opened():
    yield from accounts()
'''


@pytest.mark.parametrize(
    ("tests", "reached"),
    [
        ("assert inc(1) == 2\nassert inc(x=2) == 3", 2),
        ("def test_a():\n    assert inc(1) == 2\ndef test_b():\n    assert RATE == [1, 2]", 2),
        ("values = [3, 1, 2]\nassert sort(values) is values\nassert values == [1, 2, 3]", 2),
        (
            (
                "inner = [1]\n"
                "table = {'a': inner}\n"
                "nest(table)\n"
                "assert table == {'a': [1, 3]} and table['a'] is inner"
            ),
            1,
        ),
        ("a = Account(5)\nassert a.withdraw(2) == 3\nassert a.balance == 3 and a.limit == 10", 2),
        ("a = Account(5)\na.balance = 7\nassert len(a) == 7 and a[4] == 8 and str(a) == 'account' and a", 1),
        ("assert isinstance(Account(), Account) and not isinstance(3, Account)", 1),
        (
            (
                "try:\n"
                "    Account().withdraw(1)\n"
                "    assert False\n"
                "except NotEnough as e:\n"
                "    assert '1 missing' == str(e)"
            ),
            1,
        ),
        ("try:\n    Account().withdraw(1)\n    assert False\nexcept ValueError:\n    assert True", 1),
        ("try:\n    fail('key')\nexcept KeyError as e:\n    assert e.args == ('k',)", 1),
        ("try:\n    fail('zero')\nexcept ArithmeticError:\n    assert True", 1),
        ("try:\n    fail('assert')\nexcept AssertionError as e:\n    assert str(e) == 'a'", 1),
        ("try:\n    quit()\nexcept SystemExit:\n    assert True", 1),
        ("assert list(count(3)) == [0, 1, 2]", 1),
        ("a, b = accounts()\nassert (a.balance, b.balance) == (1, 2)", 1),
        ("assert [a.balance for a in accounts()] == [a.balance for a in opened()] == [1, 2]", 1),
        ("assert total([Pair(1, 2), Pair(3, 4)]) == 4", 1),
        ("assert made(set) == {1} and made(tuple) == (1, 1)", 1),
        ("assert math.sqrt(4) == inc(1)", 1),
        ("def helper(x):\n    return x * 2\nassert helper(inc(1)) == 4", 1),
        ("assert all(inc(i) == i + 1 for i in range(20))", 1),
        (
            (
                "import unittest\n"
                "class T(unittest.TestCase):\n"
                "    def test_it(self):\n"
                "        self.assertEqual(inc(1), 2)\n"
                "        with self.assertRaises(NotEnough):\n"
                "            Account().withdraw(1)\n"
                "if __name__ == '__main__':\n"
                "    unittest.main()"
            ),
            2,
        ),
        (
            (
                "import unittest\n"
                "class T(unittest.TestCase):\n"
                "    def test_it(self):\n"
                "        self.assertTrue(inc(1))\n"
                "    @unittest.skip('x')\n"
                "    def test_no(self):\n"
                "        self.fail()"
            ),
            1,
        ),
        (
            (
                "class TestInc:\n"
                "    def setup_method(self):\n"
                "        self.x = 1\n"
                "    def test_it(self):\n"
                "        assert inc(self.x) == 2"
            ),
            1,
        ),
        ("if inc(1) != 2:\n    raise ValueError", 0),
    ],
)
def test_tests_pass(tests, reached):
    """Right programs pass, whatever the shape, and assertions are counted."""
    assert unconfined.proxy(PROGRAM, tests) == ("passed", "", reached)


@pytest.mark.parametrize(
    ("tests", "reason", "detail"),
    [
        ("assert inc(1) == 3", "failed", "line 1: assert inc(1) == 3: AssertionError"),
        ("def test_a():\n    assert inc(1) == 3", "failed", "line 2"),
        ("fail('zero')", "failed", "ZeroDivisionError: z"),
        ("quit()", "crashed", "SystemExit"),
        ("try:\n    quit()\nexcept Exception:\n    pass", "crashed", "SystemExit"),
        ("assert missing(1)", "failed", "NameError"),
        ("import nosuchmodule\nassert inc(1)", "missing-module", "nosuchmodule"),
        ("assert (", "failed", "the tests do not compile"),
        ("", "failed", "the tests assert nothing"),
        ("x = 1", "failed", "the tests assert nothing"),
        ("def check(candidate):\n    assert candidate(1) == 2", "failed", "the tests assert nothing"),
        ("assert Pair(1, 2) == Pair(1, 2)", "failed", "in-process"),
        ("assert Pair(1, 2) == 3", "failed", "in-process"),
        ("assert total(lambda: 1) == 3", "needs-in-process", "a function"),
        ("try:\n    total(lambda: 1)\nexcept BaseException:\n    pass\nassert True", "needs-in-process", ""),
        ("class Own:\n    pass\nassert total([Own()]) == 3", "needs-in-process", "Own"),
        ("import sys\nsys.exit(0)", "crashed", "the tests ended"),
        (
            (
                "import unittest\n"
                "class T(unittest.TestCase):\n"
                "    def test_it(self):\n"
                "        self.assertEqual(inc(1), 3)"
            ),
            "failed",
            "2 != 3",
        ),
        (
            (
                "import unittest\n"
                "class T(unittest.TestCase):\n"
                "    @unittest.skip('x')\n"
                "    def test_no(self):\n"
                "        pass"
            ),
            "failed",
            "all tests were skipped",
        ),
    ],
)
def test_tests_fail(tests, reason, detail):
    """What does not hold is told, with the reason results name it by."""
    said = unconfined.proxy(PROGRAM, tests)
    assert said[0] == reason
    assert detail in said[1]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("def inc(x:", "syntax"),
        ("import nosuchmodule", "missing-module"),
        ("1 / 0", "failed"),
        ("raise SystemExit", "crashed"),
        ("import os; os._exit(0)", "crashed"),
        ("def inc(x): raise MemoryError", "memory"),
        ("x = 1", "failed"),
    ],
)
def test_programs_that_do_not_come_to_it(program, reason):
    """A program that does not load has its own reason."""
    assert unconfined.proxy(program, "assert inc(1) == 2", "inc")[0] == reason


@pytest.mark.skipif(importlib.util.find_spec("pytest") is None, reason="pytest is not there")
def test_pytest_files():
    """Parametrized tests, fixtures and ``pytest.raises`` run under pytest."""
    tests = """
import pytest
@pytest.fixture
def account():
    return Account(5)
@pytest.mark.parametrize(("given", "wanted"), [(1, 2), (2, 3)])
def test_inc(given, wanted):
    assert inc(given) == wanted
def test_raises(account):
    with pytest.raises(NotEnough, match="3 missing"):
        account.withdraw(8)
class TestMore:
    def test_it(self, account):
        assert account.withdraw(1) == 4
"""
    assert unconfined.proxy(PROGRAM, tests) == ("passed", "", 3)
    wrong = PROGRAM.replace("x + 1", "x + 2")
    assert unconfined.proxy(wrong, tests)[0] == "failed"
