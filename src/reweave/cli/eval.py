"""``reweave eval``: samples on a benchmark, drawn from a model or read from a file, judged and counted."""

import sys
from collections.abc import Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

Flag = typer.Option
Asking = partial(Flag, rich_help_panel="Asking a model")
Reading = partial(Flag, rich_help_panel="Reading answers")
Judging = partial(Flag, rich_help_panel="Judging programs")
Counting = partial(Flag, rich_help_panel="Counting")
_SWEPT = ("temperature", "top_p", "min_p")


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
    model: Annotated[str | None, Asking(help="The model's name, as its server knows it.")] = None,
    base_url: Annotated[
        str | None, Asking(help="An OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
    ] = None,
    kind: Annotated[
        str | None, Asking(help="chat, or completions for base models.", show_default="chat")
    ] = None,
    n: Annotated[int | None, Asking("-n", help="Samples a task.", show_default="1")] = None,
    temperature: Annotated[
        list[float] | None,
        Asking(help="Repeat it, --top-p or --min-p for a sweep.", show_default="0, or 1 where n > 1"),
    ] = None,
    top_p: Annotated[list[float] | None, Asking(help="Nucleus sampling.")] = None,
    min_p: Annotated[list[float] | None, Asking(help="Least probability, relative to the likeliest.")] = None,
    max_tokens: Annotated[int | None, Asking(help="Tokens of a completion.", show_default="1024")] = None,
    stop: Annotated[
        list[str] | None,
        Asking(help="What ends a completion; repeatable.", show_default="the benchmark's, for base models"),
    ] = None,
    seed: Annotated[int | None, Asking(help="Sample i is asked for with seed + i.", show_default="0")] = None,
    prompt: Annotated[
        str | None, Asking(help="A template file with {prompt}, {instruction} or {entry_point}.")
    ] = None,
    concurrency: Annotated[int | None, Asking(help="Requests under way at once.", show_default="32")] = None,
    timeout: Annotated[float | None, Asking(help="Seconds one request may take.", show_default="600")] = None,
    retries: Annotated[
        int | None, Asking(help="Further attempts at what may pass.", show_default="8")
    ] = None,
    prices: Annotated[
        tuple[float, float] | None, Asking(help="Of a million prompt tokens, and of completion tokens.")
    ] = None,
    extract: Annotated[
        str | None, Reading(help="auto: take code out of Markdown. never.", show_default="auto")
    ] = None,
    decode: Annotated[
        str | None, Reading(help="For edit models: strict, lenient, or published as the paper's code.")
    ] = None,
    form: Annotated[
        str | None, Reading(help="How edits are written, as in reweave edits.", show_default="unified")
    ] = None,
    tier: Annotated[
        str | None, Judging(help="strong, default or reduced isolation.", show_default="the best that holds")
    ] = None,
    unsafe_no_isolation: Annotated[
        bool,
        Judging(
            "--unsafe-no-isolation", help="Run programs even where nothing holds them; every record says so."
        ),
    ] = False,
    python: Annotated[
        str | None, Judging(help="The programs' interpreter, or a virtual environment's folder.")
    ] = None,
    wall: Annotated[
        float | None,
        Judging(help="Seconds that a program may take.", show_default="the benchmark's own"),
    ] = None,
    memory: Annotated[
        int | None,
        Judging(help="MiB that a program may add to the interpreter's.", show_default="the benchmark's own"),
    ] = None,
    k: Annotated[
        list[int] | None,
        Counting("-k", help="Of pass@k; repeatable.", show_default="1 5 10 50 100, as n allows"),
    ] = None,
    model_config: Annotated[
        Path | None, Counting(help="The model's config.json: FLOPs of sampling are counted by it.")
    ] = None,
    workers: Annotated[int | None, Judging(help="Programs at once.", show_default="one a core")] = None,
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
    from reweave.cli.eval_run import check_benchmark, run_eval
    from reweave.errors import InputError
    from reweave.evaluate.config import EvalConfig, PlaceConfig
    from reweave.settings import checked, gather

    flags: dict[str, Any] = {
        "split": split, "limit": limit, "model": model, "kind": kind, "n": n,
        "temperature": temperature or None,
        "top_p": top_p or None, "min_p": min_p or None, "max_tokens": max_tokens, "stop": stop or None,
        "seed": seed, "prompt": prompt, "extract": extract, "decode": decode, "form": form, "tier": tier,
        "unsafe_no_isolation": unsafe_no_isolation or None, "python": python, "wall": wall,
        "memory": memory, "k": k or None,
        "model_config": None if model_config is None else str(model_config),
        "samples": samples, "base_url": base_url, "concurrency": concurrency, "timeout": timeout,
        "retries": retries, "prices": prices, "workers": workers,
    }  # fmt: skip
    settings = gather("eval", config, set_ or [], flags)
    places = {name: settings.pop(name) for name in PlaceConfig.model_fields if name in settings}
    place = checked(PlaceConfig, places)
    if "model_config" in settings:  # a word that pydantic keeps for itself
        settings["model_config_file"] = settings.pop("model_config")
    points = sweep(settings)
    configs = {name: checked(EvalConfig, settings | point) for name, point in points.items()}
    if check:
        if out is not None or place.samples is not None or place.base_url is not None:
            raise InputError(
                "--check judges the benchmark's own programs: leave -o, --samples and --base-url out"
            )
        sys.exit(check_benchmark(benchmark, next(iter(configs.values())), place.workers or None))
    if out is None:
        raise InputError("where to? give -o RUN, the folder of the run")
    if place.samples is not None and len(configs) > 1:
        raise InputError(
            "samples that exist were drawn already: several temperatures, top-p or min-p need a model"
        )
    failed = [run_eval(benchmark, out / name, each, place) for name, each in configs.items()]
    sys.exit(max(failed))


def sweep(settings: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Give the points of a sweep, by the name of their folders; without a sweep there is one without a name.

    >>> list(sweep({"temperature": [0.2, 0.8], "top_p": [0.95], "n": 3}))
    ['temperature=0.2', 'temperature=0.8']
    """
    lists = {name: settings[name] for name in _SWEPT if isinstance(settings.get(name), list)}
    several = [name for name, values in lists.items() if len(values) > 1]
    points = [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]
    return {",".join(f"{name}={point[name]}" for name in several): point for point in points}
