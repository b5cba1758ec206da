"""pass@k against counting subsets and exact rationals."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.errors import EstimateError
from reweave.evaluate.statistics.pass_at_k import pass_at_k, task_pass_at_k


def exact(n, c, k):
    return 1 - Fraction(math.comb(n - c, k), math.comb(n, k))


def test_small_cases_by_counting_subsets():
    """For every n up to 9, c and k: the share of subsets of k samples that hold a passing one."""
    for n in range(1, 10):
        for c in range(n + 1):
            for k in range(1, n + 1):
                subsets = list(combinations(range(n), k))
                share = sum(min(subset) < c for subset in subsets) / len(subsets)
                assert task_pass_at_k([n], [c], k)[0] == pytest.approx(share, rel=1e-14, abs=0), (n, c, k)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_equals_the_exact_rational(case):
    """Any n, c, k: the exact binomial quotient to 13 digits."""
    n, c, k = case
    assert task_pass_at_k([n], [c], k)[0] == pytest.approx(float(exact(n, c, k)), rel=1e-13, abs=0)


@pytest.mark.parametrize("c", [0, 1, 2, 17, 1_000, 50_000, 99_998, 100_000])
@pytest.mark.parametrize("k", [1, 2, 10, 777, 50_000, 99_999, 100_000])
def test_stays_exact_at_a_hundred_thousand_samples(c, k):
    """At n = 100,000 values near 0 keep their digits, values near 1 stay at most 1, none is nan."""
    n = 100_000
    # The exact binomials have 30,000 digits; a product of min(c, k) exact fractions is the same number.
    value = task_pass_at_k([n], [c], k)[0]
    assert 0 <= value <= 1
    assert value == pytest.approx(float(exact(n, c, k)), rel=1e-12, abs=0)


def test_certain_and_impossible_are_exact():
    """No pass gives exactly 0, fewer failures than k exactly 1."""
    assert task_pass_at_k([10, 10, 10], [0, 8, 10], 3).tolist() == [0.0, 1.0, 1.0]


def test_pass_at_1_is_the_share_that_passed():
    """At k = 1 it is c / n."""
    c = np.arange(201)
    assert task_pass_at_k(200, c, 1) == pytest.approx(c / 200, rel=1e-14)


def test_differing_n_and_the_mean():
    """Tasks may have different n; the benchmark's value is the mean of its tasks' values."""
    assert pass_at_k([5, 10, 4], [1, 3, 0], 4) == pytest.approx(
        float((exact(5, 1, 4) + exact(10, 3, 4)) / 3), rel=1e-14
    )


def test_is_unbiased():
    """Over all outcomes of n samples, weighted by their chance, the estimates average to 1 - (1 - p)^k."""
    n, k = 12, 5
    for p in (0.01, 0.3, 0.9):
        chances = np.array([math.comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)])
        mean = chances @ task_pass_at_k(n, np.arange(n + 1), k)
        assert mean == pytest.approx(1 - (1 - p) ** k, rel=1e-12)


def test_too_few_samples_are_refused_by_name():
    """Having n < k names the tasks, and only these."""
    with pytest.raises(EstimateError, match="pass@5 needs 5 samples of each task; not so: b, d") as caught:
        task_pass_at_k([5, 4, 6, 0], [0, 0, 0, 0], 5, task_ids=["a", "b", "c", "d"])
    assert caught.value.task_ids == ("b", "d")


def test_many_too_few_are_named_in_short():
    """The message names ten tasks and counts the rest; the error has them all."""
    with pytest.raises(EstimateError, match="and 154 more") as caught:
        task_pass_at_k([1] * 164, [0] * 164, 2)
    assert len(caught.value.task_ids) == 164


@pytest.mark.parametrize(
    ("n", "c", "k"), [([3], [4], 1), ([3], [-1], 1), ([3.0], [1.0], 1), ([3], [1], 0), ([[3]], [[5]], 1)]
)
def test_counts_that_cannot_be_are_refused(n, c, k):
    """More passes than samples, negative ones, fractions, k below 1."""
    with pytest.raises(EstimateError):
        task_pass_at_k(n, c, k)


def test_no_task_has_no_mean():
    """A benchmark without tasks has no pass@k."""
    with pytest.raises(EstimateError, match="no task"):
        pass_at_k([], [], 1)
