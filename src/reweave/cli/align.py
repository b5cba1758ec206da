"""``reweave align``: the stages of self-alignment, one module each."""

import typer

from reweave.cli.align_concepts import concepts
from reweave.cli.align_funnel import funnel
from reweave.cli.align_instructions import instructions
from reweave.cli.align_pairs import pairs
from reweave.cli.align_perplexity import perplexity
from reweave.cli.align_responses import responses
from reweave.cli.align_rounds import rounds
from reweave.cli.align_run import run
from reweave.cli.align_seeds import seeds
from reweave.cli.align_select import select
from reweave.cli.align_validate import validate

align = typer.Typer(
    name="align",
    help="Self-alignment: a base model's own instruction data, stage by stage, with every loss counted.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
STAGES = (seeds, concepts, instructions, responses, validate, select, pairs)
for verb in (*STAGES, run, rounds, perplexity, funnel):
    align.command()(verb)
