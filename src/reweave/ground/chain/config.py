"""The settings of ``reweave ground run``: one TOML file for the chain and for each of its verbs.

At the top stand what all stages share; ``[endpoints.ROLE]`` says where to ask, ``[contexts]``, ``[intents]``,
``[candidates]``, ``[trace]`` and ``[summaries]`` how.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from reweave.align.config import EndpointConfig, Sampling
from reweave.errors import InputError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.trace.config import TraceConfig
from reweave.models import Endpoint
from reweave.settings import checked, read_tables

Role = Literal["generalist", "coder"]
"""Who writes tasks and summaries, and who writes code."""


class IntentsConfig(Sampling):
    """How tasks are asked for: published are 6 a context."""

    role: Role = "generalist"
    temperature: Annotated[float, Field(ge=0)] = 0.8
    max_tokens: Annotated[int, Field(ge=1)] = 1024
    tasks: Annotated[int, Field(ge=1, le=50)] = 6  # of a series
    series: Annotated[int, Field(ge=1)] = 1  # of a context, each with a topic and a wording of its own
    most_words: Annotated[int, Field(ge=1)] = 100


class CandidatesConfig(Sampling):
    """How programs are asked for: published are 5 an intent."""

    role: Role = "coder"
    temperature: Annotated[float, Field(ge=0)] = 0.8
    max_tokens: Annotated[int, Field(ge=1)] = 768
    n: Annotated[int, Field(ge=1)] = 5


class SummariesConfig(Sampling):
    """How a model is asked to put a trace in words."""

    role: Role = "generalist"
    temperature: Annotated[float, Field(ge=0)] = 0.0
    max_tokens: Annotated[int, Field(ge=1)] = 384
    most_words: Annotated[int, Field(ge=1)] = 150


class GroundConfig(BaseModel):
    """All of it.

    Attributes:
        input: Tables, notebooks and folders of them; without the stage ``contexts``, one file of rows.
        stages: Which stages run; None: all that the settings call for.
        limit: Files read, where the stage ``contexts`` runs; else the first rows; 0: all.
        given_intents: A file of intents, in place of a model's.
        given_candidates: A file of programs, likewise.
        summary: Who writes the I/O summaries: the trace itself, or a model.
        workers: Files read and programs run at once; None for one a core.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    limit: Annotated[int, Field(ge=0)] = 0
    input: tuple[str, ...] = ()
    stages: tuple[str, ...] | None = None
    given_intents: str | None = None
    given_candidates: str | None = None
    summary: Literal["trace", "model"] = "trace"
    workers: Annotated[int | None, Field(ge=1)] = None
    endpoints: dict[Role, EndpointConfig] = {}
    contexts: ContextsConfig = Field(default_factory=lambda: checked(ContextsConfig, {}))
    intents: IntentsConfig = Field(default_factory=IntentsConfig)
    candidates: CandidatesConfig = Field(default_factory=CandidatesConfig)
    trace: TraceConfig = Field(default_factory=lambda: checked(TraceConfig, {}))
    summaries: SummariesConfig = Field(default_factory=SummariesConfig)

    @field_validator("input", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    def endpoint(self, role: Role) -> Endpoint:
        """Give a role's endpoint; the other role's where it has none.

        Raises:
            InputError: There is none.
        """
        found = self.endpoints.get(role) or next(iter(self.endpoints.values()), None)
        if found is None:
            raise InputError(
                f"no model to ask as {role}: give --model and --base-url, or a table [endpoints.{role}]"
            )
        return found.endpoint()


def read_config(file: Path | None, sets: list[str], flags: Mapping[str, Any] | None = None) -> GroundConfig:
    """Make the configuration of a TOML file, ``--set`` and flags, as `reweave.settings.read_tables` has it.

    Raises:
        InputError: Something cannot be read, or is not known.
    """
    return checked(GroundConfig, read_tables(file, sets, flags))
