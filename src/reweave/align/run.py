"""The whole chain: stages one after the other, each from the rows of the one before.

    DIR/config.json, DIR/STAGE/…, DIR/funnel.json, DIR/summary.json

What can be refused is refused before the first request: all stages are made first. Started again after a
kill or after failed requests, it does what is missing and asks nothing twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.cleaning import CLEAN, SEED_FILTERS, wants_clean
from reweave.align.config import AlignConfig
from reweave.align.funnel import StageFunnel, read_funnel, write_funnel
from reweave.align.in_turn import failures, run_in_turn, summarise
from reweave.align.stage import PLACES, make_stage
from reweave.align.stage_folder import FORMAT, Done, Input
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
        done = run_in_turn(
            stages,
            config.input,
            given,
            out,
            # Filters read all they are given: the limit is for the first stage that costs something
            limit=config.limit,
            filters=SEED_FILTERS,
            on_progress=on_progress,
            on_stage=on_stage,
        )
        funnel = [each for each in read_funnel(out, list(PLACES)) if each.counts.stage in names]
        write_funnel(funnel, out / "funnel.json")
        summary = _summary(config, done)
        atomic_write(out / "summary.json", orjson.dumps(summary, option=PRETTY))
    return Aligned(out, funnel, summary, failures(done), opened.notes)


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


def _summary(config: AlignConfig, done: list[Done]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "reweave": __version__,
        "preset": config.preset,
        "config": config.model_dump(mode="json", by_alias=True, exclude={"endpoints"}),
        **summarise(done),
    }
