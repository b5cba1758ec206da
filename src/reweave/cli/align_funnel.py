"""``reweave align funnel``: what each rule dropped, as a table, as JSON and as a page."""

from pathlib import Path
from typing import Annotated

import typer

from reweave.cli import align_stage as of


def funnel(
    run: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="The folder of reweave align run or of a stage; or an output."),
    ],
    out: Annotated[
        Path | None, of.Flag("-o", "--out", help="The page.", show_default="DIR/funnel.html")
    ] = None,
    title: Annotated[str | None, of.Flag(help="The page's title.", show_default="the folder's name")] = None,
) -> None:
    """Show what came in, what each rule of each stage dropped, with examples, and what is left.

    Writes one self-contained HTML page, and its figures as JSON beside it.

    Example: reweave align funnel DIR && open DIR/funnel.html
    """
    from rich.console import Console

    from reweave.align.funnel import read_funnel, write_funnel
    from reweave.cli.align_funnel_table import funnel_table
    from reweave.view.funnel import write_funnel_page

    stages = read_funnel(run)
    Console().print(funnel_table(stages))
    # What is in a run directory is the run's own
    folder = run if run.is_dir() and not (run / "manifest.json").exists() else run.parent
    page = folder / "funnel.html" if out is None else out
    write_funnel_page(stages, page, title=title or run.resolve().name)
    write_funnel(stages, page.with_suffix(".json"))
    typer.echo(f"wrote {page} and {page.with_suffix('.json').name}")
