"""The settings of ``reweave align perplexity``: which sources, which models, and how rows are read."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reweave.errors import InputError
from reweave.models import Endpoint

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AT_URL = re.compile(r"(.+)@(https?://.+)")


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelConfig(_Settings):
    """A model: in this process, or behind an OpenAI-compatible server where there is a ``base_url``.

    Attributes:
        model: A folder or a name on the hub; with ``base_url`` the name that the server knows.
        base_url: The server, such as ``http://127.0.0.1:8000/v1``.
        tokenizer: The folder or hub name of the tokenizer of a served model: then token ids are sent, and
            prompt and completion are tokenized apart, as in training. Without it the server tokenizes both
            as one text.
        prompt: The prompt's template; by default what the model's folder says, else the instruction alone.
    """

    model: Annotated[str, Field(min_length=1)]
    base_url: str | None = None
    tokenizer: str | None = None
    prompt: str | None = None
    api_key_env: str | None = "OPENAI_API_KEY"
    timeout: float = 600.0
    concurrency: int = 32
    retries: int = 8
    longest_wait: float = 600.0

    def endpoint(self) -> Endpoint:
        """Give the endpoint of a served model.

        Raises:
            InputError: A value that cannot be.
        """
        assert self.base_url is not None
        how = self.model_dump(include={"api_key_env", "timeout", "concurrency", "retries", "longest_wait"})
        return Endpoint(self.base_url, self.model, kind="completions", **how)


class PerplexityConfig(_Settings):
    """All of it.

    Attributes:
        sources: What ``reweave.storage.open_source`` takes, by name.
        models: By name.
        limit: Rows read of each source; 0: all.
        max_length: Tokens of prompt and completion together; by default what the model's context holds.
        prompt: The template of all models that have none of their own.
        batch: Rows a forward pass of a local model, where its numbers are float64. It changes no figure.
        device: Of local models: ``cpu``, ``cuda``, ``cuda:1`` …
        dtype: Of local models' numbers. ``auto``: float64 on a CPU, float32 elsewhere.
    """

    sources: dict[str, str] = {}
    models: dict[str, ModelConfig] = {}
    limit: Annotated[int, Field(ge=0)] = 0
    max_length: Annotated[int | None, Field(ge=2)] = None
    prompt: str | None = None
    batch: Annotated[int, Field(ge=1)] = 8
    device: str = "cpu"
    dtype: Literal["auto", "float64", "float32", "bfloat16"] = "auto"

    @property
    def precision(self) -> Literal["float64", "float32", "bfloat16"]:
        """What local models compute in."""
        if self.dtype != "auto":
            return self.dtype
        return "float64" if self.device == "cpu" else "float32"

    def check(self) -> None:
        """Refuse what cannot be run.

        Raises:
            InputError: No source or no model, a name that cannot be a file's, standard input.
        """
        if not self.sources:
            raise InputError("no source: give NAME=ROWS.jsonl, such as own=run/pairs/rows.jsonl")
        if not self.models:
            raise InputError("no model: give --model NAME=FOLDER, or --model NAME=MODEL@http://HOST:PORT/v1")
        for name in (*self.sources, *self.models):
            if not _NAME.fullmatch(name):
                raise InputError(f"the name {name!r} becomes a file's: letters, digits, '.', '_' and '-'")
        for name, source in self.sources.items():
            if source == "-":
                raise InputError(f"source {name} is standard input, which can be read once: write a file")


def read_sources(specs: Iterable[str]) -> dict[str, str]:
    """Read ``NAME=ROWS`` arguments; without a name it is the file's.

    Raises:
        InputError: A name that two have.

    >>> read_sources(["own=run/pairs/rows.jsonl", "data/oss.jsonl.zst"])
    {'own': 'run/pairs/rows.jsonl', 'oss': 'data/oss.jsonl.zst'}
    """
    return _named("source", specs, lambda path: Path(path).name.partition(".")[0])


def read_models(specs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read ``NAME=MODEL`` and ``NAME=MODEL@URL`` arguments; without a name it is the model's.

    Raises:
        InputError: A name that two have.

    >>> read_models(["star=bigcode/starcoder2-3b@http://127.0.0.1:8000/v1", "run/nano"])["star"]
    {'model': 'bigcode/starcoder2-3b', 'base_url': 'http://127.0.0.1:8000/v1'}
    """
    found = _named("model", specs, lambda spec: Path(_placed(spec)["model"]).name)
    return {name: _placed(spec) for name, spec in found.items()}


def merged(values: Mapping[str, Any], sources: Iterable[str], models: Iterable[str]) -> dict[str, Any]:
    """Add what the command line names to the settings of a file; a name of both is the command line's."""
    own = {key: dict(values.get(key) or {}) for key in ("sources", "models")}
    return {
        **values,
        "sources": own["sources"] | read_sources(sources),
        "models": own["models"] | read_models(models),
    }


def _placed(spec: str) -> dict[str, Any]:
    at = _AT_URL.fullmatch(spec)
    return {"model": at[1], "base_url": at[2]} if at else {"model": spec}


def _named(what: str, specs: Iterable[str], own: Callable[[str], str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for spec in specs:
        name, equals, value = spec.partition("=")
        if not (equals and _NAME.fullmatch(name)):
            name, value = own(spec), spec
        if name in named:
            raise InputError(f"two {what}s are named {name!r}, the second is {value}: give each a NAME=")
        named[name] = value
    return named
