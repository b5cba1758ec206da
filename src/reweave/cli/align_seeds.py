"""``reweave align seeds``: code in, functions that instructions can grow from out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reweave.cli import align_stage as of

if TYPE_CHECKING:
    from rich.table import Table

    from reweave.align.seeds import Funnel, ModelJudge
    from reweave.align.seeds.config import JudgeConfig

Flag = typer.Option


def seeds(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder or archive of .py files, .jsonl (.gz, .zst), .parquet, package:NAME, or stdlib.",
        ),
    ],
    out: Annotated[
        Path,
        Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
    ],
    preset: Annotated[
        str | None, Flag(help="default, or paper for the published rules.", show_default="default")
    ] = None,
    kinds: Annotated[
        str | None, Flag(help="Of function, method, class; with commas.", show_default="function")
    ] = None,
    types: Annotated[
        str | None, Flag(help="Type checker that must find nothing: pyright, none.", show_default="pyright")
    ] = None,
    max_lines: Annotated[int | None, Flag(help="Reject what is longer.", show_default="150")] = None,
    code_field: Annotated[
        str | None,
        Flag(
            help="Column with a file's text.",
            show_default="the first of program, code, response, solution, content",
        ),
    ] = None,
    id_field: Annotated[
        str | None, Flag(help="Column that names a file.", show_default="its path, or id, or number")
    ] = None,
    extract: Annotated[
        str | None, Flag(help="auto: take code out of Markdown first. never.", show_default="never")
    ] = None,
    limit: Annotated[int | None, Flag(help="Read only the first N files.", show_default="all")] = None,
    shard_records: Annotated[
        int | None, Flag(help="Files a shard, when the output is a folder.", show_default="50000")
    ] = None,
    workers: Annotated[
        int | None, Flag(min=0, help="Type checkers at once.", show_default="one a core")
    ] = None,
    judge: Annotated[
        bool | None,
        of.Asking("--judge/--no-judge", help="Ask whether docstrings tell what is done.", show_default="no"),
    ] = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    concurrency: of.Concurrency = None,
    config: Annotated[
        Path | None, Flag(help="TOML file with these and the other settings, such as denied_modules.")
    ] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Find functions with a docstring, as programs with the imports they use.

    Each is asked the rules in a fixed order; the first that says no is the reason in OUT.run/rejects.jsonl,
    and the funnel counts them (OUT.run/funnel.json). Killed and started again, a run goes on where it stopped
    and ends with the same bytes.

    Example: reweave align seeds package:email -o seeds.jsonl

    Example: reweave align seeds stdlib -o seeds.jsonl --preset paper --set types=none

    Example: reweave align seeds stdlib -o seeds.jsonl --judge --model NAME --base-url http://127.0.0.1:8000/v1
    """
    from rich.console import Console

    from reweave.align.seeds import make_seeds, resolve_config
    from reweave.cli.progress import Progress
    from reweave.cores import cores

    flags = {
        "preset": preset, "kinds": kinds, "types": types, "max_lines": max_lines, "code_field": code_field,
        "id_field": id_field, "extract": extract, "limit": limit, "shard_records": shard_records,
        "workers": workers, "judge": judge,
    }  # fmt: skip
    resolved = resolve_config(config, set_ or [], flags)
    endpoint = {"model": model, "base_url": base_url, "kind": kind, "concurrency": concurrency}
    given = {name: value for name, value in endpoint.items() if value is not None}
    asked = _judge(resolved.judge, config, given)
    with Progress("files", "seeds") as progress:
        made = make_seeds(
            source, out, resolved, workers=resolved.workers or cores(), report=progress.update, judge=asked
        )
    console = Console()
    for note in made.notes:
        console.print(f"[dim]note: {note}[/dim]", highlight=False)
    console.print(funnel_table(made.funnel))
    rate = (
        "was complete already"
        if made.was_complete
        else f"{made.new_files / max(made.seconds, 1e-6):,.1f} files/s"
    )
    console.print(f"{made.funnel.kept:,} seeds in {out} ({rate})", highlight=False, soft_wrap=True)
    console.print(
        f"what was rejected, and why: {made.folder / 'rejects.jsonl'}", highlight=False, soft_wrap=True
    )
    of.tell_spent("seeds", made.spent)
    of.leave(made.funnel.unjudged, made.funnel.kept, made.funnel.files)


def _judge(settings: "JudgeConfig | None", file: Path | None, flags: dict[str, Any]) -> "ModelJudge | None":
    """Make the judge: whom it asks is said by flags and, where they are silent, the file's endpoints."""
    import tomllib

    from reweave.align.config import make_config
    from reweave.align.seeds import ModelJudge
    from reweave.errors import InputError

    if settings is None:
        if flags:
            told = ", ".join(f"--{name.replace('_', '-')}" for name in flags)
            raise InputError(f"{told}: only the judge is asked; give --judge, too")
        return None
    endpoints = {} if file is None else tomllib.loads(file.read_text("utf-8")).get("endpoints", {})
    known = make_config({"endpoints": endpoints}).endpoints
    own = known.get(settings.role) or known.get("generator")
    said = ({} if own is None else own.model_dump()) | flags
    config = make_config({"endpoints": {settings.role: said} if said else {}})
    return ModelJudge(settings, config.endpoint(settings.role))


def funnel_table(funnel: "Funnel") -> "Table":
    """Draw a funnel: files, then what each rule took and left, in the order of the rules."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"Funnel, preset {funnel.preset}", title_justify="left", title_style="bold")
    for column in ("", "dropped", "left", "share of found"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    table.add_row("files read", "", f"{funnel.files:,}", "")
    for step in funnel.file_steps():
        table.add_row(Text(f"  {step.name}{_failed(step.outcome)}"), f"{step.n:,}", f"{step.left:,}", "")
    table.add_section()
    found = funnel.found
    table.add_row("definitions found", "", f"{found:,}", "100.0%" if found else "-")
    steps = funnel.steps()
    for step in steps:
        share = f"{step.left / found:.1%}" if found else "-"
        table.add_row(Text(f"  {step.name}{_failed(step.outcome)}"), f"{step.n:,}", f"{step.left:,}", share)
    table.add_row("kept", "", f"{funnel.kept:,}", f"{funnel.kept / found:.1%}" if found else "-")
    # Cannot be, unless a definition was lost, which would be a defect
    if (lost := (steps[-1].left if steps else found) - funnel.kept) != 0:
        table.add_row("not accounted for", f"{lost:,}", "", "")
    return table


def _failed(outcome: str) -> str:
    return " (failed)" if outcome == "failed" else ""
