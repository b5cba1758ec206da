"""The report: one HTML document drawn from run directories of ``reweave eval``; opens from ``file://``.

Tables and curves are HTML and SVG and show without a script; the grid of tasks and the samples are data that
the reader's browser draws. Above a limit the samples go to further pages, linked; every page has the tables,
the curves and the whole grid. Programs, answers and names are untrusted: ``document`` says how they are held.

data: {reasons, runs, pages, page, tasks, texts}; ``report.js`` and ``samples.js`` say what is in it.
"""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reweave.evaluate.run_files import RunFiles
from reweave.evaluate.statistics.verdict_counts import UNJUDGED
from reweave.view.document import document, embedded, page_paths, write_page
from reweave.view.report_sections import sections, title_of
from reweave.view.report_tables import run_labels
from reweave.view.report_texts import task_texts

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
    labels = run_labels(runs)
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
        slots = sections(runs, labels)
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
                title=title or title_of(runs, labels),
                styles=["base.css", "report.css"],
                scripts=["tokens.js", "text.js", "code.js", "address.js", "report.js", "samples.js"],
                paths=paths,
                page=page,
                data=data,
                **slots,
            )
            write_page(target, text)
    return paths


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
        "reasons": [[letters[reason], reason, reason not in UNJUDGED] for reason in reasons],
        "runs": names,
        "tasks": rows,
    }
    return embedded(whole)[1:-1]
