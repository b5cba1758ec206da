"""``reweave ground``: instructions with input-output specifications that were executed, one module a verb."""

import typer

from reweave.cli.ground_ablation import ablation
from reweave.cli.ground_bridge import bridge
from reweave.cli.ground_contexts import contexts
from reweave.cli.ground_eval import evaluate
from reweave.cli.ground_run import run
from reweave.cli.ground_stages import candidates, intents, summaries
from reweave.cli.ground_trace import trace
from reweave.cli.ground_variants import variants
from reweave.cli.ground_view import view

ground = typer.Typer(
    name="ground",
    help="Grounding: data-science instructions whose input-output specification comes from running the code.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
for verb in (run, contexts, intents, candidates, trace, summaries, variants, bridge, ablation, view):
    ground.command()(verb)
ground.command("eval")(evaluate)
