"""``reweave align run``: the whole chain from one TOML file."""

from typing import Annotated, Any

import typer

from reweave.cli import align_stage as of


def run(
    out: of.Out,
    config: of.Config = None,
    input_: Annotated[
        str | None, of.Flag("--input", help="What it begins with: a file of seeds; code, with [seeds].")
    ] = None,
    model: of.Model = None,
    base_url: of.BaseUrl = None,
    kind: of.Kind = None,
    concurrency: of.Concurrency = None,
    preset: of.Preset = None,
    seed: of.Seed = None,
    limit: of.Limit = None,
    set_: of.Sets = None,
) -> None:
    """Run all stages, one after the other: seeds, concepts, instructions, responses, and what follows.

    Each stage has a folder in DIR; funnel.json says what each rule dropped, summary.json what it cost. Killed
    at any moment and started again, it asks for nothing that was answered, and ends with the same bytes.

    Example: reweave align run --config align.toml -o DIR && reweave align funnel DIR
    """
    from rich.console import Console

    from reweave.align.config import read_config
    from reweave.align.run import run_chain
    from reweave.cli.align_funnel_table import funnel_table
    from reweave.models.live import LiveLine

    flags = of.endpoint_flags(model, base_url, kind, concurrency)
    flags |= {"preset": preset, "seed": seed, "limit": limit, "input": input_}
    settings = read_config(config, set_ or [], flags)

    def tell(done: Any) -> None:
        told = f"{done.counts.stage}: {done.counts.kept:,} of {done.counts.read:,} {done.counts.unit} kept"
        typer.echo(told, err=True)
        of.tell_spent(done.counts.stage, done.spent)

    with LiveLine() as line:
        made = run_chain(settings, out, on_progress=line, on_stage=tell)
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
    Console().print(funnel_table(made.funnel))
    total = made.summary["total"]
    tokens = f"{total['prompt_tokens']:,} + {total['completion_tokens']:,} tokens"
    cost = "" if total["cost"] is None else f", cost {total['cost']:,.2f}"
    typer.echo(f"{total['requests']:,} requests, {tokens}{cost}; the run is in {out}")
    last = made.funnel[-1].counts
    of.leave(made.failed, last.kept, made.funnel[0].counts.read)
