"""``reweave ground``: instructions with input-output specifications that were executed, one module a verb."""

import typer

from reweave.cli.ground_ablation import ablation
from reweave.cli.ground_contexts import contexts
from reweave.cli.ground_eval import evaluate
from reweave.cli.ground_trace import trace

ground = typer.Typer(
    name="ground",
    help="Grounding: data-science instructions whose input-output specification comes from running the code.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
for verb in (contexts, trace, ablation):
    ground.command()(verb)
ground.command("eval")(evaluate)
