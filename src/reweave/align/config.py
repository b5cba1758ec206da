"""The settings of ``reweave align``: one TOML file for the chain and for each of its verbs.

At the top stand what all stages share; ``[endpoints.ROLE]`` says where to ask, ``[STAGE]`` how. A table
that is no stage's here belongs to another room, and is handed on as it is. A preset fills in what is not
said.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reweave.align.stage import PLACES
from reweave.errors import InputError
from reweave.models import Endpoint
from reweave.settings import checked, read_tables

Role = Literal["generator", "tester", "judge", "teacher"]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EndpointConfig(_Settings):
    """Where a role's model is asked, as ``reweave.models.Endpoint``: only model and kind decide answers."""

    base_url: str
    model: str
    kind: Literal["chat", "completions"] = "completions"
    api_key_env: str | None = "OPENAI_API_KEY"
    timeout: float = 600.0
    concurrency: int = 32
    retries: int = 8
    longest_wait: float = 600.0
    stream: bool = False
    samples_per_request: int = 1
    prompt_price: float | None = None
    completion_price: float | None = None

    def endpoint(self) -> Endpoint:
        """Give the endpoint.

        Raises:
            InputError: A value that cannot be.
        """
        return Endpoint(**self.model_dump())


class Sampling(_Settings):
    """What every stage that asks has, whoever it asks."""

    temperature: Annotated[float, Field(ge=0)] = 0.7
    top_p: Annotated[float | None, Field(gt=0, le=1)] = None
    max_tokens: Annotated[int, Field(ge=1)] = 512
    template: str | None = None
    shots: Annotated[int | None, Field(ge=1)] = None


class Asked(Sampling):
    """What every stage here has that asks."""

    role: Role = "generator"


class ConceptsConfig(Asked):
    """How concepts are asked for, named and recombined."""

    shuffle: bool = False
    least: Annotated[int, Field(ge=1)] = 1  # concepts of a row
    most: Annotated[int, Field(ge=1)] = 6
    cap: Annotated[int, Field(ge=0)] = 0  # rows that may use a concept; 0: any number
    mixes: Annotated[int, Field(ge=0)] = 0  # combinations of several seeds' concepts, as rows of their own
    mix_of: Annotated[int, Field(ge=2)] = 2  # seeds


class InstructionsConfig(Asked):
    """How instructions are drawn, and which are kept."""

    shuffle: bool = False
    n: Annotated[int, Field(ge=1)] = 1  # instructions for each row of concepts
    function: Annotated[int, Field(ge=0)] = 50  # shares of the categories
    cls: Annotated[int, Field(ge=0, alias="class")] = 25
    program: Annotated[int, Field(ge=0)] = 25
    most_words: Annotated[int, Field(ge=1)] = 200
    near: Annotated[float, Field(ge=0, le=1)] = (
        0.0  # Jaccard similarity of near-duplicates; 0: only equal words
    )

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        if not sum(self.shares.values()):
            raise ValueError("function, class and program are shares, and all are 0")
        return self

    @property
    def shares(self) -> dict[str, int]:
        """The categories' shares."""
        return {"function": self.function, "class": self.cls, "program": self.program}


class ResponsesConfig(Asked):
    """How many responses are asked for, and by whom their tests are written."""

    max_tokens: Annotated[int, Field(ge=1)] = 1536
    n: Annotated[int, Field(ge=1)] = 10  # responses to an instruction, at most
    round: Annotated[int, Field(ge=1)] = 10  # asked for at a time
    agree: Annotated[int, Field(ge=1)] = 2  # passing responses that agree are enough
    tests: Literal["same", "tester"] = "same"


class PairsConfig(_Settings):
    """The form of the data at the end."""

    form: Literal["prompt-completion", "messages"] = "prompt-completion"
    tests: Annotated[float, Field(ge=0, le=1)] = (
        0.0  # share of instructions whose responses bring their tests
    )
    most_words: Annotated[int, Field(ge=1)] = 200


_OWN: dict[str, type[_Settings]] = {
    "concepts": ConceptsConfig,
    "instructions": InstructionsConfig,
    "responses": ResponsesConfig,
    "pairs": PairsConfig,
}
_VERBS = {"validate", "rounds", "serve", "train", "evaluate", "perplexity"}
"""Tables of other verbs, in the same file."""


class AlignConfig(_Settings):
    """All of it.

    Attributes:
        input: What the chain begins with: a file of seeds; or, where the stage ``seeds`` runs, its source.
        stages: Which stages run; None: all there are.
        limit: Files read, where the stage ``seeds`` runs; else the first seeds that are left once they are
            clean; 0: all.
    """

    preset: Literal["default", "paper"] = "default"
    seed: int = 0
    limit: Annotated[int, Field(ge=0)] = 0
    input: str | None = None
    stages: tuple[str, ...] | None = None
    endpoints: dict[Role, EndpointConfig] = {}
    concepts: ConceptsConfig = Field(default_factory=ConceptsConfig)
    instructions: InstructionsConfig = Field(default_factory=InstructionsConfig)
    responses: ResponsesConfig = Field(default_factory=ResponsesConfig)
    pairs: PairsConfig = Field(default_factory=PairsConfig)
    others: dict[str, Any] = {}

    def table(self, name: str) -> Mapping[str, Any]:
        """Give the table of another room's stage, unread; the preset's name is ``preset``."""
        return dict(self.others.get(name, {}))

    def endpoint(self, role: Role) -> Endpoint:
        """Give a role's endpoint; the generator's where the role has none.

        Raises:
            InputError: There is none.
        """
        found = self.endpoints.get(role) or self.endpoints.get("generator")
        if found is None:
            raise InputError(
                f"no model to ask as {role}: give --model and --base-url, or a table [endpoints.generator]"
            )
        return found.endpoint()


def read_config(file: Path | None, sets: list[str], flags: Mapping[str, Any] | None = None) -> AlignConfig:
    """Make the configuration of `reweave.settings.read_tables`.

    Raises:
        InputError: Something cannot be read, or is not known.
    """
    return make_config(read_tables(file, sets, flags))


def make_config(values: Mapping[str, Any]) -> AlignConfig:
    """Make the configuration of nested settings; a preset fills in what they do not say.

    Raises:
        InputError: A value is not of its kind; the message names it.
    """
    presets = tomllib.loads(resources.files("reweave.align").joinpath("presets.toml").read_text("utf-8"))
    name = values.get("preset", "default")
    if name not in presets:
        raise InputError(f"no preset {name!r}; there are {', '.join(presets)}")
    given: dict[str, Any] = dict(values)
    for stage in _OWN:
        own = given.get(stage, {})
        if not isinstance(own, Mapping):
            raise InputError(f"configuration: {stage} is a table, [{stage}]")
        given[stage] = presets[name].get(stage, {}) | dict(own)
    elsewhere = (PLACES.keys() - _OWN.keys()) | _VERBS
    others = {key: given.pop(key) for key in elsewhere & given.keys()}
    for key, value in others.items():
        if not isinstance(value, Mapping):
            raise InputError(f"configuration: {key} is a table, [{key}]")
    return checked(AlignConfig, {**given, "others": others})
