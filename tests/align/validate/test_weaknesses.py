"""Tautologies: what is found, and what only looks like one."""

import pytest

from reweave.align.validate.weaknesses import redefined, weaknesses

DEFINED = {"f", "g"}


def kinds(tests):
    return [(each.line, each.kind) for each in weaknesses(tests, DEFINED)]


@pytest.mark.parametrize(
    ("tests", "kind"),
    [
        ("assert True", "constant"),
        ("assert 1 == 1", "constant"),
        ("assert 'words'", "constant"),
        ("assert (f(1) == 2, 'words')", "constant"),
        ("assert f(1) is not None or True", "constant"),
        ("assert isinstance(f(1), object)", "constant"),
        ("assert len(f(1)) >= 0", "constant"),
        ("assert x == x", "same"),
        ("assert f(1) == f(1)", "same"),
        ("y = f(1)\nz = y\nassert f(1) == z", "same"),
        ("def test_f():\n    expected = f(2)\n    result = f(2)\n    assert result == expected", "same"),
        ("expected = f(1, 2)\nassert f(2, 1) == expected", "self-expected"),
        ("try:\n    assert f(1) == 2\nexcept:\n    pass", "swallowed"),
        ("try:\n    if x:\n        assert f(1)\nexcept (KeyError, Exception):\n    print()", "swallowed"),
        ("class T(TestCase):\n    def test(self):\n        self.assertTrue(True)", "constant"),
        ("class T(TestCase):\n    def test(self):\n        self.assertEqual(f(1), f(1))", "same"),
    ],
)  # fmt: skip
def test_found(tests, kind):
    """One weakness, in the line of the assertion."""
    [(line, found)] = kinds(tests)
    assert found == kind
    assert "assert" in tests.splitlines()[line - 1].lower()


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(1) == 2",
        "assert f(1) == g(1)",  # against another function
        "assert f(f(1)) == 3",
        "assert f(1) == 2 or f(1) == 3",
        "assert f(1) == 2 or False",
        "try:\n    f(-1)\n    assert False\nexcept ValueError:\n    pass",
        "try:\n    assert f(1) == 2\nexcept AssertionError:\n    raise",
        "try:\n    assert f(1) == 2\nexcept Exception as e:\n    assert False, e",
        "before = box.count\nbox.add(1)\nassert box.count == before",  # it may have changed
        "first = next(it)\nassert next(it) == first",
        "x = f(1)\nx = f(2)\nassert x == f(1)",  # bound twice
        "assert len(f(1)) >= 1",
        "assert isinstance(f(1), int)",
        "def f(x):\n    return x\n",
        "assert f(:",
    ],
)
def test_not_found(tests):
    """These show something, or nothing is known of them."""
    assert kinds(tests) == []


def test_redefined():
    """Tests that try what they define themselves; a helper of the same name is none."""
    assert redefined("def f(x):\n    return x\nassert f(1) == 1", DEFINED) == {"f"}
    assert redefined("def f(x):\n    return x\nassert g(1) == f(1)", DEFINED) == set()  # g is the program's
    assert redefined("def check(f):\n    assert f(1) == 1\n", DEFINED) == set()
