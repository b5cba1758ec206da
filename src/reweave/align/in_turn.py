"""Stages one after the other in a folder, each from the rows of the one before.

    DIR/STAGE/…

Started again after a kill or after failed requests, they do what is missing and ask nothing twice. Which
stages there are, and what they come to, is the caller's business.
"""

import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import orjson

from reweave.align.costs import total
from reweave.align.funnel import read_funnel
from reweave.align.stage import FileStage, Stage
from reweave.align.stage_folder import Counts, Done, Input, run_stage
from reweave.storage.atomic import atomic_write
from reweave.storage.manifest import PRETTY


def run_in_turn(
    stages: Sequence[Stage | FileStage],
    source: str,
    given: Input,
    out: Path,
    *,
    limit: int = 0,
    filters: Collection[str] = (),
    on_progress: Callable[[Any], None] | None = None,
    on_stage: Callable[[Done], None] | None = None,
) -> list[Done]:
    """Run stages, or what of them is missing.

    Args:
        stages: In their order.
        source: What the first reads, for a stage that opens it itself.
        given: The same, as rows.
        out: The folder that holds a folder for each.
        limit: Rows that the first stage reads, the filters before it aside; 0: all.
        filters: Names of stages that read all they are given.
        on_progress: As ``reweave.models.ask`` has it.
        on_stage: Called with each stage that is done.

    Raises:
        RunError: A folder does not fit.
        ReweaveError: As the stages have it.
    """
    done: list[Done] = []
    for stage in stages:
        place = out / stage.name
        if hasattr(stage, "run_files"):
            done.append(_run_files(stage, source, given, place))
        else:
            done.append(run_stage(stage, given, place, limit=limit, on_progress=on_progress))
        given, source = done[-1].output(), str(place / "rows.jsonl")
        limit = limit if stage.name in filters else 0
        if on_stage is not None:
            on_stage(done[-1])
    return done


def summarise(done: Sequence[Done]) -> dict[str, Any]:
    """Give what stages came to and what they used, as a ``summary.json`` has it."""
    spent = {each.counts.stage: dict(each.spent) for each in done}
    stages = {each.counts.stage: _told(each.counts) | {"spent": spent[each.counts.stage]} for each in done}
    return {"stages": stages, "total": total(spent)}


def failures(done: Sequence[Done]) -> int:
    """Give how many rows failed."""
    return sum(sum(each.counts.failed.values()) for each in done)


def _run_files(stage: FileStage | Stage, source: str, given: Input, place: Path) -> Done:
    """Run a stage that writes its own files; over another input than before, from the beginning."""
    assert hasattr(stage, "run_files")
    place.mkdir(exist_ok=True)
    known, now = place / "source.json", orjson.dumps(given.identity, option=PRETTY)
    if known.exists() and known.read_bytes() != now:
        (place / "rows.jsonl").unlink(missing_ok=True)
        shutil.rmtree(place / "rows.jsonl.run", ignore_errors=True)
    atomic_write(known, now)
    spent = stage.run_files(source, place / "rows.jsonl", None)
    (found,) = read_funnel(place / "rows.jsonl.run")
    return Done(place, found.counts, spent or {})


def _told(counts: Counts) -> dict[str, int]:
    return {
        "read": counts.read,
        "kept": counts.kept,
        "rejected": sum(counts.rejected.values()),
        "failed": sum(counts.failed.values()),
    }
