"""``reweave curate dedup``: one row of each group of near-duplicates."""

from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option


def dedup(
    source: Annotated[
        str,
        typer.Argument(metavar="INPUT", help="A .jsonl (.gz, .zst) or .parquet file, or a folder of them."),
    ],
    out: Annotated[
        Path,
        Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
    ],
    on: Annotated[
        list[str] | None,
        Flag(
            help="A column to compare: NAME, NAME:code, NAME:code:THRESHOLD; repeatable.",
            show_default="the instruction as text and the program as code",
        ),
    ] = None,
    match: Annotated[
        str | None, Flag(help="any: alike in one of the columns. all: in each.", show_default="any")
    ] = None,
    threshold: Annotated[
        float | None, Flag(help="The least Jaccard similarity of duplicates.", show_default="0.7")
    ] = None,
    best: Annotated[
        str | None,
        Flag(help="A column with a number: the highest is kept.", show_default="the first row is kept"),
    ] = None,
    ngram: Annotated[int | None, Flag(help="Tokens of an n-gram.", show_default="5")] = None,
    permutations: Annotated[
        int | None, Flag(help="Hash functions of a MinHash signature.", show_default="128")
    ] = None,
    seed: Annotated[int | None, Flag(help="Of the hash functions.", show_default="1")] = None,
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
    """Keep one row of each group of near-duplicates.

    Candidates come from MinHash; each is then measured exactly, so that nothing is dropped by chance. As
    code, programs are alike whatever their names, layout and comments. What is dropped is in
    OUT.run/rejects.jsonl, with the kept row it is like. Killed and started again, a run goes on where it
    stopped.

    Example: reweave curate dedup pairs.jsonl -o kept.jsonl --on instruction --on program:code --best score
    """
    from rich.console import Console

    from reweave.cli.curate_tables import Line, counts_table
    from reweave.compute.dedup_run import deduplicate
    from reweave.cores import cores
    from reweave.curate.config import DedupConfig
    from reweave.settings import checked, gather

    flags = {
        "on": tuple(on) if on else None, "match": match, "threshold": threshold, "best": best, "ngram": ngram,
        "permutations": permutations, "seed": seed, "limit": limit, "shard_records": shard_records,
    }  # fmt: skip
    resolved = checked(DedupConfig, gather("dedup", config, set_ or [], flags))
    line = Line()
    made = deduplicate(source, out, resolved, workers=workers or cores(), report=line.update)
    console = Console()
    for note in made.notes:
        console.print(f"[dim]note: {note}[/dim]", highlight=False)
    console.print(counts_table(made.statistics))
    found = made.statistics
    for column, n in found["by_column"].items():
        console.print(f"{n:,} by {column}", highlight=False, markup=False)
    rate = "was complete already" if made.was_complete else f"{found['read'] / made.seconds:,.0f} rows/s"
    console.print(f"{found['kept']:,} rows in {out} ({rate})", highlight=False, soft_wrap=True, markup=False)
    if found["rejects"]:
        where = f"what was dropped, and for which row: {made.folder / 'rejects.jsonl'}"
        console.print(where, highlight=False, soft_wrap=True, markup=False)
