"""The report: one HTML document drawn from run directories of ``reweave eval``; opens from ``file://``.

Tables and curves are HTML and SVG and show without a script; the grid of tasks and the samples are data that
the reader's browser draws. Above a limit the samples go to further pages, linked; every page has the tables,
the curves and the whole grid. Programs, answers and names are untrusted: ``document`` says how they are held.

data: {reasons, runs, pages, page, tasks, texts}; ``report.js`` and ``samples.js`` say what is in it.
"""

import html
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reweave.view import report_tables as tables
from reweave.view.curves import Point, chart
from reweave.view.document import document, embedded, page_paths, write_page
from reweave.view.report_texts import task_texts
from reweave.view.run_files import RunFiles
from reweave.view.run_pairs import differences

# The letters of a run's verdicts in the data, by the reason's place in its list.
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def write_report(
    runs: Sequence[RunFiles], path: Path, *, title: str | None = None, max_bytes: int = 20_000_000
) -> list[Path]:
    """Write the report to ``path``, in several linked pages when its samples exceed ``max_bytes``.

    The pages are ``report.html``, ``report-2.html`` and so on; a task's samples stay together, so that one
    task larger than the limit makes one page larger than the limit. A page is named once it is complete.

    Args:
        runs: One or more; differences are to the first.
        path: The first page. Its folder is made when it does not exist.
        title: Shown at the top; by default the benchmark and the model or the runs.
        max_bytes: How many bytes of samples (UTF-8) one page may hold.

    Returns:
        The pages written, in their order.
    """
    labels = tables.run_labels(runs)
    tasks = list(dict.fromkeys(task for run in runs for task in run.tasks))
    with tempfile.TemporaryFile() as spilled:
        # Every page names all pages, and how many there are is known only once all texts are made.
        places = []
        for task in tasks:
            packed = embedded(task_texts(runs, task)).encode()
            places.append((spilled.tell(), len(packed)))
            spilled.write(packed)
        shares = _shares([size for _, size in places], max_bytes)
        paths = page_paths(path, max(shares, default=0) + 1)
        shared = _shared(runs, labels, tasks, shares)
        slots = _slots(runs, labels)
        for page, target in enumerate(paths):
            texts = []
            for index, (place, share) in enumerate(zip(places, shares, strict=True)):
                if share == page:
                    spilled.seek(place[0])
                    texts.append(f'"{index}":{spilled.read(place[1]).decode()}')
            names = embedded([each.name for each in paths])
            data = f'{{{shared},"pages":{names},"page":{page},"texts":{{{",".join(texts)}}}}}'
            text = document(
                "report.html",
                title=title or _title(runs, labels),
                styles=["base.css", "report.css"],
                scripts=["tokens.js", "text.js", "report.js", "samples.js"],
                paths=paths,
                page=page,
                data=data,
                **slots,
            )
            write_page(target, text)
    return paths


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


def _shares(sizes: Iterable[int], max_bytes: int) -> list[int]:
    """Say for each task which page holds it, greedily and in order."""
    shares: list[int] = []
    page = used = 0
    for size in sizes:
        if used and used + size > max_bytes:
            page, used = page + 1, 0
        used += size
        shares.append(page)
    return shares


def _shared(runs: Sequence[RunFiles], labels: Sequence[str], tasks: list[str], shares: list[int]) -> str:
    """What every page has of the data, without the braces around it."""
    by_run = [run.reasons() for run in runs]
    reasons = sorted({reason for each in by_run for found in each.values() for reason in found})
    letters = {reason: _LETTERS[min(i, len(_LETTERS) - 1)] for i, reason in enumerate(reasons)}
    rows = []
    for task, share in zip(tasks, shares, strict=True):
        groups = [run.tasks[task].get("group") for run in runs if task in run.tasks]
        group = next((each for each in groups if isinstance(each, str)), None)
        verdicts = ["".join(letters[reason] for reason in each.get(task, ())) for each in by_run]
        rows.append([task, group, share, verdicts])
    names = [[label, run.model] for label, run in zip(labels, runs, strict=True)]
    whole: dict[str, Any] = {
        "reasons": [[letters[reason], reason] for reason in reasons],
        "runs": names,
        "tasks": rows,
    }
    return embedded(whole)[1:-1]


def _slots(runs: Sequence[RunFiles], labels: Sequence[str]) -> dict[str, str]:
    pairs = differences(runs)
    counts: list[dict[str, int]] = []
    for run in runs:
        found = [reason for each in run.reasons().values() for reason in each]
        counts.append({reason: found.count(reason) for reason in sorted(set(found))})
    return {
        "notices": _notices(runs, labels),
        "ks": _ks(runs),
        "passed": tables.pass_table(runs, labels),
        "differences": _differences(
            runs, labels, tables.difference_table(runs, labels, pairs) if pairs else ""
        ),
        "curves": _curves(runs, labels),
        "reasons": tables.reason_table(counts, labels),
        "settings": tables.settings_table(runs, labels),
    }


def _title(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    benchmarks = ", ".join(dict.fromkeys(run.benchmark for run in runs))
    if len(runs) == 1:
        return f"{benchmarks}: {runs[0].model or labels[0]}"
    return f"{benchmarks}: {len(runs)} runs"


def _notices(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
    parts = []
    unsafe = [label for label, run in zip(labels, runs, strict=True) if run.unsafe]
    if unsafe:
        which = "" if len(runs) == 1 else f" ({html.escape(', '.join(unsafe))})"
        parts.append(
            f'<p class="banner" role="alert"><b>Scored without a sandbox{which}.</b> Model-written code ran '
            "with the rights of whoever scored it: it may have read or changed files, and verdicts can be forged. "
            "Score the samples again in the sandbox before you trust these figures.</p>"
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


def _differences(runs: Sequence[RunFiles], labels: Sequence[str], table: str) -> str:
    if len(runs) < 2:
        return ""
    about = (
        f"Percentage points above {html.escape(labels[0])}, on the tasks that both have: positive where the "
        "run named is better. Two-sided p for no difference."
        if table
        else f"No run has a task, a k and enough samples in common with {html.escape(labels[0])}."
    )
    return (
        '<section aria-labelledby="differences-title"><h2 id="differences-title">Paired differences</h2>'
        f'<p class="about">{about}</p>{table}</section>'
    )


def _curves(runs: Sequence[RunFiles], labels: Sequence[str]) -> str:
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
