"""``reweave eval``: samples on a benchmark, drawn from a model or read from a file, judged and counted."""

import sys
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option


def evaluate(
    benchmark: Annotated[
        str,
        typer.Argument(
            metavar="TASK",
            help="A benchmark by name (its file below $REWEAVE_DATA), a file, or hub:OWNER/NAME.",
        ),
    ],
    out: Annotated[
        Path | None,
        Flag("-o", "--out", help="The run directory.", show_default="none; needed but for --check"),
    ] = None,
    samples: Annotated[
        str | None, Flag(help="JSONL of samples that exist: task_id, and completion or solution.")
    ] = None,
    check: Annotated[
        bool, Flag("--check", help="Judge the benchmark's own references and stubs of them instead.")
    ] = False,
    split: Annotated[str | None, Flag(help="A part of the benchmark; a wrong name lists them.")] = None,
    limit: Annotated[int | None, Flag(help="The first N tasks only.", show_default="all")] = None,
    model: Annotated[str | None, Flag(help="The model's name, as its server knows it.")] = None,
    base_url: Annotated[
        str | None, Flag(help="An OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
    ] = None,
    kind: Annotated[
        str | None, Flag(help="chat, or completions for base models.", show_default="chat")
    ] = None,
    n: Annotated[int | None, Flag("-n", help="Samples a task.", show_default="1")] = None,
    temperature: Annotated[
        list[float] | None,
        Flag(help="Repeat it, or those below, for a sweep.", show_default="0, or 1 where n > 1"),
    ] = None,
    top_p: Annotated[list[float] | None, Flag(help="Nucleus sampling.")] = None,
    min_p: Annotated[list[float] | None, Flag(help="Least probability, relative to the likeliest.")] = None,
    max_tokens: Annotated[int | None, Flag(help="Tokens of a completion.", show_default="1024")] = None,
    stop: Annotated[
        list[str] | None,
        Flag(help="What ends a completion; repeatable.", show_default="the benchmark's, for base models"),
    ] = None,
    seed: Annotated[int | None, Flag(help="Sample i is asked for with seed + i.", show_default="0")] = None,
    prompt: Annotated[
        str | None, Flag(help="A template file with {prompt}, {instruction} or {entry_point}.")
    ] = None,
    concurrency: Annotated[int, Flag(min=1, help="Requests under way at once.")] = 32,
    timeout: Annotated[float, Flag(help="Seconds one request may take.")] = 600.0,
    retries: Annotated[int, Flag(min=0, help="Further attempts at what may pass.")] = 8,
    prices: Annotated[
        tuple[float, float] | None, Flag(help="Of a million prompt tokens, and of completion tokens.")
    ] = None,
    extract: Annotated[
        str | None, Flag(help="auto: take code out of Markdown. never.", show_default="auto")
    ] = None,
    decode: Annotated[
        str | None, Flag(help="For edit models: strict, lenient, or published as the paper's code.")
    ] = None,
    form: Annotated[
        str | None, Flag(help="How edits are written, as in reweave edits.", show_default="unified")
    ] = None,
    tier: Annotated[str | None, Flag(help="strong, default or reduced isolation.")] = None,
    unsafe_no_isolation: Annotated[
        bool,
        Flag(
            "--unsafe-no-isolation", help="Run programs even where nothing holds them; every record says so."
        ),
    ] = False,
    python: Annotated[
        str | None, Flag(help="The programs' interpreter, or a virtual environment's folder.")
    ] = None,
    k: Annotated[
        list[int] | None, Flag("-k", help="Of pass@k; repeatable.", show_default="1 5 10 50 100, as n allows")
    ] = None,
    model_config: Annotated[
        Path | None, Flag(help="The model's config.json: FLOPs of sampling are counted by it.")
    ] = None,
    workers: Annotated[int, Flag(min=0, help="Programs at once.", show_default="one a core")] = 0,
    config: Annotated[Path | None, Flag(help="TOML file with any of these settings.")] = None,
    set_: Annotated[
        list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")
    ] = None,
) -> None:
    """Score a model, or samples that exist, on a benchmark: pass@k with 95 % intervals.

    Killed and started again, a run goes on where it stopped: no answered request is sent again, no program
    judged twice. `reweave report RUN` makes the page.

    Example: reweave eval humaneval --samples samples.jsonl -o run

    Example: reweave eval mbpp+ --model NAME --base-url http://127.0.0.1:8000/v1 -n 20 -o run

    Example: reweave eval ds1000 --split Pandas --python .venv-ds1000 --check
    """
    from reweave.errors import InputError
    from reweave.evaluate.config import EvalConfig
    from reweave.settings import checked, gather

    flags: dict[str, Any] = {
        "split": split, "limit": limit, "model": model, "kind": kind, "n": n, "max_tokens": max_tokens,
        "stop": stop or None, "seed": seed, "prompt": prompt, "extract": extract, "decode": decode,
        "form": form,
        "tier": tier, "unsafe_no_isolation": unsafe_no_isolation or None, "python": python, "k": k or None,
        "model_config_file": None if model_config is None else str(model_config),
    }  # fmt: skip
    swept = {"temperature": temperature, "top_p": top_p, "min_p": min_p}
    sweep = {name: values for name, values in swept.items() if values and len(values) > 1}
    flags |= {name: values[0] for name, values in swept.items() if values}
    base = gather("eval", config, set_ or [], flags)
    configs = {
        _folder_name(dict(zip(sweep, values, strict=True))): checked(
            EvalConfig, base | dict(zip(sweep, values, strict=True))
        )
        for values in product(*sweep.values())
    }
    if check:
        sys.exit(_check(benchmark, next(iter(configs.values())), workers or None))
    if out is None:
        raise InputError("where to? give -o RUN, the folder of the run")
    endpoint: Any = None
    first = next(iter(configs.values()))
    if samples is None and first.model is not None and base_url is not None:
        from reweave.models import Endpoint

        endpoint = Endpoint(
            base_url, first.model, kind=first.kind, timeout=timeout, concurrency=concurrency, retries=retries,
            prompt_price=prices and prices[0], completion_price=prices and prices[1],
        )  # fmt: skip
    failed = 0
    for name, each in configs.items():
        failed |= _run(benchmark, out / name if sweep else out, each, samples, endpoint, workers or None)
    sys.exit(failed)


def _folder_name(point: dict[str, float]) -> str:
    return ",".join(f"{name}={value:g}" for name, value in point.items())


def _run(
    benchmark: str, out: Path, config: Any, samples: str | None, endpoint: Any, workers: int | None
) -> int:
    from rich.console import Console

    from reweave.cli.eval_tables import summary_table
    from reweave.cli.progress import Progress
    from reweave.evaluate.run import Source, evaluate
    from reweave.models.live import LiveLine

    with LiveLine() as line:
        source = Source(file=samples, endpoint=endpoint, on_progress=line)
        with Progress("samples", "samples") as progress:
            first: list[int] = []

            def report(done: int, total: int) -> None:
                first.append(done) if not first else None
                progress.update(done, done - first[0] + 1, total)

            made = evaluate(benchmark, out, config, source, workers=workers, report=report)
    console = Console()
    console.print(summary_table(made.summary))
    if made.summary["sandbox"]["unsafe"]:
        console.print("[bold red]Programs ran without isolation: they could have done anything.[/bold red]")
    for reject in made.rejects[:10]:
        sys.stderr.write(f"not read: {reject.id}: {reject.reason}: {reject.detail}\n")
    if len(made.rejects) > 10:
        sys.stderr.write(f"not read: {len(made.rejects) - 10:,} more\n")
    if made.unsampled:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in made.summary["failures"].items())
        sys.stderr.write(f"{made.unsampled:,} samples got no answer: {kinds}; the same command asks again\n")
    done = " (was complete already)" if made.was_complete else ""
    console.print(
        f"the run is in {out}{done}; its page: reweave report {out}", highlight=False, soft_wrap=True
    )
    return 1 if made.unsampled else 0


def _check(benchmark: str, config: Any, workers: int | None) -> int:
    from rich.console import Console

    from reweave.cli.eval_tables import check_table
    from reweave.evaluate.run import open_box
    from reweave.tasks import check, load, prepare

    rejects: list[Any] = []
    tasks = load(benchmark, split=config.split, rejects=rejects)[: config.limit or None]
    console = Console()
    with open_box(tasks, config, workers) as box:
        rows = list(check(prepare(tasks, box, rejects=rejects), box))
    console.print(check_table(tasks, rows, rejects))
    for reject in rejects:
        console.print(f"not judged: {reject.id}: {reject.reason}: {reject.detail}", highlight=False)
    bad = [row for row in rows if not row.good]
    for row in bad:
        told = row.scored.detail or "it passed"
        console.print(
            f"{row.task_id}, {row.variant}: {row.scored.reason}: {told[:300]}", highlight=False, markup=False
        )
    return 1 if bad or rejects or not rows else 0
