"""Do 95 % intervals hold the truth 95 times in 100? Simulated benchmarks, whose truth is known.

A benchmark is drawn whole each time: new tasks from the population, new samples of each. The truth is the
population's.
"""

import numpy as np
import pytest
from populations import POPULATIONS, draw, tables, true_pass_at_k

from reweave.evaluate.statistics.paired import paired_difference
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import estimate_mean, estimate_share

BENCHMARKS = 2_000
KS = (1, 5, 10)
USUAL = ("u-shaped", "two-humped", "hard", "easy")
MARGIN = 8  # tasks' worth of passes, or of failures, from which on a benchmark is not near an edge


def coverage(values, truth, estimate=estimate_share, groups=None):
    """The share of benchmarks whose interval holds the truth, in %."""
    held = 0
    for scores in values:
        low, high = estimate(scores, groups).ci95
        held += low <= truth <= high
    return 100 * held / len(values)


@pytest.mark.parametrize("population", USUAL)
@pytest.mark.parametrize(("tasks", "n"), [(100, 10), (164, 20), (500, 10)])
def test_usual_benchmarks_are_covered(population, tasks, n):
    """100 to 500 tasks, k of 1, 5 and 10: between 93 and 97 % of 2,000; near an edge maybe more."""
    values, _ = tables(population, (BENCHMARKS, tasks), n, KS, np.random.default_rng(31))
    for k in KS:
        truth = true_pass_at_k(population, k)
        near_edge = tasks * min(truth, 1 - truth) < MARGIN
        held = coverage(values[k], truth)
        assert 93 <= held <= (99 if near_edge else 97), (population, tasks, n, k, held)


@pytest.mark.parametrize("population", ["nearly solved", "nearly hopeless"])
@pytest.mark.parametrize("tasks", [30, 164])
def test_extreme_benchmarks_are_covered_or_more(population, tasks):
    """Pass@k from 0.03 to 0.995, even with 30 tasks: never below 93 %; above 97 % is the price."""
    values, _ = tables(population, (BENCHMARKS, tasks), 10, KS, np.random.default_rng(32))
    for k in KS:
        held = coverage(values[k], true_pass_at_k(population, k))
        assert held >= 93, (population, tasks, k, held)


def test_the_plain_interval_fails_there():
    """What the other interval is for: mean ± t · stderr misses the truth of many nearly solved benchmarks."""
    values, _ = tables("nearly solved", (BENCHMARKS, 164), 20, (10,), np.random.default_rng(33))
    truth = true_pass_at_k("nearly solved", 10)
    assert coverage(values[10], truth, estimate_mean) < 90
    assert coverage(values[10], truth) > 93


@pytest.mark.parametrize("population", ["u-shaped", "easy"])
def test_one_sample_a_task_is_covered(population):
    """Greedy decoding, one sample a task: between 93 and 97 %."""
    values, _ = tables(population, (BENCHMARKS, 164), 1, (1,), np.random.default_rng(34))
    assert 93 <= coverage(values[1], true_pass_at_k(population, 1)) <= 97


def test_grouped_benchmarks_are_covered_and_ungrouping_them_fails():
    """60 groups of five tasks that are equally hard: 93 to 97 % clustered, far less taken for 300 tasks."""
    generator = np.random.default_rng(35)
    chances = np.repeat(draw("u-shaped", (BENCHMARKS, 60), generator), 5, axis=1)
    values = task_pass_at_k(10, generator.binomial(10, chances), 5)
    truth = true_pass_at_k("u-shaped", 5)
    assert 93 <= coverage(values, truth, groups=[index // 5 for index in range(300)]) <= 97
    assert coverage(values, truth) < 75


def named(scores):
    return {str(index): score for index, score in enumerate(scores.tolist())}


def rejections(a, b, groups=None):
    """The share of pairs of runs whose p-value is below 0.05, in %."""
    by_id = {str(index): group for index, group in enumerate(groups)} if groups is not None else None
    pairs = zip(a, b, strict=True)
    return 100 * np.mean([paired_difference(named(x), named(y), by_id).p_value < 0.05 for x, y in pairs])


@pytest.mark.parametrize(
    ("population", "n", "k"),
    [("u-shaped", 1, 1), ("u-shaped", 10, 1), ("two-humped", 10, 5), ("hard", 10, 5)],
)
def test_equal_models_are_told_apart_one_time_in_twenty(population, n, k):
    """Two runs of one model on 164 tasks: between 3.5 and 6.5 % of 2,000 pairs differ "significantly"."""
    generator = np.random.default_rng(36)
    chances = draw(population, (BENCHMARKS, 164), generator)
    a, b = (task_pass_at_k(n, generator.binomial(n, chances), k) for _ in range(2))
    assert 3.5 <= rejections(a, b) <= 6.5


def test_equally_good_but_different_models_likewise():
    """Models that are good at different tasks, and equal over all: the same rate."""
    generator = np.random.default_rng(37)
    a, b = (
        task_pass_at_k(5, generator.binomial(5, draw("u-shaped", (BENCHMARKS, 164), generator)), 1)
        for _ in range(2)
    )
    assert 3.5 <= rejections(a, b) <= 6.5


def test_equal_models_on_groups_likewise():
    """Differences that groups of tasks share: right when clustered, wrong when not."""
    generator = np.random.default_rng(38)
    shape = (BENCHMARKS, 50)
    a, b = (np.repeat(draw("u-shaped", shape, generator), 4, axis=1) for _ in range(2))
    groups = [index // 4 for index in range(200)]
    assert 3.5 <= rejections(a, b, groups) <= 6.5
    assert rejections(a[:300], b[:300]) > 20


def test_nearly_solved_benchmarks_do_not_cry_wolf():
    """Few tasks differ: the rate falls below 5 %, it does not rise."""
    generator = np.random.default_rng(39)
    chances = draw("nearly solved", (BENCHMARKS, 164), generator)
    a, b = (task_pass_at_k(10, generator.binomial(10, chances), 5) for _ in range(2))
    assert rejections(a, b) <= 5


def test_paired_intervals_hold_the_true_difference():
    """A model that is better on a seventh of the tasks: 93 to 97 % of intervals hold by how much."""
    generator = np.random.default_rng(40)
    chances = draw("u-shaped", (BENCHMARKS, 164), generator)
    # Better tasks fail with the square of the chance: the mean gain is E[(1-p) - (1-p)²] / 7, and E[(1-p)^k]
    # is known.
    better = np.where(generator.random(chances.shape) < 1 / 7, 1 - (1 - chances) ** 2, chances)
    truth = (true_pass_at_k("u-shaped", 2) - true_pass_at_k("u-shaped", 1)) / 7
    a, b = (task_pass_at_k(10, generator.binomial(10, each), 1) for each in (better, chances))
    held = 0
    for left, right in zip(a, b, strict=True):
        low, high = paired_difference(named(left), named(right)).ci95
        held += low <= truth <= high
    assert 93 <= 100 * held / BENCHMARKS <= 97


def test_populations_are_what_they_say():
    """The truth that all of this is held against: closed form and drawn numbers agree."""
    generator = np.random.default_rng(41)
    for population in POPULATIONS:
        chances = draw(population, 200_000, generator)
        for k in KS:
            assert true_pass_at_k(population, k) == pytest.approx((1 - (1 - chances) ** k).mean(), abs=0.005)
