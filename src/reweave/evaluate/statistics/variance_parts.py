"""How much of a pass@k's uncertainty comes from sampling, and how much from the tasks.

By the law of total variance, after Miller (arXiv 2411.00640, section 3): the variance of a mean over tasks is
the variance of the tasks' true values plus the mean variance of their estimates. The second part falls with
more samples a task; the first only with more tasks. It is also what a rerun of the same model on the same
tasks would move by.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.numeric import np
from reweave.evaluate.statistics.pass_at_k import checked_counts, log_all_fail, task_pass_at_k
from reweave.evaluate.statistics.standard_errors import clustered_variance


@dataclass(frozen=True, slots=True)
class VarianceParts:
    """The squared standard error of a benchmark's pass@k, in two parts.

    Args:
        total: Both together: ``stderr`` squared.
        within: From sampling each task anew. An unbiased estimate, 0 where that came out negative.
        between: From drawing the tasks anew: what is left, 0 where nothing is.
    """

    total: float
    within: float
    between: float

    @property
    def resampling_stderr(self) -> float:
        """How far the number moves when the same model is run again on the same tasks: one standard error."""
        return math.sqrt(self.within)


def variance_parts(
    samples: Any, passes: Any, k: int, groups: Sequence[Any] | None = None
) -> VarianceParts | None:
    """Part the variance of a benchmark's pass@k.

    A task's failure rate at k, q = C(n-c, k) / C(n, k), is a U-statistic. C(n-c, 2k) / C(n, 2k) estimates the
    square of its expectation without bias, since 2k samples that all fail are two disjoint draws of k; so q²
    less that estimates its variance. For k = 1 it is the binomial p (1 - p) / (n - 1).

    Args:
        samples: n of each task, shape (tasks,).
        passes: c of each task.
        k: From 1 on.
        groups: Each task's group, or None.

    Returns:
        None where a task has fewer than 2k samples: they cannot be parted.

    Raises:
        EstimateError: As ``task_pass_at_k``; or fewer than two tasks or groups.
    """
    values = task_pass_at_k(samples, passes, k)
    n, c = checked_counts(samples, passes)
    if n.size < 2:
        raise EstimateError("parts of a variance need at least two tasks")
    total = clustered_variance(values, groups)
    if n.min() < 2 * k:
        return None
    each = np.exp(2 * log_all_fail(n, c, k)) - np.exp(log_all_fail(n, c, 2 * k))
    within = max(0.0, float(each.mean()) / n.size)
    return VarianceParts(total, within, max(0.0, total - within))
