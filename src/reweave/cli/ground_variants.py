"""``reweave ground variants``: grounded rows in, the same rows with each form of specification out."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option


def variants(
    grounded: Annotated[
        list[str],
        typer.Argument(metavar="GROUNDED...", help="What reweave ground trace made; JSONL or Parquet."),
    ],
    out: Annotated[Path, Flag("-o", "--out", help="A folder; one file a form goes into it.")],
    forms: Annotated[
        str | None, Flag(help="Which, with commas.", show_default="none,type,summary,example")
    ] = None,
    leakage: Annotated[
        str | None, Flag(help="Of the specifications: oracle, value-free, noisy.", show_default="oracle")
    ] = None,
    template: Annotated[
        Path | None, Flag(help="The prompt's, a TOML file.", show_default="the package's")
    ] = None,
    evaluation_only: Annotated[
        bool | None,
        Flag("--evaluation-only", help="Keep rows of benchmarks that must not be trained on."),
    ] = None,
    least_rejected: Annotated[
        float | None,
        Flag(help="Share of wrong programs that the most telling form must reject.", show_default="0"),
    ] = None,
    leaks: Annotated[
        str | None,
        Flag(help="drop or keep rows whose specification gives the program away.", show_default="drop"),
    ] = None,
    model: Annotated[str | None, Flag(help="A folder whose tokenizer counts; needs the extra train.")] = None,
    max_tokens: Annotated[
        int | None, Flag(help="A row that is longer in any form is left out of all.", show_default="any")
    ] = None,
    replay: Annotated[
        list[Path] | None, Flag(help="Original code to mix in, as train sft reads it; repeatable.")
    ] = None,
    replay_share: Annotated[
        float | None, Flag(help="The share of these rows in all.", show_default="0.69")
    ] = None,
    seed: Annotated[int | None, Flag(help="Of noise, of replay and its places.", show_default="1")] = None,
    limit: Annotated[int | None, Flag(help="Read only the first N rows.", show_default="all")] = None,
    config: Annotated[
        Path | None, Flag(help="TOML file with any of these settings, at the top or under [variants].")
    ] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Make training files that differ in one thing: what the prompt says of inputs and outputs.

    The same rows in the same order in each, with the same completions; manifest.json shows it. Rows that
    are not kept are in DIR/rows.jsonl.run/rejects.jsonl, with the reason. Each file is trained by
    `reweave train sft --data DIR/FORM.jsonl`.

    Example: reweave ground variants grounded.jsonl -o variants --model ./base --max-tokens 2048

    Example: reweave ground variants grounded.jsonl -o variants --forms none,summary --replay code.jsonl
    """
    from reweave.ground.variants.config import VariantsConfig
    from reweave.settings import checked, gather

    given = dict(locals())
    flags = {name: given[name] for name in _FLAGS} | {"replay": replay or None}
    settings = checked(VariantsConfig, gather("variants", config, set_ or [], flags))
    sys.exit(_run(grounded, out, settings))


_FLAGS = (
    "forms", "leakage", "template", "evaluation_only", "least_rejected", "leaks", "model", "max_tokens",
    "replay_share", "seed", "limit",
)  # fmt: skip


def _run(grounded: list[str], out: Path, config: Any) -> int:
    from rich.console import Console

    from reweave.cli.ground_variants_tables import variants_tables
    from reweave.cli.progress import Progress
    from reweave.ground.variants.run import make_variants

    with Progress("rows", "rows") as progress:
        made = make_variants(grounded, out, config, report=lambda done: progress.update(done, done, None))
    console = Console()
    for note in made.notes:
        console.print(f"note: {note}", style="dim", highlight=False, markup=False)
    console.print(variants_tables(made.manifest))
    counts = made.counts
    told = (
        f"{counts.kept:,} rows of {counts.read:,} in {out}, in {len(made.manifest['forms'])} forms"
        f"{' (was complete already)' if made.was_complete else ''}"
        f"\nthe proof is in {out / 'manifest.json'}"
    )
    if counts.rejects:
        told += f"\nwhat was not kept, and why: {made.rejects}"
    console.print(told, highlight=False, soft_wrap=True, markup=False)
    return 0 if counts.kept or not counts.read else 1
