"""From a run's verdicts to the numbers of ``summary.json``, and the comparison of two runs.

Pure functions of verdict rows; what they give is plain data, ready for JSON. Every number carries its tasks
and an interval; where there is none (one task), it is null.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.statistics.paired import PairedDifference, paired_difference
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k
from reweave.evaluate.statistics.standard_errors import estimate_share
from reweave.evaluate.statistics.variance_parts import variance_parts
from reweave.evaluate.statistics.verdict_counts import VerdictCounts, count_verdicts

DEFAULT_KS = (1, 5, 10, 50, 100)
"""What is estimated unless said otherwise, as far as every task has as many samples."""

Verdicts = Iterable[Mapping[str, Any]] | Mapping[str, Sequence[Any]]


def summarize(verdicts: Verdicts, ks: Sequence[int] | None = None) -> dict[str, Any]:
    """Give the statistics of a run.

    Args:
        verdicts: As ``count_verdicts`` takes them.
        ks: The k of pass@k. None: those of ``DEFAULT_KS`` that the task with the fewest judged samples
            allows, which may be none.

    Returns:
        ``n_tasks``; ``n_samples`` (all rows); ``verdicts`` (rows by reason); ``unjudged`` (``samples``, and
        the ``tasks`` that they belong to; they are in no other number); and ``pass@k``: for each k, as a
        text, ``value``, ``stderr``, ``ci95``, ``n_tasks``, ``n_groups``, ``min_n`` (the fewest judged samples
        of a task), and ``resampling_stderr``, the part of ``stderr`` that a rerun on the same tasks would
        show (null below 2k samples).

    Raises:
        EstimateError: A k of ``ks`` that a task has too few judged samples for; or as ``count_verdicts``.
        InputError: As ``count_verdicts``.
    """
    counts = count_verdicts(verdicts)
    return {
        "n_tasks": len(counts.task_ids),
        "n_samples": counts.n_rows,
        "verdicts": dict(counts.reasons),
        "unjudged": {"samples": sum(counts.unjudged.values()), "tasks": list(counts.unjudged)},
        "pass@k": {str(k): _pass_at_k(counts, k) for k in _allowed(ks, min(counts.samples))},
    }


def compare(run_a: Verdicts, run_b: Verdicts, ks: Sequence[int] | None = None) -> dict[int, PairedDifference]:
    """Compare two runs' pass@k, first minus second, on the tasks that both have.

    Args:
        run_a: Verdicts of the first run, as ``count_verdicts`` takes them.
        run_b: Of the second run.
        ks: As for ``summarize``; None: those that both runs allow on the matched tasks.

    Raises:
        EstimateError: No task in common, a task with different groups, or as ``summarize``.
        InputError: As ``count_verdicts``.
    """
    a, b = count_verdicts(run_a), count_verdicts(run_b)
    matched = set(a.task_ids) & set(b.task_ids)
    if not matched:
        raise EstimateError("the two runs have no task in common")
    fewest = min(n for run in (a, b) for t, n in zip(run.task_ids, run.samples, strict=True) if t in matched)
    groups = _groups(a, b)
    return {k: _difference(a, b, k, matched, groups) for k in _allowed(ks, fewest)}


def _pass_at_k(counts: VerdictCounts, k: int) -> dict[str, Any]:
    values = task_pass_at_k(counts.samples, counts.passes, k, task_ids=counts.task_ids)
    estimate = estimate_share(values, counts.groups)
    parts = None
    if estimate.stderr is not None:
        parts = variance_parts(counts.samples, counts.passes, k, counts.groups)
    return {
        "value": estimate.value,
        "stderr": estimate.stderr,
        "ci95": list(estimate.ci95) if estimate.ci95 is not None else None,
        "n_tasks": estimate.n_tasks,
        "n_groups": estimate.n_groups,
        "min_n": min(counts.samples),
        "resampling_stderr": parts.resampling_stderr if parts is not None else None,
    }


def _difference(
    a: VerdictCounts, b: VerdictCounts, k: int, matched: set[str], groups: Mapping[str, Any] | None
) -> PairedDifference:
    # A task that is in one run alone may have too few samples for k; it is counted, not estimated.
    difference = paired_difference(_scores(a, k, matched), _scores(b, k, matched), groups)
    only_a, only_b = len(a.task_ids) - len(matched), len(b.task_ids) - len(matched)
    return replace(difference, only_a=only_a, only_b=only_b)


def _scores(run: VerdictCounts, k: int, matched: set[str]) -> dict[str, float]:
    rows = [row for row in zip(run.task_ids, run.samples, run.passes, strict=True) if row[0] in matched]
    ids, samples, passes = zip(*rows, strict=True)
    return dict(zip(ids, task_pass_at_k(samples, passes, k, task_ids=ids).tolist(), strict=True))


def _groups(a: VerdictCounts, b: VerdictCounts) -> Mapping[str, Any] | None:
    """Each task's group, from whichever run has one."""
    found: dict[str, Any] = {}
    for run in (a, b):
        for task_id, group in zip(run.task_ids, run.groups or (), strict=False):
            if group is not None and found.setdefault(task_id, group) != group:
                raise EstimateError(
                    f"task {task_id}: group {found[task_id]!r} in one run, {group!r} in the other"
                )
    return found or None


def _allowed(ks: Sequence[int] | None, fewest: int) -> list[int]:
    return sorted(set(ks)) if ks is not None else [k for k in DEFAULT_KS if k <= fewest]
