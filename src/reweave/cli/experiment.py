"""``reweave experiment``: the claims of LintSeq, tested from nothing at a size that anyone can repeat."""

from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option


def experiment(
    out: Annotated[Path, Flag("-o", "--out", help="The experiment's folder; started again, it goes on.")],
    size: Annotated[str, Flag(help="smoke, cpu or gpu.")] = "cpu",
    config: Annotated[Path | None, Flag(help="TOML file with settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Do edit sequences help? Pretrain, tune, sample, score and report, on tasks of a small grammar.

    Tunes one small model on whole programs and on edit sequences, linted and random, with equal steps and
    trained tokens, and compares pass@k on held-out compositions, with intervals and paired tests.

    Example: reweave experiment --size smoke -o experiment

    Example: reweave experiment --size cpu --set tune_steps=2000 -o experiment
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from reweave.experiment.config import ExperimentConfig
    from reweave.experiment.config import size as settings_of
    from reweave.experiment.run import run_experiment
    from reweave.settings import checked, gather

    settings = settings_of(size) | gather("experiment", config, set_ or [], {})
    run_experiment(checked(ExperimentConfig, settings), out, lambda line: typer.echo(line, err=True))
    Console().print(Markdown((out / "report.md").read_text("utf-8")))
    typer.echo(f"the page of all runs is {out / 'report.html'}, the figures are in {out / 'figures'}")
