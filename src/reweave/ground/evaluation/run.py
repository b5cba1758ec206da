"""One cell: a benchmark whose tasks say what goes in and comes out, judged as the benchmark judges.

The run directory is that of ``reweave eval``, with ``adherence.jsonl`` beside the verdicts, and ``grounded``
in ``summary.json``. Killed and started again it goes on where it stopped, with the same bytes: while samples
are left to run, ``adherence.partial.jsonl`` has those that are done.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from reweave.evaluate.config import EvalConfig
from reweave.evaluate.folder import EvalFolder
from reweave.evaluate.partial import PartialVerdicts
from reweave.evaluate.run import Evaluated, Source, evaluate
from reweave.evaluate.variation import Variation
from reweave.ground.evaluation.adherence import adherence
from reweave.ground.evaluation.boxes import Boxes, open_boxes, open_running
from reweave.ground.evaluation.config import WRITTEN, Cell, SpecConfig
from reweave.ground.evaluation.measures import figures, scores
from reweave.ground.evaluation.places import place_of
from reweave.ground.evaluation.ready import Ready, make_ready, with_own
from reweave.ground.evaluation.references import Specified
from reweave.ground.trace.config import TraceConfig
from reweave.records import Reject
from reweave.sandbox import Sandbox
from reweave.storage.atomic import atomic_write
from reweave.storage.manifest import read_json
from reweave.tasks import Task

Report = Callable[[int, int], None]


def evaluate_grounded(
    benchmark: str,
    out: Path,
    config: EvalConfig,
    source: Source,
    *,
    specs: SpecConfig,
    workers: int | None = None,
    report: Report | None = None,
) -> Evaluated:
    """Score samples on a benchmark with specifications in its prompts.

    Args:
        benchmark: ``ds1000``, ``arcade``, or a file of theirs.
        out: The run directory.
        config: As ``reweave.evaluate.run.evaluate``.
        source: Likewise.
        specs: Which specifications.
        workers: Programs at once; None: one a core.
        report: Called with the number of verdicts there are and of samples.

    Raises:
        ReweaveError: As ``reweave.evaluate.run.evaluate``; the specifications cannot be read or made.
    """
    ready = make_ready(benchmark, config, specs, workers)
    if specs.leakage == "self":
        ready = with_own(ready, config, source, out.with_name(f"{out.name}.self"))
    trace = ready.references.trace
    opening = nullcontext() if is_done(out) else open_boxes(ready.benchmark, config, trace, workers)
    with opening as boxes:
        return evaluate_cell(
            ready, out, config, source, specs.cell, boxes=boxes, workers=workers, report=report
        )


def evaluate_cell(
    ready: Ready,
    out: Path,
    config: EvalConfig,
    source: Source,
    cell: Cell,
    *,
    boxes: Boxes | None = None,
    workers: int | None = None,
    report: Report | None = None,
) -> Evaluated:
    """Make one cell, or go on with it; arguments and errors as for ``evaluate_grounded``.

    Args:
        ready: What all cells share.
        out: The run directory.
        config: As for ``evaluate_grounded``.
        source: Likewise.
        cell: Which one.
        boxes: As `open_boxes` gives them, for several cells; None: this cell starts what it needs, which is
            none where it is whole.
        workers: As for ``evaluate_grounded``.
        report: Likewise.
    """
    specified: dict[str, Specified] = {}
    silent, left = 0, list[Reject]()

    def change(tasks: list[Task], rejects: list[Reject]) -> list[Task]:
        nonlocal silent
        asked: list[Task] = []
        before = len(rejects)
        for each in ready.specify(tasks, rejects):
            text = ready.text(each, cell)
            specified[each.task.id] = each
            silent += cell.name != "none" and not text
            asked.append(place_of(each.task).put(each.task, text))
        left.extend(rejects[before:])
        return asked

    told = {"cell": cell.name, "references": ready.references.sha256, "noise_seed": ready.noise_seed}
    variation = Variation(change=change, told={"specification": told})
    made = evaluate(
        ready.benchmark, out, config, source,
        variation=variation, box=None if boxes is None else boxes.judging, workers=workers, report=report,
    )  # fmt: skip
    if made.was_complete and is_done(out):
        return made
    trace = ready.references.trace
    with nullcontext(boxes.running) if boxes else open_running(config, trace, workers) as box:
        rows, verdicts = _adherence(out, specified, box, trace)
    lost = sum(row["reason"] == "harness-error" for row in rows)
    groups = {name: each.task.group for name, each in specified.items()}
    grounded = {
        "form": cell.form if cell.leakage not in WRITTEN else None,
        "leakage": None if cell.name == "none" else cell.leakage,
        "tasks": len(specified),
        "without_text": silent,
        "left_out": dict(sorted(Counter(each.reason for each in left).items())),
        "reasons": dict(sorted(Counter(row["reason"] for row in rows).items())),
        "measures": figures(scores(verdicts, rows), groups),
    }
    summary = {**made.summary, "grounded": grounded}
    atomic_write(out / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    if not lost and not made.unsampled and not made.unjudged:
        _partial(out).remove()
    return replace(made, summary=summary, unjudged=max(made.unjudged, lost))


def is_done(out: Path) -> bool:
    """Say whether a cell is whole: every sample drawn, judged and run."""
    if not all((out / name).exists() for name in ("summary.json", "adherence.jsonl", "verdicts.parquet")):
        return False
    unfinished = (out / "verdicts.partial.jsonl").exists() or _partial(out).path.exists()
    return not unfinished and "grounded" in read_json(out / "summary.json")


def verdict_rows(out: Path) -> list[dict[str, Any]]:
    """Give the verdicts of a cell."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - takes a while

    rows: list[dict[str, Any]] = pq.read_table(out / "verdicts.parquet").to_pylist()
    return rows


def adherence_rows(out: Path) -> list[dict[str, Any]]:
    """Give the rows of ``adherence.jsonl`` of a cell."""
    return [orjson.loads(line) for line in (out / "adherence.jsonl").read_bytes().splitlines()]


def _partial(out: Path) -> PartialVerdicts:
    return PartialVerdicts(out / "adherence.partial.jsonl")


def _adherence(
    out: Path, specified: Mapping[str, Specified], box: Sandbox, trace: TraceConfig
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Run what was not run yet; give all rows, in the samples' order, and the verdicts."""
    with EvalFolder(out) as folder, _partial(out) as partial:
        verdicts = verdict_rows(out)
        judged = {(row["task_id"], row["sample"]) for row in verdicts}
        samples = [row for row in folder.rows() if (row["task_id"], row["sample"]) in judged]
        adherence(samples, specified, box, trace, partial)
        rows = [row for row in map(partial.of, samples) if row is not None]
        folder.write_lines("adherence.jsonl", rows)
    return rows, verdicts
