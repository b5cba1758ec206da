"""The mean over a benchmark's tasks, with its standard error and an interval.

The tasks are taken for a sample of the tasks that could have been asked, after Miller, Adding Error Bars to
Evals (arXiv 2411.00640, section 2): the standard error is that of a mean of independent tasks,
clustered where tasks come in groups (a function in several languages, questions on one text). An interval
therefore speaks of *new tasks of the same kind*, not of a rerun on these; ``variance_parts`` has that one.

Two intervals, both 95 %:

- ``estimate_share``, for scores within [0, 1]: Wilson's interval with the number of tasks that the standard
  error amounts to. The plain ``mean ± t · stderr`` covers too rarely near 0 and 1 (down to 60 % of the time
  at pass@10 = 0.995), reaches over the edge, and gives no width at all where every task passes.
- ``estimate_mean``, for any scores: Student's t, its degrees of freedom lowered where few tasks carry the
  spread.

Their coverage is simulated in ``tests/evaluate/test_coverage.py``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.numeric import Array, np
from reweave.evaluate.statistics.student_t import two_sided_quantile

ALPHA = 0.05
"""What the intervals leave out: they are 95 %."""

# Below as many groups' worth of passes (or of failures), the spread that was seen says too little about the
# spread that there is. Chosen by simulation: see docs/evaluation-statistics.md.
_FEW = 4.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over tasks, and how sure it is.

    Args:
        value: The mean.
        stderr: Its standard error; None where there are fewer than two groups of tasks, which say nothing of
            it.
        ci95: The 95 % interval, low and high; None likewise.
        n_tasks: Tasks.
        n_groups: Groups of tasks; as many as tasks where they do not come in groups.
    """

    value: float
    stderr: float | None
    ci95: tuple[float, float] | None
    n_tasks: int
    n_groups: int


def estimate_share(scores: Any, groups: Sequence[Any] | None = None) -> Estimate:
    """Estimate the mean of scores within [0, 1], such as pass@k of each task.

    Args:
        scores: One a task, shape (tasks,).
        groups: Each task's group; None for a task of its own. None for no groups at all.

    Raises:
        EstimateError: No task, a score that is not within [0, 1], or not as many groups as tasks.

    >>> estimate_share([1.0] * 100).ci95
    (0.9621..., 1.0)
    """
    values = _checked(scores)
    if values.min() < 0 or values.max() > 1:
        raise EstimateError("a share's scores lie within 0 and 1")
    mean = float(values.mean())
    sums = group_residuals(values, groups)
    if sums.size < 2:
        return Estimate(mean, None, None, values.size, sums.size)
    variance = _variance(sums, values.size)
    low, high = _wilson(mean, variance, sums.size)
    return Estimate(mean, math.sqrt(variance), (low, high), values.size, sums.size)


def estimate_mean(scores: Any, groups: Sequence[Any] | None = None) -> Estimate:
    """Estimate the mean of scores of any size; arguments and errors as ``estimate_share``.

    >>> estimate_mean([1.0, 2.0, 3.0]).value
    2.0
    """
    values = _checked(scores)
    mean = float(values.mean())
    sums = group_residuals(values, groups)
    if sums.size < 2:
        return Estimate(mean, None, None, values.size, sums.size)
    error = math.sqrt(_variance(sums, values.size))
    half = two_sided_quantile(ALPHA, degrees_of_freedom(sums)) * error
    return Estimate(mean, error, (mean - half, mean + half), values.size, sums.size)


def clustered_variance(scores: Any, groups: Sequence[Any] | None = None) -> float:
    """Give the squared standard error of the mean: G / (G - 1) · Σ (a group's residuals, added)² / tasks².

    With one task a group this is the sample variance over the number of tasks; otherwise it is Miller's
    clustered formula but for the factor G / (G - 1), the usual one for few groups
    (Cameron and Miller 2015).
    """
    values = _checked(scores)
    sums = group_residuals(values, groups)
    if sums.size < 2:
        raise EstimateError("a standard error needs at least two groups of tasks")
    return _variance(sums, values.size)


def group_residuals(values: Array, groups: Sequence[Any] | None) -> Array:
    """Add up each group's differences to the mean; shape (groups,), in the order of first appearance."""
    numbers = group_numbers(groups, values.size)
    if np.ptp(values) == 0:  # equal scores may differ from their rounded mean
        return np.zeros(int(numbers.max()) + 1)
    return np.bincount(numbers, weights=values - values.mean())


def group_numbers(groups: Sequence[Any] | None, n_tasks: int) -> Array:
    """Number the groups from 0, shape (tasks,); a task whose group is None has one of its own."""
    if groups is None:
        return np.arange(n_tasks)
    if len(groups) != n_tasks:
        raise EstimateError(f"{len(groups)} groups for {n_tasks} tasks")
    seen: dict[Any, int] = {}
    keys = [(True, index) if group is None else (False, group) for index, group in enumerate(groups)]
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)


def degrees_of_freedom(sums: Array) -> float:
    """Say how many degrees of freedom the spread of the groups' sums has.

    G - 1, or fewer where few groups carry the spread: then the variance's estimate is itself uncertain, as
    its kurtosis κ says, and 2 G / (κ - 1) matches it to a chi-square (Satterthwaite's argument). Where M of
    very many groups differ, and equally, this is about 2 M.
    """
    squares = sums**2
    if not squares.any():
        return float(sums.size - 1)
    squares /= squares.max()  # fourth powers of small numbers vanish
    kurtosis = sums.size * float((squares**2).sum()) / float(squares.sum()) ** 2
    wanted: float = 2 * sums.size / (kurtosis - 1) if kurtosis > 1 else math.inf
    most: float = sums.size - 1
    return max(1.0, min(most, max(2.0, wanted)))


def _variance(sums: Array, n_tasks: int) -> float:
    squares, groups = float(sums @ sums), int(sums.size)
    return squares * groups / (groups - 1) / n_tasks**2


def _wilson(mean: float, variance: float, groups: int) -> tuple[float, float]:
    """Wilson's score interval (1927) for a mean whose variance is known from its groups.

    ``inverse`` is one over the effective number of tasks, p (1 - p) / stderr² (as survey statistics have it:
    Korn and Graubard 1998). Where few pass or few fail, the effective number is not believed to be more
    than the number of groups, and the end of the interval near that edge moves to it, which Wilson's own
    misses too often (Brown, Cai and DasGupta 2001, section 4.1.1); gradually, from ``_FEW`` down to none.
    """
    product = mean * (1 - mean)
    inverse = variance / product if product > 0 else 0.0
    few_pass = max(0.0, 1 - groups * mean / _FEW)
    few_fail = max(0.0, 1 - groups * (1 - mean) / _FEW)
    capped = max(few_pass, few_fail) if variance > 0 else 1.0  # equal scores do not show that tasks are alike
    inverse = capped * max(inverse, 1 / groups) + (1 - capped) * inverse
    spread = two_sided_quantile(ALPHA, groups - 1.0) ** 2 * inverse
    centre = (mean + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (product + spread / 4)) / (1 + spread)
    low = (centre - half) * (1 - few_pass)
    high = 1 - (1 - centre - half) * (1 - few_fail)
    return min(max(0.0, low), mean), max(min(1.0, high), mean)


def _checked(scores: Any) -> Array:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise EstimateError(f"scores are one a task, at least one task: not of shape {values.shape}")
    if not np.isfinite(values).all():
        raise EstimateError(
            f"scores of tasks {np.flatnonzero(~np.isfinite(values)).tolist()} are not numbers"
        )
    return values
