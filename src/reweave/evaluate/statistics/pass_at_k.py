"""pass@k: the chance that at least one of k samples of a task passes, without bias, from n samples.

The estimator is that of Chen et al. 2021 (Evaluating Large Language Models Trained on Code, arXiv 2107.03374,
section 2.1): of all ways to choose k of the n samples, the share that holds at least one of the c that
passed. The benchmark's value is the mean over its tasks. Its uncertainty is ``standard_errors``' business.
"""

from collections.abc import Sequence
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.numeric import Array, np


def task_pass_at_k(samples: Any, passes: Any, k: int, *, task_ids: Sequence[str] | None = None) -> Array:
    """Estimate pass@k of each task: 1 - C(n-c, k) / C(n, k).

    The quotient is a product of min(c, k) factors, whose logarithms are added: nothing overflows, and small
    values keep their digits, for n as great as memory holds.

    Args:
        samples: n, the samples of each task; whole numbers, of any shape.
        passes: c, how many of them passed; same shape, or one that broadcasts to it.
        k: From 1 on.
        task_ids: Names for the error; counted from 0 otherwise.

    Returns:
        Float64 within [0, 1], in the shape of ``samples`` and ``passes``.

    Raises:
        EstimateError: A task has n < k (they are named), c is not within 0 and n, or k is not 1 or more.

    >>> task_pass_at_k([2, 4], [1, 1], 2).tolist()
    [1.0, 0.5]
    """
    n, c = checked_counts(samples, passes, task_ids)
    if k < 1:
        raise EstimateError(f"pass@{k}: k is a whole number from 1 on")
    refuse_tasks(n < k, task_ids, f"pass@{k} needs {k} samples of each task")
    return -np.expm1(log_all_fail(n, c, k))


def pass_at_k(samples: Any, passes: Any, k: int, *, task_ids: Sequence[str] | None = None) -> float:
    """Estimate a benchmark's pass@k: the mean of ``task_pass_at_k``, whose arguments and errors these are.

    >>> pass_at_k([2, 4], [1, 1], 2)
    0.75
    """
    values = task_pass_at_k(samples, passes, k, task_ids=task_ids)
    if values.size == 0:
        raise EstimateError(f"pass@{k}: there is no task")
    return float(values.mean())


def log_all_fail(n: Array, c: Array, k: int) -> Array:
    """Give the logarithm of C(n-c, k) / C(n, k), the chance that k samples drawn of n all failed.

    Args:
        n: At least k, everywhere.
        c: From 0 to n, same shape.
        k: From 1 on.
    """
    # Tasks share few different pairs (n, c): each is computed once.
    keys, where = np.unique(n * (n.max(initial=0) + 1) + c, return_inverse=True)
    logs = np.empty(keys.shape)
    for index, key in enumerate(keys.tolist()):
        size, passed = divmod(key, int(n.max()) + 1)
        if size - passed < k:
            logs[index] = -np.inf
            continue
        # C(n-c, k) / C(n, k) = C(n-k, c) / C(n, c): the shorter of two equal products.
        factors, other = min(passed, k), max(passed, k)
        logs[index] = np.log1p(-other / np.arange(size, size - factors, -1.0)).sum()
    return logs[where].reshape(n.shape)


def checked_counts(samples: Any, passes: Any, task_ids: Sequence[str] | None = None) -> tuple[Array, Array]:
    """Give n and c as arrays of int64 of one shape.

    Raises:
        EstimateError: They are not whole numbers with 0 <= c <= n.
    """
    n, c = np.broadcast_arrays(np.asarray(samples), np.asarray(passes))
    if n.size and not (np.issubdtype(n.dtype, np.integer) and np.issubdtype(c.dtype, np.integer)):
        raise EstimateError(f"samples and passes are whole numbers, not {n.dtype} and {c.dtype}")
    refuse_tasks((c < 0) | (c > n), task_ids, "passes are not within 0 and the number of samples")
    return n.astype(np.int64), c.astype(np.int64)


def refuse_tasks(bad: Array, task_ids: Sequence[str] | None, message: str) -> None:
    """Raise an ``EstimateError`` that names the tasks where ``bad`` is true, if there are any."""
    places = np.flatnonzero(bad).tolist()
    if places:
        raise EstimateError(message, tuple(str(task_ids[i] if task_ids is not None else i) for i in places))
