"""The verbs, put together."""

from typing import Annotated

import typer

from reweave import __version__
from reweave.cli.align import align
from reweave.cli.curate import curate
from reweave.cli.doctor import doctor
from reweave.cli.edits import edits
from reweave.cli.eval import evaluate
from reweave.cli.experiment import experiment
from reweave.cli.ground import ground
from reweave.cli.report import report
from reweave.cli.resolve import resolve
from reweave.cli.serve import serve
from reweave.cli.stats import stats
from reweave.cli.train import train
from reweave.cli.view import view

app = typer.Typer(
    name="reweave",
    help="Training data for code models: edit sequences without errors, and honest scores.",
    epilog="Example: reweave edits pairs.jsonl -o edits.jsonl && reweave view edits.jsonl",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (edits, resolve, stats, view):
    app.command()(verb)
app.command("eval")(evaluate)
app.command()(report)
app.command()(serve)
app.command()(experiment)
app.command()(doctor)
app.add_typer(curate)
app.add_typer(train)
app.add_typer(align)
app.add_typer(ground)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"reweave {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Make training data for code models, edit sequences in which no program has an error; score models."""
