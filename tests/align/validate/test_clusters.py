"""Agreement: clusters by pass vector, the share they are of, and which tests are run."""

import pytest

from reweave.align.validate.clusters import agreements, columns

T, F = True, False


def test_agreement():
    """Size times tests passed, over responses times tests; the largest cluster is number 0."""
    found = agreements([(T, F), (T, T), (T, T), (F, F)])
    assert [each.cluster for each in found] == [1, 0, 0, 2]
    assert [each.size for each in found] == [1, 2, 2, 1]
    assert [each.value for each in found] == [1 / 8, 4 / 8, 4 / 8, 0]
    assert {(each.responses, each.tests) for each in found} == {(4, 2)}


def test_no_tests():
    """Where there was nothing to agree on there is no agreement."""
    assert [each.value for each in agreements([(), ()])] == [None, None]


@pytest.mark.parametrize(("budget", "chosen"), [(9, ["b", "c", "a"]), (8, ["b", "c"]), (2, []), (0, [])])
def test_budget(budget, chosen):
    """Tests that their own program passes come first; no more than the budget has runs for."""
    assert columns({"a": F, "b": T, "c": T}, 3, budget) == chosen


def test_cross_execution(validated):
    """The right programs agree; one that is as wrong as its own tests passes them, and stands alone."""
    right = "def f(x):\n    return x * 2\n"
    same = "def f(x):\n    return x + x\n"
    wrong = "def f(x):\n    return x + 2\n"
    tests = "assert f(3) == 6\nassert f(0) == 0\n"
    mistaken = "assert f(3) == 5\n"
    tautology = "assert f(3) == f(3)\n"
    columns = validated(
        (right, tests), (same, mistaken), (wrong, mistaken), (same, tautology), together=True, mutants=5
    )
    assert [each["cluster"] for each in columns] == [0, 0, 1, 0]
    assert [each["cluster_size"] for each in columns] == [3, 3, 1, 3]
    assert columns[0]["agreement"] == round(3 * 1 / (4 * 2), 4)
    assert columns[2]["agreement"] == round(1 * 1 / (4 * 2), 4)
    assert columns[0]["agreement_n"] == {"responses": 4, "tests": 2}
    assert columns[1]["cross"] == {"r0": True, "r1": False, "r2": False}
    assert [each["reason"] for each in columns] == ["accepted", "failed", "accepted", "tautologies"]
