"""What the verbs share that run stages (``reweave align``, ``reweave ground``): flags, and the running."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option
Asking = partial(Flag, rich_help_panel="Asking a model")

Rows = Annotated[str, typer.Argument(metavar="ROWS", help="A .jsonl (.gz, .zst) or .parquet file.")]
Out = Annotated[Path, Flag("-o", "--out", help="The folder: rows.jsonl, rejects.jsonl, the request log.")]
Model = Annotated[str | None, Asking(help="The model's name, as its server knows it.")]
BaseUrl = Annotated[str | None, Asking(help="An OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")]
Kind = Annotated[str | None, Asking(help="completions, or chat.", show_default="completions")]
Temperature = Annotated[float | None, Asking(help="0 is greedy.", show_default="0.7")]
Concurrency = Annotated[int | None, Asking(help="Requests under way at once.", show_default="32")]
Preset = Annotated[
    str | None, Flag(help="default, or paper for SelfCodeAlign as published.", show_default="default")
]
Seed = Annotated[int | None, Flag(help="Same seed, same draws, same requests.", show_default="0")]
Limit = Annotated[int | None, Flag(help="Read only the first N rows.", show_default="all")]
Config = Annotated[Path | None, Flag(help="The TOML file of reweave align run, or a part of it.")]
Sets = Annotated[list[str] | None, Flag("--set", help="key=value, such as responses.n=4; repeatable.")]


def endpoint_flags(
    model: str | None, base_url: str | None, kind: str | None, concurrency: int | None
) -> dict[str, Any]:
    """Give the flags about the model that is asked, by their places in the configuration."""
    flags = {"model": model, "base_url": base_url, "kind": kind, "concurrency": concurrency}
    return {f"endpoints.generator.{name}": value for name, value in flags.items()}


def run_verb(name: str, rows: str, out: Path, file: Path | None, sets: list[str] | None, flags: Any) -> None:
    """Run a stage of self-alignment over a file.

    Raises:
        ReweaveError: As `run_one`.
    """
    from reweave.align.config import read_config
    from reweave.align.stage import make_stage

    config = read_config(file, sets or [], flags)
    run_one(make_stage(name, config), rows, out, config.limit)


def run_one(stage: Any, rows: str, out: Path, limit: int) -> None:
    """Run one stage over a file, show what became of its rows, and leave with the exit status.

    Raises:
        ReweaveError: As ``reweave.align.stage_folder.run_stage``.
    """
    from rich.console import Console

    from reweave.align.funnel import read_funnel
    from reweave.align.stage_folder import Input, run_stage
    from reweave.cli.align_funnel_table import funnel_table
    from reweave.models.live import LiveLine
    from reweave.storage import open_source

    opened = open_source(rows)
    given = Input(opened.rows, opened.fingerprint(), opened.count_hint())
    with LiveLine() as line:
        done = run_stage(stage, given, out, limit=limit, on_progress=line)
    tell_spent(stage.name, done.spent)
    Console().print(funnel_table(read_funnel(out)))
    complete = " (was complete already)" if done.was_complete else ""
    typer.echo(
        f"{done.counts.kept:,} rows in {out / 'rows.jsonl'}{complete}; all of it: reweave align funnel {out}"
    )
    leave(sum(done.counts.failed.values()), done.counts.kept, done.counts.read)


def tell_spent(stage: str, spent: Mapping[str, Mapping[str, Any]]) -> None:
    """Say on stderr what each role has used in a stage."""
    for role, used in spent.items():
        cost = "" if used["cost"] is None else f", cost {used['cost']:,.2f}"
        tokens = f"{used['prompt_tokens']:,} + {used['completion_tokens']:,} tokens"
        typer.echo(
            f"{stage}, {role} ({used['model']}): {used['requests']:,} requests, {tokens}{cost}", err=True
        )


def tell_stage(done: Any) -> None:
    """Say on stderr what a stage of a chain came to."""
    told = f"{done.counts.stage}: {done.counts.kept:,} of {done.counts.read:,} {done.counts.unit} kept"
    typer.echo(told, err=True)
    tell_spent(done.counts.stage, done.spent)


def tell_chain(made: Any, where: str) -> None:
    """Show what a whole chain came to, and leave with the exit status.

    Args:
        made: What ran: its ``notes``, ``funnel``, ``summary`` and ``failed``.
        where: What is said of its place.
    """
    from rich.console import Console

    from reweave.cli.align_funnel_table import funnel_table

    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
    Console().print(funnel_table(made.funnel))
    total = made.summary["total"]
    tokens = f"{total['prompt_tokens']:,} + {total['completion_tokens']:,} tokens"
    cost = "" if total["cost"] is None else f", cost {total['cost']:,.2f}"
    typer.echo(f"{total['requests']:,} requests, {tokens}{cost}; {where}")
    leave(made.failed, made.funnel[-1].counts.kept, made.funnel[0].counts.read)


def leave(failed: int, kept: int, read: int) -> None:
    """Leave with the exit status: not 0 where requests failed, or where nothing came of rows."""
    if failed:
        typer.echo(f"{failed:,} requests failed; the same command asks again", err=True)
    # Success with nothing kept would be the silence that loses a night's work.
    sys.exit(1 if failed or (read and not kept) else 0)
