"""The tables of ``reweave eval``: what a run came to, and what a check of a benchmark came to."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from reweave.records import Reject
from reweave.tasks import CheckRow, Task

_GROUNDED = {
    "ran": "came to their end",
    "ran-but-wrong": "ran but wrong",
    "type": "adhere: type",
    "summary": "adhere: summary",
    "example": "adhere: example",
}
"""What ``reweave ground eval`` measures beside pass@k."""


def summary_table(summary: Mapping[str, Any]) -> Table:
    """Give pass@k with intervals, and what became of the samples.

    Args:
        summary: The contents of ``summary.json``.
    """
    named = summary["task"] + (f", {summary['model']}" if summary.get("model") else "")
    title = f"{named}: {summary['n_tasks']:,} tasks, {summary['n_samples']:,} samples"
    table = Table(title=Text(title), title_justify="left")
    for column in ("", "value", "95 % interval", "standard error"):
        table.add_column(column, justify="left" if not column else "right")
    for k, figure in summary["pass@k"].items():
        table.add_row(f"pass@{k}", *_figure(figure))
    if not summary["pass@k"]:
        table.add_row("pass@1", "none", "a task has no judged sample", "")
    measures = summary.get("grounded", {}).get("measures", {})
    if measures:
        table.add_section()
    for name, words in _GROUNDED.items():
        if measures.get(name) is not None:
            table.add_row(words, *_figure(measures[name]))
    table.add_section()
    for reason, count in sorted(summary["verdicts"].items(), key=lambda pair: -pair[1]):
        table.add_row(reason, f"{count:,}", f"{count / summary['n_samples']:.1%} of samples", "")
    return table


def _figure(figure: Mapping[str, Any]) -> tuple[str, str, str]:
    """Give a share, its interval and its standard error."""
    low_high = figure["ci95"]
    interval = "one task has none" if low_high is None else f"{low_high[0]:.1%} to {low_high[1]:.1%}"
    error = "" if figure["stderr"] is None else f"{figure['stderr']:.1%}"
    return f"{figure['value']:.1%}", interval, error


def check_table(tasks: Sequence[Task], rows: Sequence[CheckRow], rejects: Sequence[Reject]) -> Table:
    """Give how references and stubs fared.

    Args:
        tasks: All tasks.
        rows: Of :func:`reweave.tasks.check`.
        rejects: Rows and tasks that were left out.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row.variant]["as it should" if row.good else "not"] += 1
        counts[row.variant]["passed"] += row.scored.passed
        forms[row.variant][row.scored.form] += 1
    table = Table(title=f"{len(tasks):,} tasks, {len(rejects):,} left out", title_justify="left")
    for column in ("program", "judged", "passed", "as it should be", "not", "form"):
        table.add_column(
            column, justify="left" if column in {"program", "form"} else "right", overflow="fold"
        )
    for variant, count in counts.items():
        told = ", ".join(f"{form} {number:,}" for form, number in forms[variant].most_common())
        judged = count["as it should"] + count["not"]
        table.add_row(
            variant,
            f"{judged:,}",
            f"{count['passed']:,}",
            f"{count['as it should']:,}",
            f"{count['not']:,}",
            told,
        )
    return table
