"""The settings of ``reweave align rounds``: the chain's own TOML file with four more tables.

``[rounds]`` says how often and by which rule, ``[serve]`` how a model is started, ``[train]`` and
``[evaluate]`` hold settings of ``reweave train sft`` and ``reweave eval``; all else is the chain's
(``reweave.align.config``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reweave.align.config import AlignConfig, make_config
from reweave.align.run import chosen
from reweave.align.stage import make_stage
from reweave.errors import InputError
from reweave.evaluate.config import EvalConfig
from reweave.settings import checked

Rule = Literal["better", "certain", "not-worse"]


class RoundsConfig(BaseModel):
    """How often, with what, and by which rule.

    Attributes:
        model: The model of the first round: a folder in Hugging Face's format, or a name on the hub.
        rounds: How many, at most.
        generator: Who makes the data: ``best``, the last model that was accepted; or ``base``, the model of
            the first round, since tuning may cost a model the form that the chain asks for.
        start: What each training begins from: ``base``, the model of the first round, so that no round
            inherits another's errors; or ``best``, the last model that was accepted.
        earlier: The share of rows of earlier rounds in what is trained on, as far as there are so many.
        also: Files of rows that are trained on in every round.
        also_share: Their share.
        least_rows: With fewer rows made, nothing is trained, and the rounds end.
        accept: ``better``: pass@k is higher by more than ``gain``; ``certain``: so is the lower end of the
            difference's 95 % interval; ``not-worse``: the interval's upper end is not below 0.
        gain: See ``accept``.
        k: Of pass@k.
        patience: Rounds in a row that may be refused before the rounds end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    rounds: int = Field(2, ge=1)
    generator: Literal["base", "best"] = "best"
    start: Literal["base", "best"] = "base"
    earlier: float = Field(0.0, ge=0, lt=1)
    also: tuple[str, ...] = ()
    also_share: float = Field(0.5, ge=0, lt=1)
    least_rows: int = Field(1, ge=1)
    accept: Rule = "better"
    gain: float = Field(0.0, ge=0, lt=1)
    k: int = Field(1, ge=1)
    patience: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        if self.also and self.earlier + self.also_share >= 1:
            raise ValueError("earlier and also_share leave nothing for the round's own rows")
        return self


class ServeConfig(BaseModel):
    """How a model is started.

    Attributes:
        command: A command line with ``{model}``, ``{port}`` and, if wanted, ``{name}``; None: ``reweave
            serve`` in a process of its own.
        generates: The name by which raw completions are asked for, as the chain's prompts need them.
        answers: The name by which a benchmark is answered.
        wait: Seconds until it must have answered once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: tuple[str, ...] | None = None
    generates: str | None = None
    answers: str | None = None
    wait: float = Field(600.0, gt=0)

    @model_validator(mode="after")
    def _check_holes(self) -> Self:
        line = " ".join(self.command or ("{model}", "{port}"))
        for hole in ("{model}", "{port}"):
            if hole not in line:
                raise ValueError(f"the command has no {hole}")
        return self

    def name_of(self, use: Literal["generates", "answers"], model: str, name: str) -> str:
        """Give the name by which a served model is asked.

        Args:
            use: For what.
            model: Its folder, or its name on the hub.
            name: What the rounds call it.
        """
        said: str = getattr(self, use) or ("{name}" if self.command is None else "{model}")
        return said.replace("{model}", model).replace("{name}", name)


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it.

    Args:
        rounds: ``[rounds]``.
        serve: ``[serve]``.
        train: ``[train]``, as ``reweave train sft`` takes it, with ``preset`` and ``accelerate``.
        benchmark: Of ``[evaluate]``.
        evaluate: The rest of it.
        chain: The chain's settings, but for the generator's endpoint.
    """

    rounds: RoundsConfig
    serve: ServeConfig
    train: Mapping[str, Any]
    benchmark: str
    evaluate: Mapping[str, Any]
    chain: Mapping[str, Any]

    def align(self, number: int, base_url: str, model: str) -> AlignConfig:
        """Give a round's chain: its draws are its own, the generator is the served model."""
        endpoints = dict(self.chain.get("endpoints", {}))
        endpoints["generator"] = {**endpoints.get("generator", {}), "base_url": base_url, "model": model}
        seed = self.chain.get("seed", 0) + number - 1
        return make_config({**self.chain, "seed": seed, "endpoints": endpoints})

    def eval(self, model: str) -> EvalConfig:
        """Give how a model is evaluated."""
        return checked(EvalConfig, {**self.evaluate, "model": model})


def make_settings(values: Mapping[str, Any]) -> Settings:
    """Make the settings of nested ones, and refuse what could not be used when its turn comes.

    Raises:
        InputError: A value is not of its kind, or something is missing; the message names it.
        MissingExtraError: The extra ``train`` is not installed.
    """
    from reweave.train.config import SftConfig, preset  # noqa: PLC0415 - only here

    given = {
        key: value for key, value in values.items() if key not in {"rounds", "serve", "train", "evaluate"}
    }
    tables = {name: dict(_table(values, name)) for name in ("rounds", "serve", "train", "evaluate")}
    benchmark = tables["evaluate"].pop("benchmark", None)
    if not isinstance(benchmark, str):
        raise InputError('which benchmark tells whether a round helped? Say benchmark = "…" under [evaluate]')
    made = Settings(
        checked(RoundsConfig, tables["rounds"]),
        checked(ServeConfig, tables["serve"]),
        tables["train"],
        benchmark,
        tables["evaluate"],
        given,
    )
    course = {key: value for key, value in made.train.items() if key not in {"preset", "accelerate"}}
    course = (dict(preset(made.train["preset"])) if "preset" in made.train else {}) | course
    checked(SftConfig, {**course, "model": made.rounds.model})
    if made.eval("model").n < made.rounds.k:
        raise InputError(
            f"pass@{made.rounds.k} needs {made.rounds.k} samples of each task: n, under [evaluate]"
        )
    chain = made.align(1, "http://127.0.0.1/v1", "model")
    if chain.input is None:
        raise InputError('what does it begin with? give input = "seeds.jsonl", or --input')
    names = chosen(chain)
    if names[-1] != "pairs":
        raise InputError("rounds train on what the stage 'pairs' writes: it must be one of the stages")
    for name in names:
        make_stage(name, chain)
    return made


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = values.get(name, {})
    if not isinstance(table, Mapping):
        raise InputError(f"configuration: {name} is a table, [{name}]")
    return table
