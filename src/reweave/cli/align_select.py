"""``reweave align select``: which validated responses are kept, and pairs of good and bad ones."""

import sys
from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option


def select(
    source: Annotated[str, typer.Argument(metavar="VALIDATED", help="The output of reweave align validate.")],
    out: Annotated[
        Path,
        Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
    ],
    policy: Annotated[
        str | None,
        Flag(
            help="best: agreed on, best tested, shortest. first: the first accepted. all: all accepted.",
            show_default="best",
        ),
    ] = None,
    pairs: Annotated[Path | None, Flag(help="Also write preference pairs: prompt, chosen, rejected.")] = None,
    pairs_each: Annotated[
        int | None, Flag(help="Pairs for each chosen response, at most.", show_default="1")
    ] = None,
    shard_records: Annotated[
        int | None, Flag(help="Input rows a shard, when the output is a folder.", show_default="50000")
    ] = None,
    config: Annotated[
        Path | None, Flag(help="TOML file with any of these settings, at the top or under [select].")
    ] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Choose among the accepted responses of each instruction.

    A preference pair is made only of a failure that also fails the tests of the response chosen.

    Example: reweave align select validated.jsonl -o selected.jsonl --pairs pairs.jsonl
    """
    from rich.console import Console

    from reweave.align.validate.select_run import SelectConfig, select_rows
    from reweave.cli.align_tables import selected_table
    from reweave.settings import checked, gather

    flags = {"policy": policy, "pairs_each": pairs_each, "shard_records": shard_records}
    settings = checked(SelectConfig, gather("select", config, set_ or [], flags))
    made = select_rows(source, out, settings, pairs=pairs)
    console = Console()
    console.print(selected_table(made))
    done = " (was complete already)" if made.was_complete else ""
    told = f"{made.kept:,} responses to {made.chosen:,} of {made.instructions:,} instructions in {out}{done}"
    if pairs is not None:
        told += f"; {made.pairs:,} preference pairs in {pairs}"
    console.print(told, highlight=False, soft_wrap=True, markup=False)
    sys.exit(0 if made.kept or not made.read else 1)
