"""``reweave view``: one page to step through edit sequences."""

from pathlib import Path
from typing import Annotated

import typer


def view(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="An output of reweave edits, or its run directory.")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The page.", show_default="RUN with .html")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Show the first N programs; 0 shows all.")] = 500,
    form: Annotated[
        str | None,
        typer.Option(help="How the edits are written.", show_default="as the run says, else unified"),
    ] = None,
) -> None:
    """Write one self-contained HTML page: pick a program and a path, step through its edits.

    It opens from the disk, with no server and no network. Above 20 MB it is split into linked pages.

    Example: reweave view edits.jsonl && open edits.html
    """
    from reweave.compute.read_run import sequences_of
    from reweave.storage import find_run
    from reweave.view.page import write_pages

    data, _ = find_run(run)
    target = out if out is not None else data.with_name(data.name.partition(".")[0] + ".html")
    pages = write_pages(sequences_of(run, form, limit), target, title=data.name)
    typer.echo(f"wrote {pages[0]}" + (f" and {len(pages) - 1} more pages" if len(pages) > 1 else ""))
