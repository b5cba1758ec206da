"""``reweave ground bridge``: functions get specifications, grounded rows get tests."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from reweave.cli import running as of
from reweave.cli.running import Flag


def bridge(
    source: Annotated[
        str,
        typer.Argument(
            metavar="ROWS",
            help="Rows of reweave align (program, tests), or of reweave ground trace; JSONL or Parquet.",
        ),
    ],
    out: of.Out,
    to: Annotated[
        str | None,
        Flag(
            help="specs for functions, tests for grounded rows.", show_default="auto: by each row's columns"
        ),
    ] = None,
    calls: Annotated[
        int | None, Flag(help="Calls of a function that its specification tells.", show_default="3")
    ] = None,
    mutants: Annotated[
        int | None, Flag(help="Wrong programs tried against its contracts; 0: none.", show_default="20")
    ] = None,
    characters: Annotated[
        int | None, Flag(help="A generated test text is no longer.", show_default="4000")
    ] = None,
    row_bytes: of.RowBytes = None,
    wall: Annotated[float | None, Flag(help="Seconds that one run may take.", show_default="10")] = None,
    memory: of.Memory = None,
    zygote: Annotated[
        str | None, Flag(help="data: numpy and pandas are loaded, or stdlib.", show_default="data")
    ] = None,
    python: of.Python = None,
    tier: of.Tier = None,
    unsafe_no_isolation: of.Unsafe = None,
    limit: of.Limit = None,
    seed: Annotated[
        int | None, Flag(help="Of random in the programs, and of mutants.", show_default="1")
    ] = None,
    shard_records: of.ShardRecords = None,
    workers: of.Workers = 0,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Give functions what grounded rows have, and grounded rows what functions have.

    A function's tests are run, and its specifications made of what their calls gave and got. A grounded
    row's code becomes a function of its inputs, with tests that hold its outputs; it passes them before it is
    kept. The others are in OUT.run/rejects.jsonl, with the reason. Killed and started again, a run goes on
    where it stopped, with the same bytes.

    Example: reweave ground bridge validated.jsonl -o specified.jsonl

    Example: reweave ground bridge grounded.jsonl -o tested.jsonl
    """
    from reweave.ground.bridge.config import BridgeConfig
    from reweave.settings import checked, gather

    given = dict(locals())
    flags = {name: given[name] for name in _FLAGS}
    settings = checked(BridgeConfig, gather("bridge", config, set_ or [], flags))
    sys.exit(_run(source, out, settings, workers))


_FLAGS = (
    "to", "calls", "mutants", "characters", "row_bytes", "wall", "memory", "zygote", "python", "tier",
    "unsafe_no_isolation", "limit", "seed", "shard_records",
)  # fmt: skip


def _run(source: str, out: Path, config: Any, workers: int) -> int:
    from rich.console import Console

    from reweave.cli.ground_tables import funnel, worth_tables
    from reweave.cli.progress import Progress
    from reweave.ground.bridge.run import bridge as run

    with Progress("rows", "rows") as progress:
        made = run(source, out, config, workers=workers or None, report=progress.update)
    console = Console()
    for note in made.notes:
        console.print(f"note: {note}", style="dim", highlight=False, markup=False)
    statistics = made.statistics
    counts = statistics.counts
    console.print(funnel(counts, "Rows"))
    console.print(worth_tables(statistics.worth))
    told = (
        f"{counts.kept:,} rows of {counts.read:,} in {out}"
        f"{' (was complete already)' if made.was_complete else ''}: {statistics.specified:,} functions with"
        f" specifications of {statistics.calls:,} calls, {statistics.tested:,} grounded rows with tests"
    )
    if counts.rejects:
        told += f"\nwhat was not kept, and why: {made.folder / 'rejects.jsonl'}"
    console.print(told, highlight=False, soft_wrap=True, markup=False)
    if made.unsafe:
        console.print("[bold red]Programs ran without isolation: they could have done anything.[/bold red]")
    return 0 if counts.kept or not counts.read else 1
