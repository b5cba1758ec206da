"""``reweave train``: the verbs that make models, one module each."""

import typer

from reweave.cli.train_pretrain import train_pretrain
from reweave.cli.train_sft import audit, sft
from reweave.cli.train_variants import variants

train = typer.Typer(
    name="train",
    help="Make models: from scratch, or tuned on what the other verbs wrote, and sets that can be compared.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
for verb in (sft, audit, variants):
    train.command()(verb)
train.command("pretrain")(train_pretrain)
