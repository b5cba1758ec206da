"""Student's t distribution: its two-sided tail and its quantile, for any degrees of freedom.

This is all that the intervals need beyond numpy; scipy has it too, at a hundred megabytes. The tail is a
regularised incomplete beta function, computed by its continued fraction (Abramowitz and Stegun, 26.5.8 and
26.7.1).
"""

import math
from functools import lru_cache
from statistics import NormalDist

_TINY = 1e-300
_STEPS = 10_000  # the fraction takes about the square root of the degrees of freedom


def two_sided_p(t: float, df: float) -> float:
    """Give the probability that ``|T|`` is at least ``|t|``.

    Args:
        t: The statistic; infinite is allowed.
        df: Degrees of freedom, above 0, whole or not.

    >>> round(two_sided_p(2.228, 10), 4)
    0.05
    """
    if math.isinf(t):
        return 0.0
    total = df + t * t
    return _incomplete_beta(df / 2, 0.5, df / total, t * t / total)


@lru_cache(maxsize=4096)
def two_sided_quantile(p: float, df: float) -> float:
    """Give the t that ``|T|`` reaches with probability ``p``: 1.96 for 0.05 and many degrees of freedom.

    >>> round(two_sided_quantile(0.05, 1), 3)
    12.706
    """
    # The tail is convex: Newton's steps from the left, where the normal quantile is, never pass the root.
    t = NormalDist().inv_cdf(1 - p / 2)
    log_height = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    for _ in range(_STEPS):
        density = math.exp(log_height - (df + 1) / 2 * math.log1p(t * t / df))
        step = (two_sided_p(t, df) - p) / (2 * density)
        t += step
        if step <= 1e-13 * t:
            break
    return t


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Give I_x(a, b). ``rest`` is 1 - x, given apart because subtracting would lose its digits."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, rest) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction front to back (Lentz's method)."""
    below, value = 1.0, 1 - (a + b) * x / (a + 1)
    below = 1 / (value if abs(value) > _TINY else _TINY)
    value, above = below, 1.0
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for numerator in (even, odd):
            below = 1 + numerator * below
            above = 1 + numerator / above
            below = 1 / (below if abs(below) > _TINY else _TINY)
            above = above if abs(above) > _TINY else _TINY
            value *= below * above
        if abs(below * above - 1) < 1e-15:
            break
    return value
