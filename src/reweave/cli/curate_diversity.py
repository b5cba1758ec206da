"""``reweave curate diversity``: how varied data sets are, side by side."""

from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option


def diversity(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="INPUT…", help="Data sets to compare: .jsonl (.gz, .zst), .parquet, folders."),
    ],
    text: Annotated[
        str | None, Flag(help="The column with the instruction.", show_default="the usual one")
    ] = None,
    code: Annotated[
        str | None, Flag(help="The column with the program.", show_default="the usual one")
    ] = None,
    concepts: Annotated[str, Flag(help="The column with a list of concepts, if there is one.")] = "concepts",
    seed: Annotated[int, Flag(help="Of the parts that are compared.")] = 1,
    out: Annotated[Path | None, Flag("-o", "--out", help="Write the numbers to a .json file, too.")] = None,
) -> None:
    """Measure how varied data sets are: words, program shapes, calls, concepts, rows like no other.

    Such numbers depend on how many rows there are. Of several data sets each is therefore also measured on
    random parts as large as the smallest one, with the interval in which 95 % of such parts lie.

    Example: reweave curate diversity pairs.jsonl kept.jsonl
    """
    from rich.console import Console

    from reweave.cli.curate_tables import diversity_table
    from reweave.compute.diversity_run import measure

    measured = measure(sources, text=text, code=code, concepts=concepts, seed=seed, out=out)
    console = Console()
    console.print(diversity_table(measured))
    for each in measured:
        if each.rejects:
            n, first = len(each.rejects), each.rejects[0]
            told = f"{each.name}: {n:,} rows cannot be read, the first {first.id}: {first.detail}"
            console.print(told, highlight=False, markup=False)
        if each.unparsed:
            console.print(
                f"{each.name}: {each.unparsed:,} programs do not parse", highlight=False, markup=False
            )
