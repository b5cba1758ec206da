"""``reweave curate``: the verbs that clean a data set, one module each."""

import typer

from reweave.cli.curate_decontaminate import decontaminate
from reweave.cli.curate_dedup import dedup
from reweave.cli.curate_diversity import diversity

curate = typer.Typer(
    name="curate",
    help="Clean a data set: near-duplicates, items of benchmarks, and how much variety is left.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
for verb in (dedup, decontaminate, diversity):
    curate.command()(verb)
