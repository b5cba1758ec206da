"""Distinct programs and outputs, and the slope of pass@k."""

from itertools import combinations

import pytest

from reweave.errors import EstimateError
from reweave.evaluate.statistics.diversity import distinct_outputs, distinct_programs, pass_at_k_slope
from reweave.evaluate.statistics.pass_at_k import pass_at_k
from reweave.evaluate.statistics.standard_errors import estimate_share


def test_distinct_programs_by_task():
    """Programs that differ in names and layout count once, what does not parse counts by its text."""
    programs = {
        "a": ["def f(x): return x", "def f(y):\n    return y  # same", "def f(x): return -x", "def f("],
        "b": ["def f(", "def f(", "def f( ", None],
        "c": [None],
    }
    result = distinct_programs(programs)
    assert result.by_task == {"a": 3 / 4, "b": 2 / 3}
    assert (result.n_samples, result.n_distinct, result.missing, result.unparsed) == (7, 5, 2, 4)
    assert result.left_out == ("c",)
    assert result.share == estimate_share([3 / 4, 2 / 3])


def test_text_is_no_tree():
    """A program whose text is another's normal form is not that program."""
    from reweave.evaluate.statistics.normal_form import normal_form

    assert distinct_programs({"a": ["x = 1", normal_form("x = 1") + ")"]}).n_distinct == 2


def test_share_at_fewer_samples_is_the_mean_over_subsets():
    """At m samples: the mean share over every subset of m."""
    outputs = {"a": list("aabcd"), "b": list("zzzzz"), "few": ["x", None]}
    result = distinct_outputs(outputs, at=3)
    for task in "ab":
        subsets = list(combinations(outputs[task], 3))
        wanted = sum(len(set(subset)) / 3 for subset in subsets) / len(subsets)
        assert result.by_task[task] == pytest.approx(wanted)
    assert result.left_out == ("few",)
    assert result.at == 3


def test_outputs_may_be_anything_hashable():
    """Texts, numbers, tuples; None is an output that is missing."""
    result = distinct_outputs({"a": [1, 1, (2, "x"), None], "b": ["y", "z"]})
    assert result.by_task == {"a": 2 / 3, "b": 1.0}
    assert (result.missing, result.unparsed) == (1, 0)


def test_groups_are_those_of_the_tasks_that_are_left():
    """Tasks without anything to compare take their group with them."""
    result = distinct_outputs(
        {"a": [1, 1], "b": [None], "c": [1, 2], "d": [1, 2]}, groups={"a": "g", "b": "g", "c": "h"}
    )
    assert (result.share.n_tasks, result.share.n_groups) == (3, 3)


def test_nothing_to_compare_is_refused():
    """No programs at all, or too few everywhere."""
    with pytest.raises(EstimateError):
        distinct_programs({"a": [None]})
    with pytest.raises(EstimateError):
        distinct_outputs({"a": [1, 2]}, at=3)
    with pytest.raises(EstimateError):
        distinct_outputs({"a": [1, 2]}, at=0)


def test_slope_is_the_line_through_the_benchmarks_values():
    """The mean of the tasks' slopes is the least-squares slope of the benchmark's pass@k over log2 k."""
    n, c, ks = [16] * 5, [0, 1, 3, 8, 16], [1, 2, 4, 8]
    values = [pass_at_k(n, c, k) for k in ks]
    mean = sum(values) / 4
    wanted = sum((x - 1.5) * (y - mean) for x, y in enumerate(values)) / 5
    slope = pass_at_k_slope(n, c, ks)
    assert slope.value == pytest.approx(wanted)
    assert slope.ci95[0] < slope.value < slope.ci95[1]


def test_slope_between_two_k():
    """With k of 1 and 2 it is the difference; one k alone has none."""
    assert pass_at_k_slope([4, 4], [1, 2], [1, 2]).value == pytest.approx(
        pass_at_k([4, 4], [1, 2], 2) - pass_at_k([4, 4], [1, 2], 1)
    )
    with pytest.raises(EstimateError):
        pass_at_k_slope([4], [1], [2, 2])
