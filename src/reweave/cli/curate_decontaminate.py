"""``reweave curate decontaminate``: rows without items of benchmarks."""

from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option


def decontaminate(
    source: Annotated[
        str,
        typer.Argument(metavar="INPUT", help="A .jsonl (.gz, .zst) or .parquet file, or a folder of them."),
    ],
    out: Annotated[
        Path,
        Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
    ],
    against: Annotated[
        list[str] | None,
        Flag(help="A benchmark: its name, its file, or hub:OWNER/NAME; repeatable. all: those there are."),
    ] = None,
    on: Annotated[
        list[str] | None, Flag(help="A column to look at; repeatable.", show_default="all text of a row")
    ] = None,
    ngram: Annotated[int | None, Flag(help="Words of an n-gram.", show_default="10")] = None,
    share: Annotated[
        float | None,
        Flag(help="The part of an item's n-grams that a row must hold to be dropped.", show_default="0.2"),
    ] = None,
    common: Annotated[
        int | None,
        Flag(
            help="N-grams that more items of a benchmark have are its frame and do not count.",
            show_default="5",
        ),
    ] = None,
    programs: Annotated[
        bool | None, Flag("--programs/--no-programs", help="Compare solutions in normal form, too.")
    ] = None,
    limit: Annotated[int | None, Flag(help="Read only the first N rows.", show_default="all")] = None,
    shard_records: Annotated[
        int | None, Flag(help="Rows a shard, when the output is a folder.", show_default="50000")
    ] = None,
    workers: Annotated[int, Flag(min=0, help="Processes.", show_default="one a core")] = 0,
    config: Annotated[Path | None, Flag(help="TOML file with any of these settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Drop the rows that hold a benchmark's prompt or solution.

    By n-grams of words, and by functions that are a solution's but for names, layout and comments. Each hit
    is in OUT.run/rejects.jsonl with its evidence. Killed and started again, a run goes on where it stopped.

    Example: reweave curate decontaminate pairs.jsonl -o clean.jsonl --against humaneval --against mbpp
    """
    from rich.console import Console

    from reweave.cli.curate_tables import Line, counts_table, hits_table
    from reweave.compute.decontaminate_run import decontaminate as run
    from reweave.cores import cores
    from reweave.curate.benchmark_items import known_benchmarks
    from reweave.curate.config import DecontaminateConfig
    from reweave.errors import InputError
    from reweave.settings import checked, gather

    flags = {
        "against": tuple(against) if against else None, "on": tuple(on) if on else None, "ngram": ngram,
        "share": share, "common": common, "programs": programs, "limit": limit, "shard_records":
        shard_records,
    }  # fmt: skip
    settings = gather("decontaminate", config, set_ or [], flags)
    if not settings.get("against"):
        raise InputError("against which benchmarks? Say --against NAME, --against FILE, or --against all")
    if list(settings["against"]) == ["all"]:
        settings["against"] = known_benchmarks()
    line = Line()
    made = run(
        source, out, checked(DecontaminateConfig, settings), workers=workers or cores(), report=line.update
    )
    console = Console()
    for note in made.notes:
        console.print(f"[dim]note: {note}[/dim]", highlight=False)
    found = made.statistics
    console.print(counts_table(found))
    if found["hits"]:
        console.print(hits_table(found["hits"]))
    if found["unseen"]:
        n, first = len(found["unseen"]), found["unseen"][0]
        told = f"{n:,} parts of {found['items']:,} items have no n-gram of their own (such as {first})"
        console.print(told, highlight=False, markup=False)
    rate = "was complete already" if made.was_complete else f"{found['read'] / made.seconds:,.0f} rows/s"
    console.print(f"{found['kept']:,} rows in {out} ({rate})", highlight=False, soft_wrap=True, markup=False)
    if found["rejects"]:
        where = f"what was dropped, and its evidence: {made.folder / 'rejects.jsonl'}"
        console.print(where, highlight=False, soft_wrap=True, markup=False)
