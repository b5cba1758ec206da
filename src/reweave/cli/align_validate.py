"""``reweave align validate``: what a model's own tests show of its own answers."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from reweave.cli import running as of
from reweave.cli.running import Flag


def validate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="RESPONSES",
            help="JSONL (.gz, .zst) or Parquet with program, tests, and instruction_id if there is one.",
        ),
    ],
    out: of.Out,
    mutants: Annotated[
        int | None, Flag(help="Mutants of one program, at most; 0 for all there are.", show_default="40")
    ] = None,
    min_score: Annotated[
        float | None, Flag(help="Test score from which on a response is accepted.", show_default="0.5")
    ] = None,
    accept: Annotated[
        str | None,
        Flag(help="tested, or passed: whatever passes, as published.", show_default="tested"),
    ] = None,
    cross_calls: Annotated[
        int | None,
        Flag(help="Runs of an instruction's programs against each other's tests.", show_default="400"),
    ] = None,
    coverage: Annotated[
        bool | None,
        Flag(
            "--coverage/--no-coverage",
            help="Measure the lines and branches that tests reach, as the program tells: can be forged.",
            show_default="--no-coverage",
        ),
    ] = None,
    in_process: Annotated[
        bool | None,
        Flag(
            "--in-process/--no-in-process",
            help="Judge classes beside their tests where nothing else does; can be forged, and says so.",
            show_default="--in-process",
        ),
    ] = None,
    wall: Annotated[
        float | None, Flag(help="Seconds a program and its tests may take.", show_default="10")
    ] = None,
    memory: of.Memory = None,
    zygote: Annotated[
        str | None, Flag(help="stdlib, or data: numpy and pandas are loaded.", show_default="stdlib")
    ] = None,
    python: of.Python = None,
    tier: of.Tier = None,
    unsafe_no_isolation: of.Unsafe = None,
    limit: of.Limit = None,
    seed: Annotated[int | None, Flag(help="Same seed, same mutants.", show_default="1")] = None,
    shard_records: of.ShardRecords = None,
    workers: of.Workers = 0,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Run responses against their tests, and find out what these tests show.

    Each row comes back with a column `validation`: the verdict, assertions reached, stubs and mutants
    refused, tautologies, agreement with the instruction's other responses, one test score, and whether the
    response is accepted. Killed and started again, a run goes on where it stopped, with the same bytes.

    Example: reweave align validate responses.jsonl -o validated.jsonl
    """
    from reweave.align.validate.config import ValidateConfig
    from reweave.settings import checked, gather

    given = dict(locals())
    flags = {name: given[name] for name in _FLAGS}
    settings = checked(ValidateConfig, gather("validate", config, set_ or [], flags))
    sys.exit(_run(source, out, settings, workers))


_FLAGS = (
    "mutants", "accept", "min_score", "cross_calls", "coverage", "in_process", "wall", "memory", "zygote",
    "python", "tier", "unsafe_no_isolation", "limit", "seed", "shard_records",
)  # fmt: skip


def _run(source: str, out: Path, config: Any, workers: int) -> int:
    from rich.console import Console

    from reweave.align.validate.run import validate as run
    from reweave.cli.align_tables import validated_tables
    from reweave.cli.progress import Progress

    with Progress("responses", "mutants") as progress:
        made = run(source, out, config, workers=workers or None, report=progress.update)
    console = Console()
    for note in made.notes:
        console.print(f"note: {note}", style="dim", highlight=False, markup=False)
    console.print(validated_tables(made.statistics))
    statistics = made.statistics
    rate = f", {made.new_mutants / made.seconds:,.0f} mutants/s" if made.new_mutants else ""
    done = " (was complete already)" if made.was_complete else rate
    told = (
        f"{statistics.kept:,} of {statistics.read:,} responses accepted, for {statistics.with_accepted:,} of"
        f" {statistics.instructions:,} instructions, in {out}{done}"
    )
    if statistics.rejects:
        told += f"\nwhat was not accepted, and why: {made.folder / 'rejects.jsonl'}"
    console.print(told, highlight=False, soft_wrap=True, markup=False)
    if made.unsafe:
        console.print("[bold red]Programs ran without isolation: they could have done anything.[/bold red]")
    # Success with nothing kept would be the silence that loses a night's work.
    return 0 if statistics.kept or not statistics.read else 1
