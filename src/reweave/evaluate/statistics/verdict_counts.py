"""From verdict rows to the samples and passes of each task.

A row says of one sample whether it passed and why. Rows of ``harness-error`` (the judge's fault) and
``not-sampled`` (no answer came) say nothing about the model: they are *unjudged*. Counting them as failures
would lower every number, and refusing the run would throw the other verdicts away; so they are left out of n
and c, and reported, and a k that some task then has too few samples for is not given. All other reasons are
the program's own, ``no-code`` among them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.errors import EstimateError, InputError

UNJUDGED = frozenset({"harness-error", "not-sampled"})
"""Reasons that say nothing about the model."""


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """A run's verdicts, by task in the order of first appearance.

    Args:
        task_ids: The tasks.
        samples: n: judged samples of each.
        passes: c: those that passed.
        groups: Each task's group; None where no row has one.
        reasons: How many rows have each reason, most first; unjudged ones too.
        unjudged: Tasks with unjudged samples, and how many.
    """

    task_ids: tuple[str, ...]
    samples: tuple[int, ...]
    passes: tuple[int, ...]
    groups: tuple[str | None, ...] | None
    reasons: Mapping[str, int]
    unjudged: Mapping[str, int]

    @property
    def n_rows(self) -> int:
        """All samples, unjudged ones too."""
        return sum(self.reasons.values())


def count_verdicts(verdicts: Iterable[Mapping[str, Any]] | Mapping[str, Sequence[Any]]) -> VerdictCounts:
    """Count verdicts.

    Args:
        verdicts: Rows with ``task_id``, ``sample``, ``passed``, ``reason`` and maybe ``group``; or the same
            as columns, each a sequence or an array.

    Raises:
        InputError: A column is missing or of another length.
        EstimateError: No verdict; a sample that is there twice; ``passed`` and ``reason`` that disagree; a
            task in two groups.
    """
    columns = _columns(verdicts)
    tasks: dict[str, list[int]] = {}
    groups: dict[str, Any] = {}
    reasons: Counter[str] = Counter()
    unjudged: Counter[str] = Counter()
    seen = set()
    for task_id, sample, passed, reason, group in zip(*columns, strict=True):
        where = f"verdict of task {task_id}, sample {sample}"
        if (task_id, sample) in seen:
            raise EstimateError(f"{where}: it is there twice")
        if bool(passed) != (reason == "passed"):
            raise EstimateError(f"{where}: passed is {bool(passed)} and the reason is {reason!r}")
        if groups.setdefault(task_id, group) != group:
            raise EstimateError(f"{where}: group {group!r}, and before that {groups[task_id]!r}")
        seen.add((task_id, sample))
        reasons[reason] += 1
        counts = tasks.setdefault(task_id, [0, 0])
        if reason in UNJUDGED:
            unjudged[task_id] += 1
        else:
            counts[0] += 1
            counts[1] += bool(passed)
    if not tasks:
        raise EstimateError("there are no verdicts")
    grouped = any(group is not None for group in groups.values())
    return VerdictCounts(
        task_ids=tuple(tasks),
        samples=tuple(n for n, _ in tasks.values()),
        passes=tuple(c for _, c in tasks.values()),
        groups=tuple(groups[task_id] for task_id in tasks) if grouped else None,
        reasons=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        unjudged=dict(unjudged),
    )


def _columns(verdicts: Iterable[Mapping[str, Any]] | Mapping[str, Sequence[Any]]) -> list[list[Any]]:
    names = ("task_id", "sample", "passed", "reason")
    if isinstance(verdicts, Mapping):
        table = {name: _plain(column) for name, column in verdicts.items() if name in {*names, "group"}}
        rows = len(table.get("task_id", ()))
        table.setdefault("group", [None] * rows)
    else:
        kept = list(verdicts)
        rows = len(kept)
        table = {name: [row[name] for row in kept] for name in names if all(name in row for row in kept)}
        table["group"] = [row.get("group") for row in kept]
    for name in names:
        if name not in table:
            raise InputError(f"verdicts: no column {name!r}, at least not in every row")
        if len(table[name]) != rows:
            raise InputError(f"verdicts: column {name!r} has {len(table[name])} rows, task_id {rows}")
    return [table[name] for name in (*names, "group")]


def _plain(column: Any) -> list[Any]:
    """Give an array's numbers as Python's own."""
    return list(column.tolist()) if hasattr(column, "tolist") else list(column)
