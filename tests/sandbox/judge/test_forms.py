"""The choice of a form: from the tests and the reference, never from the program."""

import pytest

from reweave.sandbox.jobs import Limits
from reweave.sandbox.judge.forms import choose, needs_in_process, settle
from reweave.sandbox.results import Verdict


def verdict(form, reason):
    return Verdict(form=form, reason=reason, tier="none", limits=Limits(), kernel="")


def test_choose():
    """Equality tests are data, the rest is for the proxy; in-process is never chosen."""
    assert choose("assert f(1) == 2") == "data"
    assert choose("assert f(lambda x: x) == 2") == "proxy"
    assert choose("from unittest.mock import patch\nassert f(1) == 2") in {"data", "proxy"}


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ("assert f(lambda x: x) == 2", "line 1: the tests pass a function to f"),
        ("def g(x):\n    return x\nassert f(g) == 2", "line 3: the tests pass their own g to f"),
        ("class A(Base):\n    pass\nassert f(1)", "line 1: the tests subclass Base"),
        ("from unittest.mock import patch\nassert f(1)", "line 1: the tests patch the program with mocks"),
        ("assert f(1) == 2", None),
        ("assert sorted([1], key=lambda x: x) == f(1)", None),
        ("import unittest\nclass T(unittest.TestCase):\n    pass", None),
        ("assert (", None),
    ],
)
def test_needs_in_process(tests, why):
    """What cannot work across two processes is named."""
    assert needs_in_process(tests) == why


def test_settle():
    """The first form in which the reference passed, in the order data, proxy, in-process."""
    passed = {form: verdict(form, "passed") for form in ("data", "proxy", "in-process")}
    assert settle(passed) == "data"
    assert settle({**passed, "data": verdict("data", "failed")}) == "proxy"
    assert settle({"in-process": passed["in-process"]}) == "in-process"
    assert settle({"proxy": verdict("proxy", "timeout")}) is None
    assert settle({}) is None
