"""``reweave align rounds``: data, training, evaluation, a gate, and again."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reweave.cli import align_stage as of

if TYPE_CHECKING:
    from rich.table import Table

    from reweave.align.rounds.run import Rounds


def rounds(
    out: Annotated[Path, of.Flag("-o", "--out", help="The rounds' folder; started again, it goes on.")],
    config: of.Config = None,
    input_: Annotated[str | None, of.Flag("--input", help="What it begins with: a file of seeds.")] = None,
    model: Annotated[
        str | None, of.Flag(help="The first round's model: a folder, or a name on the hub.")
    ] = None,
    benchmark: Annotated[
        str | None, of.Flag(help="What tells whether a round helped: as reweave eval takes it.")
    ] = None,
    number: Annotated[int | None, of.Flag("--rounds", help="How many, at most.", show_default="2")] = None,
    accept: Annotated[
        str | None,
        of.Flag(help="The gate's rule: better, certain or not-worse.", show_default="better"),
    ] = None,
    concurrency: of.Concurrency = None,
    preset: of.Preset = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    workers: Annotated[int, of.Flag(min=0, help="Programs judged at once.", show_default="one a core")] = 0,
    set_: of.Sets = None,
) -> None:
    """Let a model make its data, train it on what passed, keep it if it is better, and go on with it.

    Tables [rounds], [serve], [train] and [evaluate] of the TOML file belong to this verb; all else is what
    `reweave align run` reads. Each round's data, training, evaluation and the gate's reasons are in DIR.

    Example: reweave align rounds --config align.toml --model ./base --benchmark humaneval -o DIR
    """
    from rich.console import Console

    from reweave.align.rounds.config import make_settings
    from reweave.align.rounds.run import run_rounds
    from reweave.settings import read_tables

    flags = {
        "rounds.model": model, "rounds.rounds": number, "rounds.accept": accept,
        "evaluate.benchmark": benchmark, "endpoints.generator.concurrency": concurrency, "preset": preset,
        "seed": seed, "limit": limit, "input": input_,
    }  # fmt: skip
    settings = make_settings(read_tables(config, set_ or [], flags))
    made = run_rounds(settings, out, lambda line: typer.echo(line, err=True), workers=workers or None)
    Console().print(rounds_table(made, settings.rounds.k))
    for each in made.rounds:
        typer.echo(f"round {each['round']}: {each['why']}")
    typer.echo(f"ended: {made.ended}. The best model is {made.best.model}; all of it is in {out}")
    # Success without one row to train on would be the silence that loses a night's work.
    sys.exit(0 if any(each["training"] for each in made.rounds) else 1)


def rounds_table(made: "Rounds", k: int) -> "Table":
    """Draw what each round made, and what its model scored."""
    from rich.table import Table

    table = Table(title="Rounds", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in ("", "rows", "trained on", f"pass@{k}", "gate"):
        table.add_column(column, justify="left" if column in {"", "gate"} else "right", no_wrap=True)
    table.add_row("begins with", "", "", _score(made.first), "")
    for each in made.rounds:
        gate, training = each["gate"], each["training"]
        table.add_row(
            f"round {each['round']}",
            f"{each['rows']:,}",
            "-" if training is None else f"{sum(training['rows'].values()):,}",
            _score(each["score"]),
            "-" if gate is None else ("accepted" if gate["accepted"] else "refused"),
        )
    return table


def _score(score: Mapping[str, Any] | None) -> str:
    if score is None:
        return "-"
    interval = score.get("ci95")
    return f"{score['value']:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")
