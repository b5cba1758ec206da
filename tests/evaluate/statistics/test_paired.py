"""Two runs on the same tasks."""

import math
import statistics

import numpy as np
import pytest

from reweave.errors import EstimateError
from reweave.evaluate.statistics.paired import paired_difference
from reweave.evaluate.statistics.student_t import two_sided_p


def scores(values):
    return {f"task/{index}": float(value) for index, value in enumerate(values)}


def test_is_the_one_sample_t_test_of_the_differences():
    """Dense differences: mean, standard error and p as in a textbook's paired t-test."""
    generator = np.random.default_rng(5)
    a, b = generator.uniform(size=(2, 40))
    result = paired_difference(scores(a), scores(b))
    differences = (a - b).tolist()
    error = statistics.stdev(differences) / math.sqrt(40)
    assert result.value == pytest.approx(statistics.fmean(differences), rel=1e-12)
    assert result.stderr == pytest.approx(error, rel=1e-12)
    assert result.p_value == pytest.approx(two_sided_p(result.value / error, 39), rel=1e-9)
    assert result.correlation == pytest.approx(statistics.correlation(a.tolist(), b.tolist()), rel=1e-9)


def test_variance_is_both_variances_less_twice_the_covariance():
    """Miller's section 4.2: pairing takes the covariance off."""
    generator = np.random.default_rng(6)
    hardness = generator.uniform(size=60)
    a, b = np.clip(hardness + generator.normal(0, 0.1, (2, 60)), 0, 1)
    result = paired_difference(scores(a), scores(b))
    unpaired = (statistics.variance(a.tolist()) + statistics.variance(b.tolist())) / 60
    covariance = statistics.covariance(a.tolist(), b.tolist()) / 60
    assert result.stderr**2 == pytest.approx(unpaired - 2 * covariance, rel=1e-9)
    assert result.stderr < math.sqrt(unpaired) / 2


def test_tasks_are_matched_by_id_and_the_rest_counted():
    """Order does not matter; what only one run has is left out and counted."""
    a = {"x": 1.0, "y": 0.0, "z": 1.0, "only": 1.0}
    b = {"z": 0.5, "other": 0.0, "more": 0.0, "y": 0.0, "x": 0.5}
    result = paired_difference(a, b)
    assert (result.n_tasks, result.only_a, result.only_b) == (3, 1, 2)
    assert (result.mean_a, result.mean_b) == pytest.approx((2 / 3, 1 / 3))
    assert result.value == pytest.approx(1 / 3)


def test_swapping_the_runs_turns_the_sign():
    """First minus second, less nothing else."""
    a, b = scores([1, 0, 1, 0.5, 1]), scores([0, 0, 1, 1, 0])
    there, back = paired_difference(a, b), paired_difference(b, a)
    assert there.value == -back.value
    assert there.ci95 == pytest.approx((-back.ci95[1], -back.ci95[0]))
    assert there.p_value == back.p_value


def test_groups_widen_what_they_share():
    """Differences that a group shares: the error grows by about the root of the group's size."""
    generator = np.random.default_rng(7)
    shared = np.repeat(generator.uniform(-0.3, 0.3, 30), 6)
    a = scores(0.5 + shared)
    b = scores(np.full(180, 0.5))
    groups = {f"task/{index}": index // 6 for index in range(180)}
    alone, grouped = paired_difference(a, b), paired_difference(a, b, groups)
    assert (alone.n_groups, grouped.n_groups) == (180, 30)
    assert grouped.stderr / alone.stderr == pytest.approx(math.sqrt(6), rel=0.02)


def test_no_difference_is_not_a_proof():
    """Equal on all of 164 tasks: p is 1, and the interval is as wide as 164 tasks allow."""
    same = scores([1] * 100 + [0] * 64)
    result = paired_difference(same, same)
    assert (result.value, result.stderr, result.p_value) == (0, 0, 1)
    assert result.ci95 == pytest.approx((-0.0222, 0.0222), abs=1e-4)


def test_one_task_has_no_p_value():
    """One task in common says nothing of others."""
    result = paired_difference({"a": 1.0}, {"a": 0.0, "b": 1.0})
    assert (result.value, result.stderr, result.ci95, result.p_value) == (1, None, None, None)


@pytest.mark.parametrize(("wins", "significant"), [(3, False), (4, False), (6, True), (12, True)])
def test_few_wins_are_judged_as_the_sign_test_would(wins, significant):
    """Of 164 tasks a few are won and none lost: exact p is 2^(1 - wins), below 0.05 from six on."""
    a = scores([1] * wins + [0] * (164 - wins))
    result = paired_difference(a, scores([0] * 164))
    assert (result.p_value < 0.05) == significant
    assert (result.ci95[0] > 0) == significant


def test_interval_and_p_value_agree():
    """The interval leaves out 0 exactly where p is below 0.05."""
    generator = np.random.default_rng(8)
    seen = set()
    for _ in range(300):
        a, b = generator.integers(0, 5, (2, 30)) / 4
        result = paired_difference(scores(a), scores(np.clip(b - generator.choice([0, 0.25]), 0, 1)))
        outside = result.ci95[0] > 0 or result.ci95[1] < 0
        assert outside == (result.p_value < 0.05)
        seen.add(outside)
    assert seen == {True, False}


def test_all_won_by_the_same_is_significant():
    """The same difference everywhere, and no spread: the interval stays off 0 and p says so."""
    result = paired_difference(scores([1.0] * 50), scores([0.5] * 50))
    assert result.ci95[0] > 0
    assert result.p_value == pytest.approx(2 * 1.5**-50)
    assert paired_difference(scores([1.0] * 9), scores([0.0] * 9)).p_value == pytest.approx(2 / 2**9)


@pytest.mark.parametrize("gain", [0.02, 0.05, 0.2, 1.0])
def test_without_spread_interval_and_p_value_agree_too(gain):
    """From one task to many, of one difference: p falls below 0.05 where the interval leaves 0."""
    for tasks in range(2, 300):
        result = paired_difference(scores([gain] * tasks), scores([0.0] * tasks))
        assert (result.ci95[0] > 0) == (result.p_value < 0.05), tasks


@pytest.mark.parametrize(
    ("a", "b"), [({"a": 1.0}, {"b": 1.0}), ({}, {}), ({"a": 2.0}, {"a": 1.0}), ({"a": math.nan}, {"a": 0.0})]
)
def test_nothing_to_compare_is_refused(a, b):
    """No common task, or scores outside 0 and 1."""
    with pytest.raises(EstimateError):
        paired_difference(a, b)
