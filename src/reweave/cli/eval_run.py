"""What ``reweave eval`` does once its settings are read: one run, or the check of a benchmark."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from reweave.cli.eval_tables import check_table, summary_table
from reweave.cli.progress import Progress
from reweave.errors import InputError
from reweave.evaluate.config import EvalConfig, PlaceConfig
from reweave.evaluate.run import Evaluated, Source, evaluate, load_tasks, open_box
from reweave.records import Reject
from reweave.tasks import check, prepare

_SHOWN = 10  # rejects


def run_eval(
    benchmark: str,
    out: Path,
    config: EvalConfig,
    place: PlaceConfig,
    *,
    evaluating: Callable[..., Evaluated] = evaluate,
) -> int:
    """Make one run, show what it came to, and give the exit status.

    Args:
        benchmark: As ``reweave.evaluate.run.evaluate`` takes it.
        out: The run directory.
        config: How samples are drawn, read and judged.
        place: Where they come from.
        evaluating: What makes the run, called as ``evaluate`` is.

    Raises:
        ReweaveError: As ``reweave.evaluate.run.evaluate``.
    """
    with ExitStack() as asking, ExitStack() as judging:
        source = Source(
            file=place.samples, endpoint=endpoint_of(config, place), on_progress=line_of(asking, place)
        )
        shown: list[tuple[Progress, int]] = []

        def report(done: int, total: int) -> None:
            if not shown:  # a terminal shows one moving line at a time
                asking.close()
                shown.append((judging.enter_context(Progress("samples", "samples")), done - 1))
            progress, before = shown[0]
            progress.update(done, done - before, total)

        made = evaluating(benchmark, out, config, source, workers=place.workers or None, report=report)
    _show(made)
    return 1 if made.unsampled or made.unjudged else 0


def endpoint_of(config: EvalConfig, place: PlaceConfig) -> Any:
    """Give the server that is to be asked, None where samples are of a file."""
    if place.base_url is None:
        return None
    if config.model is None:
        raise InputError("--base-url is given, and no model: give --model NAME, as the server knows it")
    from reweave.models import Endpoint

    prompt_price, completion_price = place.prices or (None, None)
    return Endpoint(
        place.base_url, config.model, kind=config.kind, timeout=place.timeout, concurrency=place.concurrency,
        retries=place.retries, prompt_price=prompt_price, completion_price=completion_price,
    )  # fmt: skip


def line_of(stack: ExitStack, place: PlaceConfig) -> Any:
    """Give what shows how far requests are, None where none are sent."""
    if place.base_url is None:
        return None
    from reweave.models.live import LiveLine

    return stack.enter_context(LiveLine())


def _show(made: Evaluated) -> None:
    console = Console()
    console.print(summary_table(made.summary))
    if made.summary["sandbox"]["unsafe"]:
        console.print("[bold red]Programs ran without isolation: they could have done anything.[/bold red]")
    _tell([f"not read or judged: {_said(reject)}" for reject in made.rejects[:_SHOWN]])
    if len(made.rejects) > _SHOWN:
        _tell([f"not read or judged: {len(made.rejects) - _SHOWN:,} more, in {made.folder}/rejects.jsonl"])
    _tell([f"warning: {warning}" for warning in made.summary["warnings"]])
    if made.unsampled:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in made.summary["failures"].items())
        _tell([f"{made.unsampled:,} samples got no answer: {kinds}; the same command asks again"])
    if made.unjudged:
        _tell([f"{made.unjudged:,} samples could not be judged; the same command judges them again"])
    done = " (was complete already)" if made.was_complete else ""
    _print(console, f"the run is in {made.folder}{done}; its page: reweave report {made.folder}")


def check_benchmark(benchmark: str, config: EvalConfig, workers: int | None) -> int:
    """Judge a benchmark's references and stubs, show what is not as it should be, give the exit status.

    Raises:
        ReweaveError: As ``reweave.tasks.load`` and ``reweave.sandbox.Sandbox``.
    """
    rejects: list[Reject] = []
    _, tasks = load_tasks(benchmark, config, rejects)
    console = Console()
    with open_box(tasks, config, workers) as box, Progress("programs", "programs") as progress:
        rows = []
        for row in check(prepare(tasks, box, rejects=rejects), box):
            rows.append(row)
            progress.update(len(rows), len(rows), None)
    console.print(check_table(tasks, rows, rejects))
    for reject in rejects:
        _print(console, f"not judged: {_said(reject)}")
    bad = [row for row in rows if not row.good]
    for row in bad:
        told = row.scored.detail or "it passed"
        _print(console, f"{row.task_id}, {row.variant}: {row.scored.reason}: {told[:300]}")
    if config.unsafe_no_isolation and box.tier == "none":
        console.print("[bold red]Programs ran without isolation: they could have done anything.[/bold red]")
    return 1 if bad or rejects or not rows else 0


def _said(reject: Reject) -> str:
    return f"{reject.id}: {reject.reason}: {reject.detail}"


def _print(console: Console, line: str) -> None:
    """Print a line as it is: it may hold what rich takes for markup, and what a program wrote."""
    console.print(_plain(line), highlight=False, markup=False, soft_wrap=True)


def _tell(lines: Sequence[str]) -> None:
    sys.stderr.writelines(f"{_plain(line)}\n" for line in lines)


def _plain(line: str) -> str:
    """Leave out what moves a terminal's cursor or is no character."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line)
