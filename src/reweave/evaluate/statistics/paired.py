"""Two runs on the same tasks: the mean difference, its interval, and whether it is more than chance.

Tasks are matched by their id and differences taken task by task, so that what is hard for both cancels
(Miller, arXiv 2411.00640, section 4). The test and the interval are one thing: the interval leaves out 0
exactly where the p-value is below 0.05. What cannot be matched is counted, never guessed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.numeric import Array, np
from reweave.evaluate.statistics.standard_errors import (
    ALPHA,
    clustered_variance,
    degrees_of_freedom,
    group_residuals,
)
from reweave.evaluate.statistics.student_t import two_sided_p, two_sided_quantile


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean difference of two runs over the tasks that both have: first minus second.

    Args:
        value: Mean of the differences.
        stderr: Its standard error, clustered where there are groups; None below two groups.
        ci95: 95 % interval; None likewise.
        p_value: Two-sided, for no difference over all tasks of the kind; None likewise.
        mean_a: Of the first run, over the matched tasks.
        mean_b: Of the second run, over the matched tasks.
        correlation: Of the two runs' scores over tasks; None where one of them does not vary.
        n_tasks: Matched tasks.
        n_groups: Their groups.
        only_a: Tasks of the first run alone; left out.
        only_b: Tasks of the second run alone; left out.
    """

    value: float
    stderr: float | None
    ci95: tuple[float, float] | None
    p_value: float | None
    mean_a: float
    mean_b: float
    correlation: float | None
    n_tasks: int
    n_groups: int
    only_a: int
    only_b: int


def paired_difference(
    scores_a: Mapping[str, float],
    scores_b: Mapping[str, float],
    groups: Mapping[str, Any] | None = None,
) -> PairedDifference:
    """Compare two runs' scores, task by task.

    Args:
        scores_a: Of the first run: task id to a score within [0, 1], such as the task's pass@k.
        scores_b: Of the second run.
        groups: Task id to its group; a task without one is its own group.

    Raises:
        EstimateError: No task is in both, or a score is not within [0, 1].

    >>> paired_difference({"a": 1.0, "b": 0.5, "c": 1.0}, {"a": 0.5, "b": 0.0, "d": 1.0}).value
    0.5
    """
    ids = [task_id for task_id in scores_a if task_id in scores_b]
    if not ids:
        raise EstimateError("the two runs have no task in common")
    a = np.array([scores_a[task_id] for task_id in ids], dtype=np.float64)
    b = np.array([scores_b[task_id] for task_id in ids], dtype=np.float64)
    if not (np.minimum(a, b).min() >= 0 and np.maximum(a, b).max() <= 1):
        raise EstimateError("scores to compare lie within 0 and 1")
    difference = a - b
    mean = float(difference.mean())
    named = [groups.get(task_id) for task_id in ids] if groups is not None else None
    error, interval, p_value, n_groups = _inference(difference, named)
    return PairedDifference(
        value=mean,
        stderr=error,
        ci95=interval,
        p_value=p_value,
        mean_a=float(a.mean()),
        mean_b=float(b.mean()),
        correlation=float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else None,
        n_tasks=len(ids),
        n_groups=n_groups,
        only_a=len(scores_a) - len(ids),
        only_b=len(scores_b) - len(ids),
    )


def _inference(
    difference: Array, groups: Sequence[Any] | None
) -> tuple[float | None, tuple[float, float] | None, float | None, int]:
    """Give the standard error, the interval, the p-value and the number of groups."""
    mean = float(difference.mean())
    sums = group_residuals(difference, groups)
    if sums.size < 2:
        return None, None, None, sums.size
    if np.ptp(difference) == 0:
        # No spread was seen. With 97.5 % confidence a share of at most `unseen` of all groups differs from
        # these (the "rule of three", exactly), each by no more than a score can: one bound for each side.
        unseen = 1 - (ALPHA / 2) ** (1 / sums.size)
        low, high = mean - unseen * (1 + mean), mean + unseen * (1 - mean)
        # The level at which that interval would end at 0: for differences of 1 the sign test's p-value.
        return 0.0, (low, high), min(1.0, 2 * (1 + abs(mean)) ** -sums.size), sums.size
    error = math.sqrt(clustered_variance(difference, groups))
    df = degrees_of_freedom(sums)
    half = two_sided_quantile(ALPHA, df) * error
    interval = max(-1.0, mean - half), min(1.0, mean + half)
    return error, interval, two_sided_p(mean / error, df) if error else 1.0, sums.size
