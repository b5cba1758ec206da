"""Means over tasks: against the formulas written out, and at the edges."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.errors import EstimateError
from reweave.evaluate.statistics.standard_errors import (
    clustered_variance,
    degrees_of_freedom,
    estimate_mean,
    estimate_share,
)

shares = st.lists(st.floats(0, 1), min_size=2, max_size=60)
thousandths = st.lists(st.integers(0, 1000), min_size=2, max_size=60)


def slow_clustered(scores, groups):
    """Miller's clustered formula, pair by pair, with G / (G - 1) for n / (n - 1)."""
    n, mean = len(scores), statistics.fmean(scores)
    total = sum(
        (a - mean) * (b - mean)
        for a, group_a in zip(scores, groups, strict=True)
        for b, group_b in zip(scores, groups, strict=True)
        if group_a == group_b
    )
    g = len(set(groups))
    return total * g / (g - 1) / n**2


@given(shares)
def test_ungrouped_is_the_clt_standard_error(scores):
    """Without groups: the sample's standard deviation over the root of n."""
    wanted = statistics.stdev(scores) / math.sqrt(len(scores))
    assert estimate_share(scores).stderr == pytest.approx(wanted, abs=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcd")), min_size=2, max_size=40))
def test_grouped_is_the_double_sum(rows):
    """With groups: the sum over all pairs of tasks of a group."""
    scores, groups = zip(*rows, strict=True)
    if len(set(groups)) > 1:
        assert clustered_variance(scores, groups) == pytest.approx(slow_clustered(scores, groups), abs=1e-12)
        assert estimate_mean(scores, groups).n_groups == len(set(groups))


def test_a_group_of_copies_counts_as_one_task():
    """Each task asked five times, in one group, is as sure as each asked once."""
    scores = [0.1, 0.9, 0.4, 1.0, 0.0, 0.3]
    once = estimate_share(scores)
    copied = estimate_share(np.repeat(scores, 5), [index // 5 for index in range(30)])
    assert copied.stderr == pytest.approx(once.stderr, rel=1e-12)
    assert copied.ci95 == pytest.approx(once.ci95, rel=1e-12)
    assert (copied.n_tasks, copied.n_groups) == (30, 6)


def test_no_group_is_a_group_of_its_own():
    """None among the groups stands for a task alone."""
    scores = [0.1, 0.9, 0.4, 1.0]
    assert estimate_share(scores, [None] * 4) == estimate_share(scores)
    assert estimate_share(scores, ["a", None, "a", None]).n_groups == 3


@pytest.mark.parametrize("estimate", [estimate_share, estimate_mean])
def test_one_task_has_no_error(estimate):
    """One task, or one group of tasks, gives a value and no standard error: None, not 0."""
    single, group = estimate([0.25]), estimate([0.2, 0.4], ["a", "a"])
    assert (single.value, single.stderr, single.ci95) == (0.25, None, None)
    assert (group.stderr, group.ci95, group.n_tasks, group.n_groups) == (None, None, 2, 1)


@given(shares)
def test_a_shares_interval_stays_within_bounds_and_holds_the_value(scores):
    """0 <= low <= value <= high <= 1, and some width unless the middle is certain."""
    estimate = estimate_share(scores)
    low, high = estimate.ci95
    assert 0 <= low <= estimate.value <= high <= 1
    assert high > low


@given(thousandths)
def test_turning_scores_around_turns_the_interval_around(scores):
    """The interval of failures is the mirror image of that of passes."""
    low, high = estimate_share([score / 1000 for score in scores]).ci95
    mirrored = estimate_share([(1000 - score) / 1000 for score in scores]).ci95
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_single_samples_give_wilsons_interval():
    """All-or-nothing scores: Wilson's interval, here with z² taken from t at 99 and n - 1 for n."""
    scores = [1.0] * 80 + [0.0] * 20
    spread = 1.9842169515**2 / 99
    centre = (0.8 + spread / 2) / (1 + spread)
    half = math.sqrt(spread * 0.16 + spread**2 / 4) / (1 + spread)
    assert estimate_share(scores).ci95 == pytest.approx((centre - half, centre + half), rel=1e-9)


def test_all_passing_is_not_certain():
    """164 of 164: the interval reaches down to 0.977, as the exact binomial one does (0.9778)."""
    low, high = estimate_share([1.0] * 164).ci95
    assert high == 1
    assert low == pytest.approx(0.9768, abs=1e-4)


def test_few_failures_are_as_wide_as_all_or_nothing():
    """One task of 164 slightly below 1 says next to nothing of the spread: the interval hardly moves."""
    near = estimate_share([1.0] * 163 + [0.95]).ci95
    assert near[0] == pytest.approx(estimate_share([1.0] * 164).ci95[0], abs=1e-3)


@pytest.mark.parametrize(("m", "wanted"), [(4, 8), (10, 20), (40, 80)])
def test_few_differing_groups_have_few_degrees_of_freedom(m, wanted):
    """M of very many groups that differ equally: about 2 M; all of them that differ: G - 1."""
    sums = np.zeros(100_000)
    sums[:m] = 1
    assert degrees_of_freedom(sums) == pytest.approx(wanted, rel=1e-3)
    assert degrees_of_freedom(np.tile([1.0, -1.0], 50)) == 99
    assert degrees_of_freedom(np.array([1e-200, -1e-200])) == 1


@pytest.mark.parametrize(
    ("scores", "groups"),
    [
        ([], None),
        ([[0.5]], None),
        ([0.5, math.nan], None),
        ([0.5, 1.5], None),
        ([-0.1], None),
        ([0.5], ["a", "b"]),
    ],
)
def test_scores_that_make_no_sense_are_refused(scores, groups):
    """No task, a table, not a number, outside 0 and 1, groups that do not fit."""
    with pytest.raises(EstimateError):
        estimate_share(scores, groups)


def test_a_mean_of_anything():
    """Scores of any size: t times the standard error around the mean."""
    estimate = estimate_mean([1e12, 2e12, 4e12, 5e12])
    half = 3.182446305 * statistics.stdev([1, 2, 4, 5]) / 2
    assert estimate.ci95 == pytest.approx(((3 - half) * 1e12, (3 + half) * 1e12), rel=1e-8)
