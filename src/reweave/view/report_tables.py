"""The report's tables as HTML: pass@k, differences between runs, reasons, settings.

Rows that are about one k carry it (``data-k``): without the page's script all of them show, with it the
chosen ones. Every text that is not this module's own is escaped. The curves are ``curves``' part.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reweave.evaluate.run_files import RunFiles
from reweave.evaluate.run_summary import PassAtK
from reweave.evaluate.statistics.verdict_counts import UNJUDGED
from reweave.view.curves import swatch
from reweave.view.run_pairs import Pair

_NONE = '<span class="none">–</span>'  # noqa: RUF001 - a dash


def run_labels(runs: Sequence[RunFiles]) -> list[str]:
    """Name the runs so that no two names are the same: by folder, with its parent where need be."""
    names = [run.name for run in runs]
    labels = [
        name if names.count(name) == 1 else f"{run.folder.resolve().parent.name}/{name}"
        for name, run in zip(names, runs, strict=True)
    ]
    return [
        label if labels.count(label) == 1 else f"{label} ({index + 1})" for index, label in enumerate(labels)
    ]


def legend(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    """List the runs with their colours."""
    items = [f"<li>{swatch(i)} {run_name(runs, labels, i)}</li>" for i in range(len(runs))]
    return f'<ul class="legend">{"".join(items)}</ul>'


def pass_table(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    """Show pass@k with its interval and n, a row for each k and run."""
    rows = [(figure.k, index, figure) for index, run in enumerate(runs) for figure in run.pass_at_k]
    body = []
    for k, index, figure in sorted(rows, key=lambda row: row[:2]):
        run = runs[index]
        body.append(
            f'<tr data-k="{k}"><th scope="row">{swatch(index)} {run_name(runs, labels, index)}</th>'
            f'<td class="k">{k}</td><td class="value">{percent(figure.value)}</td>'
            f'<td class="interval">{_interval(figure)}</td><td class="span">{_span(index, figure)}</td>'
            f'<td class="n">{_sizes(run)}</td></tr>'
        )
    if not body:
        return '<p class="about">No k can be estimated: some task has too few judged samples.</p>'
    head = (
        '<th scope="col">Run</th><th scope="col">k</th><th scope="col">pass@k</th>'
        '<th scope="col">95 % interval</th><th scope="col" class="span">0 to 100 %</th><th scope="col">n</th>'
    )
    return wide_table("pass", "pass@k", head, body)


def difference_table(runs: Sequence[RunFiles], labels: Sequence[str], found: Sequence[Pair]) -> str:
    """Show what each run's pass@k is above the first's, over the tasks that both have."""
    rows = [(k, pair.run, difference) for pair in found for k, difference in pair.by_k.items()]
    body = []
    for k, index, each in sorted(rows, key=lambda row: row[:2]):
        interval = f"{_points(each.ci95[0])} to {_points(each.ci95[1])}" if each.ci95 else _NONE
        apart = each.only_a + each.only_b
        left_out = f" <small>{apart:,} in one run alone</small>" if apart else ""
        body.append(
            f'<tr data-k="{k}"><th scope="row">{swatch(index)} {run_name(runs, labels, index)}</th>'
            f'<td class="k">{k}</td><td class="value">{_points(each.value)}</td>'
            f'<td class="interval">{interval}</td><td class="p">{_p(each.p_value)}</td>'
            f'<td class="n">{_count(each.n_tasks, "task")}{left_out}</td></tr>'
        )
    head = (
        '<th scope="col">Run</th><th scope="col">k</th><th scope="col">Difference</th>'
        '<th scope="col">95 % interval</th><th scope="col">p</th><th scope="col">Matched</th>'
    )
    return wide_table("pairs", "Paired differences", head, body)


def reason_table(counts: Sequence[Mapping[str, int]], labels: Sequence[str]) -> str:
    """Count the verdicts by reason; a reason's button shows the tasks that have it.

    Args:
        counts: Reason to number, a run each.
        labels: The runs' names.
    """
    total = {reason: sum(each.get(reason, 0) for each in counts) for each in counts for reason in each}
    order = sorted(total, key=lambda reason: (reason != "passed", -total[reason], reason))
    # Bars show shares, since runs may have other numbers of samples.
    shares = [{reason: n / max(1, sum(each.values())) for reason, n in each.items()} for each in counts]
    most = max([share for each in shares for share in each.values()] + [0.01])
    body = []
    for reason in order:
        cells = []
        for each, parts in zip(counts, shares, strict=True):
            n, share = each.get(reason, 0), parts.get(reason, 0)
            kind = "good" if reason == "passed" else "idle" if reason in UNJUDGED else "bad"
            bar = (
                f'<svg class="bar {kind}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
                f'<path d="M0 0h{100 * share / most:.2f}v8H0z"/></svg>'
            )
            numbers = f'<span>{n:,}</span><span class="share">{percent(share)}</span>'
            cells.append(f'<td><span class="tally">{numbers}{bar}</span></td>')
        name = html.escape(reason)
        body.append(
            f'<tr><th scope="row"><button type="button" class="link" data-reason="{name}">{name}</button>'
            f"</th>{''.join(cells)}</tr>"
        )
    head = '<th scope="col">Reason</th>' + "".join(
        f'<th scope="col">{html.escape(label) if len(labels) > 1 else "Samples"}</th>' for label in labels
    )
    return wide_table("reasons several" if len(labels) > 1 else "reasons", "Samples by verdict", head, body)


def settings_table(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    """Show how samples were drawn and judged: one run as a list, several as a table marking differences."""
    facts = [dict(_facts(run.summary)) for run in runs]
    if len(runs) == 1:
        items = [
            f"<div><dt>{html.escape(key)}</dt><dd>{html.escape(value)}</dd></div>"
            for key, value in facts[0].items()
        ]
        return f'<dl class="settings-list">{"".join(items)}</dl>'
    keys = list(dict.fromkeys(key for each in facts for key in each))
    body = []
    for key in keys:
        values = [each.get(key) for each in facts]
        differs = ' class="differs"' if len(set(values)) > 1 else ""
        cells = "".join(f"<td>{_NONE if value is None else html.escape(value)}</td>" for value in values)
        body.append(f'<tr{differs}><th scope="row">{html.escape(key)}</th>{cells}</tr>')
    head = '<th scope="col">Setting</th>' + "".join(
        f'<th scope="col">{html.escape(label)}</th>' for label in labels
    )
    return wide_table("settings", "Settings", head, body)


def _facts(summary: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key in ("task", "model", "n_tasks", "n_samples", "decoding"):
        yield key.removeprefix("n_"), _plain(summary.get(key))
    for key in ("sampling", "sandbox", "tokens", "flops", "diversity", "versions"):
        value = summary.get(key)
        if isinstance(value, dict):
            for name, inner in value.items():
                yield f"{key}: {name}".replace("_", " "), _plain(inner)
        elif value is not None:
            yield key, _plain(value)


def _plain(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)


def wide_table(kind: str, name: str, head: str, body: list[str]) -> str:
    """Give a table that scrolls by itself where it is too wide."""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def run_name(runs: Sequence[RunFiles], labels: Sequence[str], index: int) -> str:
    """Give a run's label, with its model and, where they differ, its benchmark."""
    run = runs[index]
    about = [
        each for each in (run.model, run.benchmark if len({r.benchmark for r in runs}) > 1 else None) if each
    ]
    extra = f" <small>{html.escape(', '.join(about))}</small>" if about else ""
    return f'<span class="run">{html.escape(labels[index])}{extra}</span>'


