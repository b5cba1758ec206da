"""``reweave align``: the stages of self-alignment, one module each."""

import typer

from reweave.cli.align_seeds import seeds

align = typer.Typer(
    name="align",
    help="A base model's own instruction data, stage by stage, from code to tested answers.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
align.command("seeds")(seeds)


@align.callback()
def root() -> None:
    """Let a base model make its own instruction data: seeds first."""
