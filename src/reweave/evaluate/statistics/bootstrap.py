"""The cluster bootstrap over tasks: a second opinion on ``standard_errors`` and ``paired``.

Groups of tasks are drawn with replacement, each with all of its tasks and all of their samples, and the mean
is taken anew (Efron and Tibshirani 1993, chapter 8); the interval is that of the percentiles. It assumes no
distribution, but it cannot imagine a task unlike those that it has: near 0 and 1 and with few tasks it is too
narrow, as the plain normal interval is. For a paired difference, give it the differences.
"""

from collections.abc import Sequence
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.numeric import Array, np
from reweave.evaluate.statistics.standard_errors import ALPHA, Estimate, group_numbers

_WEIGHTS = 1 << 24  # numbers at once: 128 MiB


def bootstrap_means(
    scores: Any, groups: Sequence[Any] | None = None, *, draws: int = 10_000, seed: int = 0
) -> Array:
    """Draw the groups of tasks anew, and give the means.

    Args:
        scores: Shape (tasks,) or (tasks, columns); the columns (several k, or two runs) share their draws.
        groups: Each task's group; None for a task of its own. None for no groups at all.
        draws: How many.
        seed: Of numpy's default generator: equal seeds give equal draws under one version of numpy.

    Returns:
        Shape (draws,) or (draws, columns).

    Raises:
        EstimateError: No tasks, no draws, or a group missing.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0 or draws < 1:
        raise EstimateError(f"a bootstrap needs tasks and draws: there are {len(values)} and {draws}")
    numbers = group_numbers(groups, len(values))
    sizes = np.bincount(numbers).astype(np.float64)
    table = np.stack(
        [np.bincount(numbers, weights=column) for column in values.reshape(len(values), -1).T], axis=1
    )
    generator = np.random.default_rng(seed)
    chances = np.full(sizes.size, 1 / sizes.size)
    means = np.empty((draws, table.shape[1]))
    step = max(1, _WEIGHTS // sizes.size)
    for start in range(0, draws, step):
        some = min(step, draws - start)
        weights = generator.multinomial(sizes.size, chances, size=some).astype(np.float64)
        means[start : start + some] = (weights @ table) / (weights @ sizes)[:, None]
    return means if values.ndim > 1 else means[:, 0]


def bootstrap(
    scores: Any, groups: Sequence[Any] | None = None, *, draws: int = 10_000, seed: int = 0
) -> Estimate:
    """Estimate a mean over tasks with the bootstrap's standard error and percentile interval.

    Args:
        scores: One a task, shape (tasks,).
        groups: As ``bootstrap_means``.
        draws: Likewise; 10,000 put the ends of the interval within about 2 % of its width.
        seed: Likewise.

    Raises:
        EstimateError: As ``bootstrap_means``.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1:
        raise EstimateError(f"scores are one a task, not of shape {values.shape}")
    means = bootstrap_means(values, groups, draws=draws, seed=seed)
    n_groups = int(group_numbers(groups, values.size).max()) + 1
    mean = float(values.mean())
    if n_groups < 2 or draws < 2:
        return Estimate(mean, None, None, values.size, n_groups)
    low, high = float(np.quantile(means, ALPHA / 2)), float(np.quantile(means, 1 - ALPHA / 2))
    return Estimate(mean, float(means.std(ddof=1)), (low, high), values.size, n_groups)
