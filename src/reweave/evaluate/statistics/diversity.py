"""How different a task's samples are: distinct programs, distinct outputs, and what further samples bring.

Programs are compared by their normal form (``normal_form``), those that do not parse by their text. A share
of distinct programs falls as samples are added, whoever wrote them: compare runs at equal numbers of samples,
which ``at`` gives.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.normal_form import normal_form
from reweave.evaluate.statistics.numeric import np
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import Estimate, estimate_mean, estimate_share


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many of each task's samples are distinct.

    Args:
        share: Distinct over samples, mean over tasks.
        by_task: The same of each task.
        at: The number of samples that the shares are for; None: each task's own.
        n_samples: Samples compared.
        n_distinct: Distinct ones, each task counted alone.
        missing: Samples that had nothing to compare (None).
        unparsed: Programs that do not parse, compared by their text; 0 for outputs.
        left_out: Tasks with fewer samples to compare than ``at``, or none.
    """

    share: Estimate
    by_task: Mapping[str, float]
    at: int | None
    n_samples: int
    n_distinct: int
    missing: int
    unparsed: int
    left_out: tuple[str, ...]


def distinct_programs(
    programs: Mapping[str, Sequence[str | None]],
    *,
    at: int | None = None,
    groups: Mapping[str, Any] | None = None,
) -> Distinct:
    """Count distinct programs.

    Args:
        programs: Task id to its samples' programs; None where no code was found.
        at: Give the share expected of this many samples, drawn from those that there are.
        groups: Task id to its group.

    Raises:
        EstimateError: No task has enough programs.

    >>> distinct_programs({"a": ["x = 1", "x=1  # one", "x = 2", None]}).by_task
    {'a': 0.666...}
    """
    forms: dict[str, str | None] = {}
    labels: dict[str, list[Hashable]] = {}
    unparsed = 0
    for task_id, texts in programs.items():
        labels[task_id] = [None if text is None else _label(text, forms) for text in texts]
        unparsed += sum(text is not None and forms[text] is None for text in texts)
    return _distinct(labels, at, groups, unparsed)


def distinct_outputs(
    outputs: Mapping[str, Sequence[Hashable]],
    *,
    at: int | None = None,
    groups: Mapping[str, Any] | None = None,
) -> Distinct:
    """Count distinct outputs: anything hashable, None where there is none; else as ``distinct_programs``."""
    return _distinct(outputs, at, groups, 0)


def pass_at_k_slope(
    samples: Any,
    passes: Any,
    ks: Sequence[int],
    *,
    groups: Sequence[Any] | None = None,
    task_ids: Sequence[str] | None = None,
) -> Estimate:
    """Estimate d pass@k / d log2 k: what doubling the samples brings, as a straight line through the ``ks``.

    The least-squares slope is linear in the values, so it is the mean of the tasks' own slopes, and has their
    error.

    Args:
        samples: n of each task, shape (tasks,).
        passes: c of each task.
        ks: Two or more different k.
        groups: Each task's group, or None.
        task_ids: Names for errors.

    Raises:
        EstimateError: As ``task_pass_at_k``, or fewer than two k.

    >>> round(pass_at_k_slope([4, 4], [1, 1], [1, 2, 4]).value, 3)
    0.375
    """
    if len(set(ks)) < 2:
        raise EstimateError(f"a slope needs two different k, not {list(ks)}")
    doublings = np.log2(np.array(ks, dtype=np.float64))
    weights = doublings - doublings.mean()
    weights /= (weights**2).sum()
    values = np.stack([task_pass_at_k(samples, passes, k, task_ids=task_ids) for k in ks])
    return estimate_mean(weights @ values, groups)


def _label(text: str, forms: dict[str, str | None]) -> Hashable:
    """Give what a program is compared by; samples of one text are parsed once."""
    if text not in forms:
        forms[text] = normal_form(text)
    form = forms[text]
    return ("text", text) if form is None else ("tree", form)


def _distinct(
    labels: Mapping[str, Sequence[Hashable]], at: int | None, groups: Mapping[str, Any] | None, unparsed: int
) -> Distinct:
    if at is not None and at < 1:
        raise EstimateError(f"a share at {at} samples: at least 1")
    by_task: dict[str, float] = {}
    n_samples = n_distinct = missing = 0
    left_out = []
    for task_id, each in labels.items():
        counts = Counter(label for label in each if label is not None)
        n = counts.total()
        missing += len(each) - n
        if n < (at or 1):
            left_out.append(task_id)
            continue
        n_samples += n
        n_distinct += len(counts)
        if at is None:
            by_task[task_id] = len(counts) / n
        else:
            # A kind that c of n samples are of is among `at` of them as often as a passing one is: pass@at.
            by_task[task_id] = float(task_pass_at_k(n, list(counts.values()), at).sum()) / at
    if not by_task:
        raise EstimateError(f"no task has {at or 1} samples to compare")
    named = [groups.get(task_id) for task_id in by_task] if groups is not None else None
    share = estimate_share(np.minimum(1.0, list(by_task.values())), named)
    return Distinct(share, by_task, at, n_samples, n_distinct, missing, unparsed, tuple(left_out))
