"""``reweave ground trace``: contexts and candidate programs in, rows with what went in and came out."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from reweave.cli import running as of
from reweave.cli.running import Flag


def trace(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="JSONL (.gz, .zst) or Parquet with context, intent, code; ds1000, pandaseval or numpyeval.",
        ),
    ],
    out: of.Out,
    tables: Annotated[
        list[str] | None,
        Flag(help="What contexts were made of: a file or folder where rows find their tables; repeatable."),
    ] = None,
    vary: Annotated[
        str | None,
        Flag(
            help="all: the second run has other random numbers. candidate: the context keeps its own.",
            show_default="all",
        ),
    ] = None,
    same_calls: Annotated[
        int | None, Flag(help="Rows kept of one sequence of calls; 0 for all.", show_default="20")
    ] = None,
    mutants: Annotated[
        int | None,
        Flag(help="Wrong programs tried against a row's contract, of each sort; 0: none.", show_default="20"),
    ] = None,
    row_bytes: of.RowBytes = None,
    wall: Annotated[
        float | None, Flag(help="Seconds a context and its candidate may take.", show_default="10")
    ] = None,
    memory: of.Memory = None,
    zygote: Annotated[
        str | None, Flag(help="data: numpy and pandas are loaded, or stdlib.", show_default="data")
    ] = None,
    python: of.Python = None,
    tier: of.Tier = None,
    unsafe_no_isolation: of.Unsafe = None,
    limit: of.Limit = None,
    seed: Annotated[int | None, Flag(help="Of random and numpy.random.", show_default="1")] = None,
    shard_records: of.ShardRecords = None,
    workers: of.Workers = 0,
    config: of.Config = None,
    set_: of.Sets = None,
) -> None:
    """Run candidates after their contexts, and keep what they took and what they left.

    Each runs twice, as notebook cells in the sandbox. A row is kept where the candidate runs, leaves a
    variable new or changed or shows a value, does so twice alike, touches no file, and calls what few others
    call in that order. The others are in OUT.run/rejects.jsonl, with the reason. Killed and started again, a
    run goes on where it stopped, with the same bytes.

    Example: reweave ground trace candidates.jsonl -o grounded.jsonl

    Example: reweave ground trace candidates.jsonl -o grounded.jsonl --tables tables/

    Example: reweave ground trace pandaseval -o pandaseval.jsonl --same-calls 0
    """
    from reweave.ground.trace.config import TraceConfig
    from reweave.settings import checked, gather

    given = dict(locals())
    flags = {name: given[name] for name in _FLAGS}
    settings = checked(TraceConfig, gather("trace", config, set_ or [], flags))
    sys.exit(_run(source, out, settings, workers))


_FLAGS = (
    "tables", "vary", "same_calls", "mutants", "row_bytes", "wall", "memory", "zygote", "python", "tier",
    "unsafe_no_isolation", "limit", "seed", "shard_records",
)  # fmt: skip


def _run(source: str, out: Path, config: Any, workers: int) -> int:
    from rich.console import Console

    from reweave.cli.ground_tables import traced_tables
    from reweave.cli.progress import Progress
    from reweave.ground.run import ground

    with Progress("candidates", "candidates") as progress:
        made = ground(source, out, config, workers=workers or None, report=progress.update)
    console = Console()
    for note in made.notes:
        console.print(f"note: {note}", style="dim", highlight=False, markup=False)
    statistics = made.statistics
    console.print(traced_tables(statistics))
    rate = f" ({made.new_rows / made.seconds:,.0f} candidates/s)" if made.new_rows else ""
    told = (
        f"{statistics.kept:,} grounded rows of {statistics.read:,} candidates in {out}"
        f"{' (was complete already)' if made.was_complete else rate}"
    )
    if statistics.rejects:
        told += f"\nwhat was not kept, and why: {made.folder / 'rejects.jsonl'}"
    if statistics.evaluation_only:
        told += (
            f"\n{statistics.evaluation_only:,} rows are of a benchmark that must not be trained on:"
            " evaluation_only"
        )
    console.print(told, highlight=False, soft_wrap=True, markup=False)
    if made.unsafe:
        console.print("[bold red]Programs ran without isolation: they could have done anything.[/bold red]")
    # Success with nothing kept would be the silence that loses a night's work.
    return 0 if statistics.kept or not statistics.read else 1
