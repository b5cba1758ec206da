"""Student's t against closed forms, printed tables and scipy's figures."""

import math
from statistics import NormalDist

import pytest

from reweave.evaluate.statistics.student_t import two_sided_p, two_sided_quantile


@pytest.mark.parametrize("t", [0.0, 1e-8, 0.1, 1.0, 2.5, 40.0, 1e6])
def test_one_and_two_degrees_of_freedom_are_closed_forms(t):
    """One is Cauchy's distribution, two give t / sqrt(2 + t²)."""
    cauchy = 1.0 if t == 0 else 2 * math.atan(1 / t) / math.pi
    assert two_sided_p(t, 1) == pytest.approx(cauchy, rel=1e-12)
    root = math.sqrt(2 + t * t)
    assert two_sided_p(t, 2) == pytest.approx(2 / (root * (root + t)), rel=1e-12)


# scipy 1.17.1: 2 * stats.t.sf(t, df)
@pytest.mark.parametrize(
    ("t", "df", "p"),
    [
        (0.5, 3, 0.651447964848151),
        (2.0, 3.7, 0.12181720190523398),
        (1.96, 163, 0.05170085533494736),
        (8.0, 163, 2.1918949839560266e-13),
        (30.0, 12.25, 7.685575752810685e-13),
        (0.001, 50, 0.9992060947755017),
        (3.3, 9999, 0.0009702315830099621),
        (25.0, 500, 4.300859519522926e-90),
    ],
)
def test_tail_is_scipys(t, df, p):
    """Whole and broken degrees of freedom, far tails: to ten digits."""
    assert two_sided_p(t, df) == pytest.approx(p, rel=1e-10, abs=0)


@pytest.mark.parametrize(
    ("df", "t"),
    [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (99, 1.984), (163, 1.975), (1e7, 1.960)],
)
def test_quantile_is_the_printed_tables(df, t):
    """The 95 % quantiles that are printed in textbooks."""
    assert two_sided_quantile(0.05, df) == pytest.approx(t, abs=6e-4)


@pytest.mark.parametrize("df", [1, 2.7, 163, 1e5])
@pytest.mark.parametrize("p", [0.5, 0.05, 1e-6])
def test_quantile_inverts_the_tail(p, df):
    """The tail beyond the quantile is p."""
    assert two_sided_p(two_sided_quantile(p, df), df) == pytest.approx(p, rel=1e-9)


def test_many_degrees_are_the_normal_distribution():
    """With many degrees of freedom it is the normal distribution; infinite t has no tail."""
    assert two_sided_p(1.5, 1e6) == pytest.approx(2 * NormalDist().cdf(-1.5), rel=3e-6)
    assert two_sided_p(math.inf, 3) == 0
