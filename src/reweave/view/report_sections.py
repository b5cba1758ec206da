"""The parts of the report that need no script, as HTML: notices, tables with their headings, curves.

Every text that is not this module's own is escaped. ``report_tables`` makes the rows, ``curves`` the strokes.
"""

import html
from collections import Counter
from collections.abc import Sequence

from reweave.evaluate.run_files import RunFiles
from reweave.view import report_tables as tables
from reweave.view.curves import Point, chart
from reweave.view.report_grounded import grounded_section
from reweave.view.run_pairs import Pair, pairs


def title_of(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    """Say what was scored, and of whom."""
    benchmarks = ", ".join(dict.fromkeys(run.benchmark for run in runs))
    if len(runs) == 1:
        return f"{benchmarks}: {runs[0].model or labels[0]}"
    return f"{benchmarks}: {len(runs)} runs"


def sections(runs: Sequence[RunFiles], labels: Sequence[str]) -> dict[str, str]:
    """Give the HTML for each of the template's slots that is not data."""
    counts = [Counter(reason for each in run.reasons().values() for reason in each) for run in runs]
    return {
        "notices": _notices(runs, labels),
        "ks": _ks(runs),
        "passed": tables.pass_table(runs, labels),
        "differences": _differences(runs, labels, pairs(runs)) + grounded_section(runs, labels),
        "curves": _curves(runs, labels),
        "reasons": tables.reason_table(counts, labels),
        "settings": tables.settings_table(runs, labels),
    }


def curves(runs: Sequence[RunFiles], labels: Sequence[str]) -> list[tuple[str, list[Point]]]:
    """Give pass@k against k."""
    return [
        (label, [Point(f.k, f.k, f.value, f.low, f.high) for f in run.pass_at_k])
        for label, run in zip(labels, runs, strict=True)
    ]


def curves_by_flops(runs: Sequence[RunFiles], labels: Sequence[str]) -> list[tuple[str, list[Point]]]:
    """Give pass@k against the operations that k samples of a task take; none where they are unknown."""
    return [
        (
            label,
            [Point(f.k, f.k * run.flops, f.value, f.low, f.high) for f in run.pass_at_k] if run.flops else [],
        )
        for label, run in zip(labels, runs, strict=True)
    ]


def _notices(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    parts = []
    unsafe = [label for label, run in zip(labels, runs, strict=True) if run.unsafe]
    if unsafe:
        which = "" if len(runs) == 1 else f" ({html.escape(', '.join(unsafe))})"
        parts.append(
            f'<p class="banner" role="alert"><b>Scored without a sandbox{which}.</b> Model-written code ran '
            "with the rights of whoever scored it: it may have read or changed files, and may have forged "
            "verdicts. Score the samples again in the sandbox before you trust these figures.</p>"
        )
    notes = [
        f"<li>{f'{html.escape(label)}: ' if len(runs) > 1 else ''}{html.escape(note)}</li>"
        for label, run in zip(labels, runs, strict=True)
        for note in run.notes
    ]
    if notes:
        parts.append(f'<section class="notes" aria-label="Notes"><ul>{"".join(notes)}</ul></section>')
    return "".join(parts)


def _ks(runs: Sequence[RunFiles]) -> str:
    ks = sorted({figure.k for run in runs for figure in run.pass_at_k})
    buttons = [f'<label><input type="radio" name="k" value="{k}"><span>{k}</span></label>' for k in ks]
    return "".join(buttons)


def _differences(runs: Sequence[RunFiles], labels: Sequence[str], found: Sequence[Pair]) -> str:
    if not found:
        return ""
    first = html.escape(labels[0])
    table = tables.difference_table(runs, labels, found) if any(pair.by_k for pair in found) else ""
    problems = "".join(
        f'<p class="about">{html.escape(labels[pair.run])} cannot be compared with {first}: '
        f"{html.escape(pair.problem)}.</p>"
        for pair in found
        if pair.problem
    )
    return (
        '<section aria-labelledby="differences-title"><h2 id="differences-title">Paired differences</h2>'
        f'<p class="about">Percentage points above {first}, on the tasks that both have: positive where the '
        f"run named is better. Two-sided p for no difference.</p>{table}{problems}</section>"
    )


def _curves(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    if not any(run.pass_at_k for run in runs):
        return ""
    drawn = [
        "<figure><figcaption>pass@k against k</figcaption>"
        + chart(curves(runs, labels), title="pass@k against k", across="k, samples drawn of a task")
        + "</figure>"
    ]
    if any(run.flops for run in runs):
        across = "floating-point operations to draw k samples of a task"
        without = [label for label, run in zip(labels, runs, strict=True) if not run.flops]
        note = f"; unknown for {html.escape(', '.join(without))}" if without else ""
        drawn.append(
            f"<figure><figcaption>pass@k against total test-time FLOPs{note}</figcaption>"
            + chart(
                curves_by_flops(runs, labels), title="pass@k against total test-time FLOPs", across=across
            )
            + "</figure>"
        )
    key = tables.legend(runs, labels) if len(runs) > 1 else ""
    return f'<div class="charts">{"".join(drawn)}</div>{key}'
