"""The corpora as data: headers, names, what a program defines, what is shipped."""

import ast
import symtable
from pathlib import Path
from typing import get_args

import pytest

from reweave.sandbox.probes import corpus
from reweave.sandbox.results import Reason, Tier

PROBES = corpus.probes()
FORGERIES = corpus.forgeries()
TASK = corpus.task()
FOLDER = Path(corpus.__file__).parent


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_probe_is_whole(probe):
    """A probe parses, says what it tries and must meet, and has the fields of its kind and no others."""
    fields = corpus.header(probe.source)
    ast.parse(probe.source, feature_version=(3, 8))
    assert {"tries", "must", "kind"} <= set(fields) <= {"tries", "must", "kind", "ends", "tier", "runs"}
    assert set(probe.tiers) <= set(get_args(Tier))
    assert "tier" not in fields or "(" in fields["tier"], "a tier left out has its reason"
    if probe.kind == "static":
        functions = [node for node in ast.parse(probe.source).body if isinstance(node, ast.FunctionDef)]
        assert [len(node.args.args) for node in functions if node.name == "probe"] == [1]
        assert probe.ends == ()
    else:
        assert probe.kind == "dynamic"
        assert probe.ends
        assert set(probe.ends) <= set(get_args(Reason)) - {"harness-error"}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_forgery_is_whole(forgery):
    """A forgery parses, says how it tries, and defines the function of the task."""
    ast.parse(forgery.source, feature_version=(3, 8))
    assert set(corpus.header(forgery.source)) == {"tries"}
    assert TASK.entry_point in symtable.symtable(forgery.source, forgery.name, "exec").get_identifiers()


def test_every_file_is_loaded():
    """What lies in the folders is what the loader gives, so that no attack is left out unseen."""
    names = {path.name.removesuffix(corpus.SUFFIX) for path in (FOLDER / "containment").iterdir()}
    assert names == {probe.name for probe in PROBES}
    names = {path.name.removesuffix(corpus.SUFFIX) for path in (FOLDER / "forgeries").iterdir()}
    assert names == {forgery.name for forgery in FORGERIES} | {"task.toml"}


def test_no_program_can_be_imported():
    """No attack ends in .py: whatever collects or imports Python files must not run it."""
    assert not [path for folder in ("containment", "forgeries") for path in (FOLDER / folder).glob("*.py")]


def test_what_programs_try_is_said_once():
    """No two programs try the same in the same words."""
    for programs in (PROBES, FORGERIES):
        assert len({program.tries for program in programs}) == len(programs)


def test_corpora_have_their_size():
    """The corpora hold no fewer attacks than were promised."""
    assert sum(probe.kind == "static" for probe in PROBES) >= 37
    assert sum(probe.kind == "dynamic" for probe in PROBES) >= 34
    assert len(FORGERIES) >= 24


@pytest.mark.parametrize("text", [TASK.tests, TASK.assertions], ids=["tests", "assertions"])
def test_reference_is_right(text):
    """The right solution passes both test texts, and neither a constant nor True does."""
    space = {}
    exec(TASK.reference + text, space)
    space["check"](space[TASK.entry_point])
    for wrong in (0, True, None):
        with pytest.raises((AssertionError, TypeError)):
            space["check"](lambda word, wrong=wrong: wrong)


def test_expected_is_what_the_reference_gives():
    """The task's inputs and answers agree with its reference."""
    space = {}
    exec(TASK.reference, space)
    assert [space[TASK.entry_point](*arguments) for arguments in TASK.inputs] == TASK.expected


def test_header_ends_at_the_first_other_line():
    """A header is what stands at the top; a comment further down is none."""
    assert corpus.header("# tries: a thing\n# must: fail\nx = 1\n# kind: static\n") == {
        "tries": "a thing",
        "must": "fail",
    }
