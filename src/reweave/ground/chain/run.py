"""The whole chain: from tables to grounded rows.

    DIR/config.json, DIR/STAGE/…, DIR/funnel.json, DIR/summary.json

What can be refused is refused before the first request: all stages are made first. Started again after a
kill or after failed requests, it does what is missing and asks nothing twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.funnel import StageFunnel, read_funnel, write_funnel
from reweave.align.in_turn import failures, run_in_turn, summarise
from reweave.align.stage_folder import FORMAT, Done, Input
from reweave.errors import InputError
from reweave.ground.chain.config import GroundConfig
from reweave.ground.chain.stages import STAGES, chosen, make_stage
from reweave.ground.contexts.sources import find
from reweave.storage import open_source
from reweave.storage.atomic import atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY


@dataclass(frozen=True, slots=True)
class Chained:
    """What a chain came to.

    Attributes:
        folder: Where it is.
        rows: The file of its last rows.
        funnel: Stage by stage.
        summary: The contents of ``summary.json``.
        failed: Rows whose requests failed; the same call asks for them again.
        notes: What a person should know.
    """

    folder: Path
    rows: Path
    funnel: list[StageFunnel]
    summary: Mapping[str, Any]
    failed: int
    notes: tuple[str, ...] = ()


def run_chain(
    config: GroundConfig,
    out: Path,
    *,
    on_progress: Callable[[Any], None] | None = None,
    on_stage: Callable[[Done], None] | None = None,
) -> Chained:
    """Run the chain, or what of it is missing.

    Args:
        config: All settings.
        out: Its folder.
        on_progress: As ``reweave.models.ask`` has it.
        on_stage: Called with each stage that is done.

    Raises:
        InputError: A setting, template or file that cannot be read.
        RunError: The folder does not fit.
        MissingExtraError: pandas is not installed.
        ModelError: A server cannot be asked at all; what was answered is in the logs.
        SandboxError: Untrusted code cannot be run here.
    """
    names = chosen(config)
    source, given, notes = _given(config, names)
    stages = [make_stage(name, config) for name in names]
    with HeldFolder(out) as folder:
        folder.claim({"format": FORMAT, "seed": config.seed})  # each stage claims what decides its rows
        done = run_in_turn(
            stages, source, given, out, limit=config.limit, on_progress=on_progress, on_stage=on_stage
        )
        funnel = [each for each in read_funnel(out, STAGES) if each.counts.stage in names]
        write_funnel(funnel, out / "funnel.json")
        summary = {
            "format": FORMAT,
            "reweave": __version__,
            "config": config.model_dump(mode="json", exclude={"endpoints", "workers"}),
            **summarise(done),
        }
        atomic_write(out / "summary.json", orjson.dumps(summary, option=PRETTY))
    # What failed in a stage that runs files, such as a reader that died, is in its rejects and stays so
    asked = [each for each in done if (each.folder / "stage.json").exists()]
    return Chained(out, done[-1].folder / "rows.jsonl", funnel, summary, failures(asked), notes)


def _given(config: GroundConfig, names: list[str]) -> tuple[str, Input, tuple[str, ...]]:
    """Open what the first stage reads."""
    if not config.input:
        raise InputError("what does it begin with? Give tables, notebooks, or folders of them")
    if names and names[0] == "contexts":
        tables = find(config.input)
        return config.input[0], Input(list, tables.fingerprint(), len(tables.files)), tables.notes
    if len(config.input) > 1:
        raise InputError(f"the first stage is {names[0]!r}: give one file of its rows")
    opened = open_source(config.input[0])
    return config.input[0], Input(opened.rows, opened.fingerprint(), opened.count_hint()), opened.notes
