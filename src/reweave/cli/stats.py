"""``reweave stats``: what a data set is made of."""

from pathlib import Path
from typing import Annotated

import typer


def stats(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="An output of reweave edits, or its run directory.")
    ],
    png: Annotated[Path | None, typer.Option(help="Draw the distributions into this PNG as well.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON instead of tables.")] = False,
    form: Annotated[
        str | None,
        typer.Option(help="How the edits are written.", show_default="as the run says, else unified"),
    ] = None,
) -> None:
    """Count edits a path, lines and hunks an edit, tokens, distinct paths, and what was rejected.

    Example: reweave stats edits.jsonl --png edits.png
    """
    from rich.console import Console

    from reweave.compute.read_run import statistics_of
    from reweave.view.plots import save_png
    from reweave.view.table import tables

    counted = statistics_of(run, form)
    if json:
        import orjson

        typer.echo(orjson.dumps(counted.to_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        Console().print(tables(counted))
    if png is not None:
        save_png(counted, png)
        typer.echo(f"drew {png}", err=True)
