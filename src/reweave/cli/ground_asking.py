"""What the verbs of evaluation with specifications share: the flags of ``reweave eval``, and settings."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from reweave.evaluate.config import EvalConfig, PlaceConfig

Flag = typer.Option
Specs = partial(Flag, rich_help_panel="Specifications")
Asking = partial(Flag, rich_help_panel="Asking a model")
Judging = partial(Flag, rich_help_panel="Judging programs")

Benchmark = Annotated[
    str, typer.Argument(metavar="TASK", help="ds1000 or arcade (below $REWEAVE_DATA), or a file of theirs.")
]
References = Annotated[
    str | None,
    Specs(
        "--specs", help="What reweave ground trace made of the references; of ARCADE it is made, if missing."
    ),
]
Given = Annotated[str | None, Specs(help="For leakage given: JSONL of task_id and spec.")]
NoiseSeed = Annotated[int | None, Specs(help="Of what leakage noisy draws.", show_default="1")]
Split = Annotated[str | None, Flag(help="A part of the benchmark; a wrong name lists them.")]
Limit = Annotated[int | None, Flag(help="The first N tasks only.", show_default="all")]
Model = Annotated[str | None, Asking(help="The model's name, as its server knows it.")]
BaseUrl = Annotated[str | None, Asking(help="An OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")]
Kind = Annotated[str | None, Asking(help="chat, or completions for base models.", show_default="chat")]
N = Annotated[int | None, Asking("-n", help="Samples a task.", show_default="1")]
Temperature = Annotated[float | None, Asking(help="Of sampling.", show_default="0, or 1 where n > 1")]
TopP = Annotated[float | None, Asking(help="Nucleus sampling.")]
MinP = Annotated[float | None, Asking(help="Least probability, relative to the likeliest.")]
MaxTokens = Annotated[int | None, Asking(help="Tokens of a completion.", show_default="1024")]
Stop = Annotated[
    list[str] | None,
    Asking(help="What ends a completion; repeatable.", show_default="the benchmark's, for base models"),
]
Seed = Annotated[int | None, Asking(help="Sample i is asked for with seed + i.", show_default="0")]
Prompt = Annotated[str | None, Asking(help="A template file with {prompt} or {instruction}.")]
Concurrency = Annotated[int | None, Asking(help="Requests under way at once.", show_default="32")]
Timeout = Annotated[float | None, Asking(help="Seconds one request may take.", show_default="600")]
Retries = Annotated[int | None, Asking(help="Further attempts at what may pass.", show_default="8")]
Extract = Annotated[str | None, Judging(help="auto: take code out of Markdown. never.", show_default="auto")]
Tier = Annotated[str | None, Judging(help="The sandbox's tier.", show_default="the best that holds here")]
Unsafe = Annotated[bool, Judging("--unsafe-no-isolation", help="Run programs even where nothing holds them.")]
Python = Annotated[
    str | None, Judging(help="The programs' interpreter or virtual environment.", show_default="this one")
]
K = Annotated[list[int] | None, Flag("-k", help="Of pass@k; repeatable.", show_default="1 5 10 50 100")]
Workers = Annotated[int | None, Judging(help="Programs at once.", show_default="one a core")]
Config = Annotated[Path | None, Flag(help="TOML file with any of these settings.")]
Sets = Annotated[list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")]

NAMES = (
    "specs", "given", "noise_seed", "split", "limit", "model", "base_url", "kind", "n", "temperature",
    "top_p", "min_p", "max_tokens", "stop", "seed", "prompt", "concurrency", "timeout", "retries", "extract",
    "tier", "unsafe_no_isolation", "python", "k", "workers", "samples",
)  # fmt: skip
"""The settings that both verbs have flags for."""


def flags_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the flags that were given, of a verb's local variables."""
    flags = {name: given[name] for name in NAMES}
    return {
        name: value
        for name, value in flags.items()
        if value is not None and value is not False and value != []
    }


def taken(values: dict[str, Any]) -> "tuple[EvalConfig, PlaceConfig]":
    """Make the settings of asking and judging of what is left of gathered ones.

    Raises:
        InputError: A key is not known, or a value is not of its kind.
    """
    from reweave.evaluate.config import EvalConfig, PlaceConfig
    from reweave.ground.evaluation.config import split
    from reweave.settings import checked

    place = checked(PlaceConfig, split(values, PlaceConfig))
    return checked(EvalConfig, values), place
