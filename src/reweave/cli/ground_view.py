"""``reweave ground view``: one page to look through grounded rows."""

import sys
from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option
_FIRST = 500


def view(
    grounded: Annotated[
        Path,
        typer.Argument(metavar="GROUNDED", help="An output of reweave ground trace, or its run directory."),
    ],
    out: Annotated[
        Path | None, Flag("-o", "--out", help="The page.", show_default="GROUNDED with .html")
    ] = None,
    limit: Annotated[
        int | None,
        Flag(
            min=0, help="Read only the first N rows; 0 for all.", show_default=f"{_FIRST}, with --sample all"
        ),
    ] = None,
    sample: Annotated[int, Flag(min=0, help="Show N rows, drawn; 0 for all that are read.")] = 0,
    seed: Annotated[int, Flag(help="Of the draw.")] = 1,
    title: Annotated[str | None, Flag(help="The page's title.", show_default="the file's name")] = None,
) -> None:
    """Write one self-contained HTML page: each row with its values as tables, its specifications and mutants.

    It opens from the disk, with no server and no network. Above 20 MB it is split into linked pages. A row
    that is no grounded row is left out, with the reason on stderr.

    Example: reweave ground view grounded.jsonl && open grounded.html
    """
    from reweave.ground.contexts.text import visible
    from reweave.ground.page import shown_rows
    from reweave.storage import find_run
    from reweave.view.grounded import write_grounded_pages

    data, _ = find_run(grounded)
    first = (0 if sample else _FIRST) if limit is None else limit
    shown = shown_rows(grounded, limit=first, sample=sample, seed=seed)
    target = out if out is not None else data.with_name(data.name.partition(".")[0] + ".html")
    pages = write_grounded_pages(shown.rows, target, title=title or data.name)
    for reject in shown.rejects:
        typer.echo(f"row {reject.id} is left out: {reject.reason}: {visible(reject.detail, 300)}", err=True)
    more = f" and {len(pages) - 1} more pages" if len(pages) > 1 else ""
    left_out = f", {len(shown.rejects):,} left out" if shown.rejects else ""
    typer.echo(f"wrote {pages[0]}{more}: {len(shown.rows):,} rows of {shown.read:,} read{left_out}")
    # Success with nothing shown would be the silence that hides a wrong file.
    sys.exit(0 if shown.rows or not shown.read else 1)
