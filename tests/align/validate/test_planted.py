"""The planted set: what is accepted, what is refused, by which rule, and what its tests kill."""

import planted
import pytest

STRONG = 0.8


@pytest.fixture(scope="module")
def columns(validated):
    return validated(*((case.program, case.tests) for case in planted.CASES), mutants=40, wall=2.0)


def test_each_is_refused_by_its_rule(columns):
    """Every response has the reason that was planted."""
    found = [(case.name, column["reason"]) for case, column in zip(planted.CASES, columns, strict=True)]
    assert found == [(case.name, case.reason) for case in planted.CASES]


def test_no_wrong_program_is_accepted(columns):
    """Whatever a wrong program passes, it is not accepted; right ones with strong tests are."""
    accepted = [case for case, column in zip(planted.CASES, columns, strict=True) if column["accepted"]]
    assert len(accepted) == 4
    assert all(case.right for case in accepted)


def test_strong_tests_kill_and_weak_ones_do_not(columns):
    """Tests that were written to be strong refuse most mutants; those refused for their weakness few."""
    for case, column in zip(planted.CASES, columns, strict=True):
        if column["accepted"]:
            assert column["killed"] / column["mutants"] >= STRONG, case.name
            assert column["test_score"] >= STRONG
            assert column["stub_survives"] == []
            assert column["asserts_reached"] == column["asserts"] > 0
        elif column["reason"] in {"stub-survives", "tautologies", "weak-tests"}:
            assert column["killed"] / column["mutants"] < 0.5, case.name
            assert column["test_score"] < 0.5


def test_survivors_are_named(columns):
    """A row names mutants that its tests let live, by line and change."""
    for column in columns:
        assert len(column["survivors"]) == min(10, column["mutants"] - column["killed"])
    assert any("→" in told for column in columns for told in column["survivors"])