def percent(share: float) -> str:
    """Give a share in percent."""
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    points = 100 * share
    sign = "+" if points > 0 else "−" if points < 0 else ""  # noqa: RUF001 - a minus sign
    return f"{sign}{abs(points):.1f}"


def _interval(figure: PassAtK) -> str:
    if figure.low is None or figure.high is None:
        return f"{_NONE} <small>one task gives no interval</small>"
    error = "" if figure.stderr is None else f" <small>standard error {100 * figure.stderr:.1f}</small>"
    return f"{100 * figure.low:.1f} to {100 * figure.high:.1f}{error}"


def _span(index: int, figure: PassAtK) -> str:
    """The interval on a line from 0 to 100 %."""
    whisker = ""
    if figure.low is not None and figure.high is not None:
        low, high = (100 * min(max(end, 0), 1) for end in (figure.low, figure.high))
        whisker = f'<path class="whisker" d="M{low:.1f} 6H{high:.1f}M{low:.1f} 3v6M{high:.1f} 3v6"/>'
    middle = 100 * min(max(figure.value, 0), 1)
    return (
        f'<svg class="interval-plot series-{index % 8}" viewBox="-3 0 106 12" aria-hidden="true">'
        f'<path class="rule" d="M0 6H100M0 4.5v3M50 4.5v3M100 4.5v3"/>{whisker}'
        f'<path class="mark" d="M{middle - 2.4:.1f} 6a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0z"/></svg>'
    )


def _sizes(run: RunFiles) -> str:
    """Tasks and judged samples of each; what was not judged is said, since it is in no figure."""
    reasons = run.reasons()
    judged = [sum(reason not in UNJUDGED for reason in found) for found in reasons.values() if found]
    low, high = min(judged, default=0), max(judged, default=0)
    each = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    left = sum(map(len, reasons.values())) - sum(judged)
    unjudged = f" <small>{left:,} not judged</small>" if left else ""
    return f"{_count(len(judged), 'task')} × {each}{unjudged}"  # noqa: RUF001 - a times sign


def _count(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def _p(value: float | None) -> str:
    if value is None:
        return _NONE
    return "&lt; 0.001" if value < 0.001 else f"{value:.3f}"
