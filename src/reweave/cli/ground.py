"""``reweave ground``: instructions grounded in executed input-output specifications, one module a verb."""

import typer

from reweave.cli.ground_contexts import contexts

ground = typer.Typer(
    name="ground",
    help="Grounding: data-science instructions with input-output specifications that were executed.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@ground.callback()
def _ground() -> None:
    """A group, also while it has a single verb."""


ground.command()(contexts)
