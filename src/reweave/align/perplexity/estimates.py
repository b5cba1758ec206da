"""From rows to figures: perplexity a token and bits a byte, with 95 % intervals over rows.

Both come of a ratio of sums: nats over tokens, bits over bytes. Tokens of a row are not independent, rows are
taken to be: the standard error is that of a ratio estimator, one residual a row (Cochran, Sampling
Techniques, section 6.4), which is ``clustered_variance`` of tokens grouped by row. It speaks of new rows of
the same kind. The interval is symmetric on the ratio's logarithm, since neither figure can be below 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reweave.evaluate.statistics.numeric import np
from reweave.evaluate.statistics.standard_errors import ALPHA, degrees_of_freedom
from reweave.evaluate.statistics.student_t import two_sided_quantile


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and how sure it is.

    Attributes:
        value: Of all rows together.
        ci95: Low and high; None where there are fewer than two rows.
    """

    value: float
    ci95: tuple[float, float] | None


def ratio(tops: Sequence[float], bottoms: Sequence[float]) -> Figure:
    """Estimate the ratio of two sums over rows.

    Args:
        tops: One a row, at least one.
        bottoms: Likewise; above 0.

    >>> ratio([1.0, 3.0], [2.0, 2.0]).value
    1.0
    """
    above, below = np.asarray(tops, dtype=np.float64), np.asarray(bottoms, dtype=np.float64)
    total = float(below.sum())
    value = float(above.sum()) / total
    if above.size < 2:
        return Figure(value, None)
    residuals = above - value * below
    variance = float(residuals @ residuals) * above.size / (above.size - 1) / total**2
    half = two_sided_quantile(ALPHA, degrees_of_freedom(residuals)) * math.sqrt(variance)
    factor = _exp(half / value) if half else 1.0
    return Figure(value, (value / factor, value * factor))


def perplexity(nats: Sequence[float], tokens: Sequence[int]) -> Figure:
    """Estimate exp(nats over tokens); arguments as `ratio`.

    >>> round(perplexity([4 * math.log(8), 2 * math.log(8)], [4, 2]).value, 9)
    8.0
    """
    mean = ratio(nats, tokens)
    return Figure(_exp(mean.value), mean.ci95 and (_exp(mean.ci95[0]), _exp(mean.ci95[1])))


def bits_per_byte(nats: Sequence[float], sizes: Sequence[int]) -> Figure:
    """Estimate bits a byte: whatever the tokenizer, the bytes are the same; arguments as `ratio`.

    >>> bits_per_byte([8 * math.log(2)], [4]).value
    2.0
    """
    return ratio([nat / math.log(2) for nat in nats], sizes)


def _exp(nats: float) -> float:
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf
