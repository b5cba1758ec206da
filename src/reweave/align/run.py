"""The whole chain: stages one after the other, each from the rows of the one before.

    DIR/config.json, DIR/STAGE/…, DIR/funnel.json, DIR/summary.json

What can be refused is refused before the first request: all stages are made first. Started again after a
kill or after failed requests, it does what is missing and asks nothing twice.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.cleaning import CLEAN, SEED_FILTERS, wants_clean
from reweave.align.config import AlignConfig
from reweave.align.costs import total
from reweave.align.funnel import StageFunnel, read_funnel, write_funnel
from reweave.align.stage import PLACES, FileStage, Stage, make_stage
from reweave.align.stage_folder import FORMAT, Counts, Done, Input, run_stage
from reweave.errors import InputError
from reweave.storage import open_source
from reweave.storage.atomic import atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY


@dataclass(frozen=True, slots=True)
class Aligned:
    """What a chain came to.

    Args:
        folder: Where it is.
        funnel: Stage by stage.
        summary: The contents of ``summary.json``.
        failed: Rows whose requests failed; the same call asks for them again.
        notes: What a person should know.
    """

    folder: Path
    funnel: list[StageFunnel]
    summary: Mapping[str, Any]
    failed: int
    notes: tuple[str, ...] = field(default=())


def run_chain(
    config: AlignConfig,
    out: Path,
    *,
    on_progress: Callable[[Any], None] | None = None,
    on_stage: Callable[[Done], None] | None = None,
) -> Aligned:
    """Run the chain, or what of it is missing.

    Args:
        config: All settings.
        out: Its folder.
        on_progress: As ``reweave.models.ask`` has it.
        on_stage: Called with each stage that is done.

    Raises:
        InputError: A setting, template or file that cannot be read.
        RunError: The folder does not fit.
        ModelError: A server cannot be asked at all; what was answered is in the logs.
    """
    if config.input is None:
        raise InputError('what does it begin with? give input = "seeds.jsonl", or --input')
    names = chosen(config)
    stages = [make_stage(name, config) for name in names]
    opened = open_source(config.input)
    with HeldFolder(out) as folder:
        folder.claim({"format": FORMAT, "seed": config.seed})  # each stage claims what decides its rows
        given = Input(opened.rows, opened.fingerprint(), opened.count_hint())
        source, limit, done = config.input, config.limit, []
        for stage in stages:
            place = out / stage.name
            if hasattr(stage, "run_files"):
                done.append(_run_files(stage, source, given, place))
            else:
                done.append(run_stage(stage, given, place, limit=limit, on_progress=on_progress))
            given, source = done[-1].output(), str(place / "rows.jsonl")
            # Filters read all they are given: the limit is for the first stage that costs something
            limit = limit if stage.name in SEED_FILTERS else 0
            if on_stage is not None:
                on_stage(done[-1])
        funnel = [each for each in read_funnel(out) if each.counts.stage in names]
        write_funnel(funnel, out / "funnel.json")
        summary = _summary(config, done)
        atomic_write(out / "summary.json", orjson.dumps(summary, option=PRETTY))
    failed = sum(sum(each.counts.failed.values()) for each in done)
    return Aligned(out, funnel, summary, failed, opened.notes)


def chosen(config: AlignConfig) -> list[str]:
    """Give the names of the stages that run, in their order.

    Raises:
        InputError: There is no such stage.
    """
    if config.stages is None:
        wanted = set(PLACES)
        if "seeds" not in config.others:
            wanted.remove("seeds")
        if not wants_clean(config):
            wanted -= set(CLEAN)
    else:
        wanted = set(config.stages)
    for name in wanted:
        if name not in PLACES:
            raise InputError(f"there is no stage {name!r}; there are {', '.join(PLACES)}")
    return [name for name in PLACES if name in wanted]


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


def _summary(config: AlignConfig, done: list[Done]) -> dict[str, Any]:
    spent = {each.counts.stage: dict(each.spent) for each in done}
    return {
        "format": FORMAT,
        "reweave": __version__,
        "preset": config.preset,
        "config": config.model_dump(mode="json", by_alias=True, exclude={"endpoints"}),
        "stages": {
            each.counts.stage: _told(each.counts) | {"spent": spent[each.counts.stage]} for each in done
        },
        "total": total(spent),
    }


def _told(counts: Counts) -> dict[str, int]:
    return {
        "read": counts.read,
        "kept": counts.kept,
        "rejected": sum(counts.rejected.values()),
        "failed": sum(counts.failed.values()),
    }
