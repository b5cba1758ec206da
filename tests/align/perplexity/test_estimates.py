"""Intervals over rows: the clustered standard error of tokens, and how often they hold the truth."""

import math

import numpy as np
import pytest

from reweave.align.perplexity.estimates import bits_per_byte, perplexity, ratio
from reweave.evaluate.statistics.standard_errors import ALPHA, degrees_of_freedom, estimate_mean
from reweave.evaluate.statistics.student_t import two_sided_quantile


def drawn(generator, rows):
    """Rows of uneven lengths whose tokens have a cost of their own; 1.5 nats a token in the long run."""
    tokens = generator.integers(5, 400, rows)
    costs = generator.gamma(6.0, 0.25, rows)
    return costs * tokens, tokens


def test_clustered_by_row():
    """The standard error is that of all tokens, grouped by row: a row's tokens share its cost."""
    nats, tokens = drawn(np.random.default_rng(0), 40)
    figure = ratio(nats, tokens)
    each = np.repeat(nats / tokens, tokens)
    clustered = estimate_mean(each, np.repeat(np.arange(40), tokens).tolist())
    assert figure.value == pytest.approx(clustered.value)
    residuals = nats - figure.value * tokens
    half = two_sided_quantile(ALPHA, degrees_of_freedom(residuals)) * clustered.stderr
    assert math.log(figure.ci95[1] / figure.value) == pytest.approx(half / figure.value)
    assert figure.value / figure.ci95[0] == pytest.approx(figure.ci95[1] / figure.value)
    naive = estimate_mean(each)
    assert clustered.stderr > 5 * naive.stderr


def test_coverage():
    """Of 2,000 samples of 50 rows, 93 to 97 % of the intervals hold the truth."""
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        low, high = ratio(*drawn(generator, 50)).ci95
        hits += low <= 1.5 <= high
    assert 0.93 <= hits / 2000 <= 0.97


def test_forms():
    """Perplexity is the exponential of nats a token, with its ends; bits a byte divides by bytes."""
    nats, tokens, sizes = [3.0, 5.0, 1.0], [2, 4, 1], [6, 10, 3]
    mean = ratio(nats, tokens)
    found = perplexity(nats, tokens)
    assert found.value == pytest.approx(math.exp(9 / 7))
    assert found.ci95 == pytest.approx(tuple(math.exp(end) for end in mean.ci95))
    assert bits_per_byte(nats, sizes).value == pytest.approx(9 / math.log(2) / 19)
    assert found.ci95[0] > 1


def test_few_rows():
    """One row says nothing of its spread; equal rows have none; what overflows is infinite, not an error."""
    assert ratio([2.0], [1.0]).ci95 is None
    assert perplexity([2.0, 4.0], [1, 2]).ci95 == pytest.approx((math.exp(2), math.exp(2)))
    assert perplexity([0.0, 0.0], [1, 2]).ci95 == (1.0, 1.0)
    assert perplexity([1e6, 1e3], [1, 1]).value == math.inf
