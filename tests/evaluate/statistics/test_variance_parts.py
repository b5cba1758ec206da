"""The law of total variance, against exact moments and simulation."""

import math

import numpy as np
import pytest

from reweave.errors import EstimateError
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import clustered_variance
from reweave.evaluate.statistics.variance_parts import variance_parts


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("p", [0.05, 0.4, 0.95])
def test_within_part_is_unbiased(k, p):
    """Over all outcomes of n samples, weighted, a task's estimated variance averages to the true one."""
    n = 10
    c = np.arange(n + 1)
    chances = np.array([math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in c])
    values = task_pass_at_k(n, c, k)
    true = chances @ values**2 - (chances @ values) ** 2
    # Two equal tasks: the part is their mean variance over two, unless that is negative and cut.
    from reweave.evaluate.statistics.pass_at_k import log_all_fail

    full = np.full(n + 1, n)
    each = np.exp(2 * log_all_fail(full, c, k)) - np.exp(log_all_fail(full, c, 2 * k))
    assert chances @ each == pytest.approx(true, rel=1e-9)
    for i in c:
        assert variance_parts([n, n], [i, i], k).within == pytest.approx(max(0, each[i] / 2), abs=1e-15)


def test_pass_at_1_is_the_binomial_variance():
    """At k = 1: the mean of p (1 - p) / (n - 1), over the number of tasks."""
    n, c = np.array([10, 20, 5]), np.array([3, 20, 1])
    p = c / n
    parts = variance_parts(n, c, 1)
    assert parts.within == pytest.approx((p * (1 - p) / (n - 1)).mean() / 3, rel=1e-12)
    assert parts.total == pytest.approx(clustered_variance(p), rel=1e-12)
    assert parts.within + parts.between == pytest.approx(parts.total, rel=1e-12)


def test_a_rerun_moves_by_the_within_part():
    """Simulated reruns on the same tasks spread by the resampling error, not by the whole one."""
    generator = np.random.default_rng(11)
    chances = generator.beta(0.5, 0.5, 200)
    reruns = generator.binomial(20, chances, size=(2000, 200))
    for k in (1, 5, 10):
        spread = task_pass_at_k(20, reruns, k).mean(axis=1).std(ddof=1)
        parts = [variance_parts([20] * 200, c, k) for c in reruns[:50]]
        estimated = math.sqrt(np.mean([part.within for part in parts]))
        assert estimated == pytest.approx(spread, rel=0.06)
        assert estimated < math.sqrt(parts[0].total) / 2


def test_equal_tasks_have_no_between_part():
    """Tasks that are all as hard: what is between them is near nothing."""
    generator = np.random.default_rng(12)
    parts = variance_parts([50] * 400, generator.binomial(50, 0.3, 400), 1)
    assert parts.between < 0.2 * parts.total


def test_too_few_samples_cannot_be_parted():
    """Below 2k samples somewhere: None, not a guess."""
    assert variance_parts([10, 9], [3, 4], 5) is None
    assert variance_parts([10, 10], [3, 4], 5) is not None
    with pytest.raises(EstimateError):
        variance_parts([10], [3], 1)
