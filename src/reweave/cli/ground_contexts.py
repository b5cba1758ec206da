"""``reweave ground contexts``: tables and notebooks in, the cells that load them and cards of them out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from reweave.ground.contexts import Made

Flag = typer.Option


def contexts(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Folders and files: .csv, .tsv, .parquet, .jsonl, .xlsx, .ipynb.",
        ),
    ],
    out: Annotated[
        Path,
        Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
    ],
    columns: Annotated[int | None, Flag(help="Columns described, at most.", show_default="30")] = None,
    card_chars: Annotated[int | None, Flag(help="The longest card.", show_default="6000")] = None,
    head_rows: Annotated[int | None, Flag(help="First rows shown.", show_default="5")] = None,
    max_bytes: Annotated[
        int | None, Flag(help="A larger file is not read.", show_default="268435456")
    ] = None,
    limit: Annotated[int | None, Flag(help="Read only the first N files.", show_default="all")] = None,
    shard_records: Annotated[
        int | None, Flag(help="Files a shard, when the output is a folder.", show_default="50000")
    ] = None,
    workers: Annotated[int, Flag(min=0, help="Files read at once.", show_default="one a core")] = 0,
    config: Annotated[
        Path | None, Flag(help="TOML file with these and the other settings, such as max_cells.")
    ] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Make a context of each table: the cell that loads it, and a card that tells what is in it.

    A file that does not load is in OUT.run/rejects.jsonl with the reason. Nothing in a file is run. Killed
    and started again, a run goes on where it stopped and ends with the same bytes.

    Example: reweave ground contexts tables/ -o contexts.jsonl

    Example: reweave ground contexts sales.xlsx study.ipynb -o contexts.jsonl --columns 50
    """
    from rich.console import Console

    from reweave.cli.progress import Progress
    from reweave.cores import cores
    from reweave.ground.contexts import make_contexts, resolve_config

    flags = {
        "columns": columns, "card_chars": card_chars, "head_rows": head_rows, "max_bytes": max_bytes,
        "limit": limit, "shard_records": shard_records,
    }  # fmt: skip
    resolved = resolve_config(config, set_ or [], flags)
    with Progress("files", "contexts") as progress:
        made = make_contexts(sources, out, resolved, workers=workers or cores(), report=progress.update)
    console = Console()
    for note in made.notes:
        console.print(f"note: {note}", style="dim", highlight=False, markup=False)
    console.print(contexts_table(made))
    kept = sum(made.kept.values())
    rate = (
        "was complete already"
        if made.was_complete
        else f"{made.new_files / max(made.seconds, 1e-6):,.1f} files/s"
    )
    console.print(f"{kept:,} contexts in {out} ({rate})", highlight=False, markup=False, soft_wrap=True)
    if made.rejects:
        where = f"what was rejected, and why: {made.folder / 'rejects.jsonl'}"
        console.print(where, highlight=False, markup=False, soft_wrap=True)
    # Success with nothing kept would be the silence that loses a night's work.
    sys.exit(0 if kept or not made.read else 1)


def contexts_table(made: "Made") -> "Table":
    """Draw where the files went: read = kept, by format, + rejected + failed, by reason."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Contexts", title_justify="left", title_style="bold")
    for column in ("", "n", "share of read"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    kept = sum(made.kept.values())
    rows = [("read", made.read), ("kept", kept)]
    rows += [(f"  {kind}", n) for kind, n in sorted(made.kept.items())]
    for outcome in ("rejected", "failed"):
        found = {reason: n for (ended, reason), n in made.rejects.items() if ended == outcome}
        rows.append((outcome, sum(found.values())))
        rows += [
            (f"  {reason}", n) for reason, n in sorted(found.items(), key=lambda each: (-each[1], each[0]))
        ]
    if (lost := made.read - kept - sum(made.rejects.values())) != 0:
        rows.append(("not accounted for", lost))
    for label, n in rows:
        table.add_row(Text(label), f"{n:,}", f"{n / made.read:.1%}" if made.read else "-")
    return table
