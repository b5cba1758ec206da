"""``reweave edits``: programs in, edit sequences out."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option


def edits(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A .jsonl (.gz, .zst) or .parquet file, a folder of .py files, or package:NAME; - is stdin.",
        ),
    ],
    out: Annotated[
        Path,
        Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
    ],
    code_field: Annotated[
        str | None,
        Flag(
            help="Column with the program.",
            show_default="the first of program, code, response, solution, content",
        ),
    ] = None,
    instruction_field: Annotated[
        str | None, Flag(help="Column with the instruction, if there is one.", show_default="instruction")
    ] = None,
    id_field: Annotated[
        str | None, Flag(help="Column that names a row.", show_default="id, or the row's number")
    ] = None,
    split: Annotated[
        str | None,
        Flag(help="file: whole programs. definition: their functions and classes.", show_default="file"),
    ] = None,
    extract: Annotated[
        str | None,
        Flag(
            help="auto: take code out of Markdown fences and reasoning. never: leave as it is.",
            show_default="auto",
        ),
    ] = None,
    paths: Annotated[int | None, Flag(help="Paths sampled a program.", show_default="5")] = None,
    seed: Annotated[int | None, Flag(help="Same seed, same bytes.", show_default="1")] = None,
    preset: Annotated[
        str | None, Flag(help="default, or paper for LintSeq as published.", show_default="default")
    ] = None,
    checker: Annotated[
        str | None,
        Flag(help="ruff, pylint, compile, ty or ruff+ty.", show_default="ruff; the paper's is pylint"),
    ] = None,
    sampler: Annotated[
        str | None,
        Flag(help="lintseq, or random for the ablation without a checker.", show_default="lintseq"),
    ] = None,
    unit: Annotated[str | None, Flag(help="logical or physical lines.", show_default="logical")] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        str | None, Flag(help="edits, prompt-completion, messages or states.", show_default="edits")
    ] = None,
    form: Annotated[
        str | None,
        Flag(help="How an edit is written: unified, short, search-replace, states.", show_default="unified"),
    ] = None,
    marker: Annotated[
        str | None, Flag(help="What stands before each edit in a completion.", show_default="<|diff|>")
    ] = None,
    limit: Annotated[int | None, Flag(help="Read only the first N records.", show_default="all")] = None,
    max_lines: Annotated[
        int | None, Flag(help="Reject longer programs; 0 means no limit.", show_default="5000")
    ] = None,
    shard_records: Annotated[
        int | None, Flag(help="Input records a shard, when the output is a folder.", show_default="50000")
    ] = None,
    workers: Annotated[int, Flag(min=0, help="Processes.", show_default="one a core")] = 0,
    config: Annotated[Path | None, Flag(help="TOML file with any of these settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Take programs apart into edit sequences: every intermediate program is free of new errors.

    Beside the output lies a run directory (OUT.run) with the resolved configuration, what was rejected and
    why, statistics and a manifest. Killed and started again, a run goes on where it stopped and ends with
    the same bytes.

    Example: reweave edits pairs.jsonl -o edits.jsonl --paths 5
    """
    from reweave.compute.config import resolve_config
    from reweave.cores import cores

    given = dict(locals())
    flags = {name: given[name] for name in _FLAGS}
    resolved = resolve_config(config, set_ or [], flags)
    sys.exit(_run(source, out, resolved, workers or cores()))


_FLAGS = (
    "code_field", "instruction_field", "id_field", "split", "extract", "paths", "seed", "preset", "checker",
    "sampler", "unit", "format", "form", "marker", "limit", "max_lines", "shard_records",
)  # fmt: skip


def _run(source: str, out: Path, config: Any, workers: int) -> int:
    from rich.console import Console

    from reweave.cli.progress import Progress
    from reweave.compute.edits_run import make_edits
    from reweave.view.table import records_table

    with Progress() as progress:
        made = make_edits(source, out, config, workers=workers, report=progress.update)
    console = Console()
    for note in made.notes:
        console.print(f"[dim]note: {note}[/dim]", highlight=False)
    console.print(records_table(made.statistics))
    console.print(
        f"{made.statistics.paths:,} edit sequences of {made.statistics.kept:,} programs in {out}"
        + (
            " (was complete already)"
            if made.was_complete
            else f", {made.new_paths / made.seconds:,.0f} paths/s"
        ),
        highlight=False,
        soft_wrap=True,
    )
    if made.statistics.rejects:
        console.print(
            f"what was rejected, and why: {made.folder / 'rejects.jsonl'}", highlight=False, soft_wrap=True
        )
    # Success with nothing kept would be the silence that loses a night's work.
    return 0 if made.statistics.kept or not made.statistics.read else 1
