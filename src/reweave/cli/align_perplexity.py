"""``reweave align perplexity``: how likely models find the responses of data sets, theirs and others'."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

Flag = typer.Option


def perplexity(
    out: Annotated[Path, Flag("-o", "--out", help="The folder: rows.jsonl, rejects.jsonl, perplexity.json.")],
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=ROWS…", help="Data sets: .jsonl (.gz, .zst), .parquet, folders of them."
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        Flag(help="NAME=FOLDER, or NAME=MODEL@URL for one behind a server; repeatable."),
    ] = None,
    limit: Annotated[int | None, Flag(help="Read only the first N rows of each.", show_default="all")] = None,
    max_length: Annotated[
        int | None,
        Flag(help="Tokens of a row; longer ones are rejects.", show_default="the model's context"),
    ] = None,
    prompt: Annotated[
        str | None,
        Flag(help="The prompt's template, with {instruction}.", show_default="as the model was trained"),
    ] = None,
    batch: Annotated[
        int | None,
        Flag(help="Rows at once, of a local model in float64. Changes no figure.", show_default="8"),
    ] = None,
    device: Annotated[str | None, Flag(help="Of local models: cpu, cuda.", show_default="cpu")] = None,
    dtype: Annotated[
        str | None,
        Flag(
            help="Of local models: float64 (8 bytes a parameter), float32, bfloat16.",
            show_default="float64 on a CPU, else float32",
        ),
    ] = None,
    config: Annotated[
        Path | None, Flag(help="TOML file with these settings and tables, at the top or under [perplexity].")
    ] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Measure the perplexity of responses, given their instructions, of models on data sets.

    SelfCodeAlign explains by it why a model's own data trains it best. A row holds prompt and completion,
    messages, or instruction and response; only the completion counts. Killed and started again, it computes
    and asks for nothing twice. Perplexity compares data sets under one model; bits per byte compares models.

    Example: reweave align perplexity own=run/pairs/rows.jsonl oss=oss.jsonl -o DIR --model nano=models/nano
    """
    from rich.console import Console

    from reweave.align.perplexity.config import PerplexityConfig, merged
    from reweave.align.perplexity.run import measure
    from reweave.cli.align_stage import leave, tell_spent
    from reweave.cli.progress import Progress
    from reweave.settings import checked, gather

    given = dict(locals())
    flags = {name: given[name] for name in ("limit", "max_length", "prompt", "batch", "device", "dtype")}
    values = gather("perplexity", config, set_ or [], flags)
    settings = checked(PerplexityConfig, merged(values, sources or [], model or []))
    with Progress("rows", "tokens") as progress:
        made = measure(settings, out, report=progress.update)
    for name, used in made.spent.items():
        tell_spent("perplexity", {name: used})
    console = Console()
    console.print(perplexity_table(made.cells))
    typer.echo("Perplexity is a token's: compare it between sources. Bits a byte compare models, too.")
    for cell in made.cells:
        typer.echo(_funnel(cell))
    for note in made.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"every row: {out / 'rows.jsonl'}; all figures: {out / 'perplexity.json'}")
    least = min(made.cells, key=lambda cell: (cell["kept"], -cell["read"]))
    leave(made.failed, least["kept"], least["read"])


def perplexity_table(cells: Any) -> "Table":
    """Draw every model on every source."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title="Completions given their prompts [95 % over rows]",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for name in ("source", "model", "rows", "tokens", "perplexity", "bits a byte"):
        text = name in {"source", "model"}
        table.add_column(name, justify="left" if text else "right", no_wrap=not text)
    for cell in cells:
        table.add_row(
            Text(cell["source"]), Text(cell["model"]), f"{cell['kept']:,}", f"{cell['tokens']:,}",
            Text(_figure(cell["perplexity"])), Text(_figure(cell["bits_per_byte"])),
        )  # fmt: skip
    return table


def _funnel(cell: Mapping[str, Any]) -> str:
    """Say where a cell's rows went."""
    parts = [f"{cell['kept']:,} kept"]
    for outcome in ("rejected", "failed"):
        by_reason = ", ".join(f"{reason} {n:,}" for reason, n in cell[outcome].items())
        parts.append(f"{sum(cell[outcome].values()):,} {outcome}" + (f" ({by_reason})" if by_reason else ""))
    return f"{cell['source']}, {cell['model']}: {cell['read']:,} read = {' + '.join(parts)}"


def _figure(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "-"
    ends = figure["ci95"]
    return _number(figure["value"]) + (f" [{_number(ends[0])}, {_number(ends[1])}]" if ends else "")


def _number(value: float) -> str:
    """Four digits, or all before the point, or four decimals.

    >>> _number(0.0151), _number(1.23456), _number(123456.7)
    ('0.0151', '1.235', '123,457')
    """
    places = next((4 - n for n, most in enumerate((1, 10, 100, 1000)) if value < most), 0)
    return f"{value:,.{places}f}"
