"""``reweave doctor --sandbox``: every containment probe and every forgery against this machine's sandbox."""

import sys
from collections import Counter

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from reweave.errors import SandboxError
from reweave.sandbox.api import Sandbox
from reweave.sandbox.probes.corpus import forgeries, probes
from reweave.sandbox.probes.run import FORMS, each_forgery, each_probe
from reweave.sandbox.results import Tier

_COLOURS = {"contained": "green", "refused": "green", "accepted": "green", "not-promised": "yellow"}


def doctor_sandbox(tier: Tier | None) -> None:
    """Run the corpora, print what came of each program; exit with 1 where one escaped, forged or broke."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table(title_justify="left", title_style="bold", caption_justify="left")
    table.add_column("program", no_wrap=True)
    table.add_column("tries", overflow="fold")
    table.add_column("outcome", no_wrap=True)
    table.add_column("how", overflow="fold")
    counts: Counter[str] = Counter()

    def add(name: str, tries: str, state: str, detail: str) -> None:
        counts[state] += 1
        colour = _COLOURS.get(state, "bold red")
        table.add_row(name, escape(tries), f"[{colour}]{state}[/{colour}]", escape(detail[:200]))
        progress.advance(bar)

    try:
        with Sandbox(tier=tier, workers=1) as sandbox, Progress(console=Console(stderr=True)) as progress:
            table.title = f"reweave doctor --sandbox: tier {sandbox.tier}"
            bar: TaskID = progress.add_task(
                "probes", total=len(probes()) + len(FORMS) * (1 + len(forgeries()))
            )
            for probe in each_probe(sandbox):
                add(probe.probe.name, probe.probe.tries, probe.state, probe.detail)
            table.add_section()
            progress.update(bar, description="forgeries")
            for forgery in each_forgery(sandbox):
                name = f"{forgery.forgery.name} ({forgery.form})"
                add(name, forgery.forgery.tries, forgery.state, f"{forgery.reason} {forgery.detail}")
    except SandboxError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    console.print(table)
    console.print(", ".join(f"{count} {state}" for state, count in counts.items()))
    raise typer.Exit(0 if set(counts) <= set(_COLOURS) else 1)
