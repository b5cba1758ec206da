"""The settings of the experiment, and the sizes it comes in."""

import tomllib
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reweave.errors import InputError

Form = Literal["unified", "short", "search-replace", "states"]


class ExperimentConfig(BaseModel):
    """All that decides the experiment's numbers.

    Attributes:
        seed: Of everything that is drawn.
        train_tasks: Programs to tune on.
        heldout_tasks: Tasks to score, of compositions that no program to tune on has.
        steps: How many steps a task has before its ending; as many tasks of each.
        forms: How edits are written; a model for each.
        paths: Edit sequences a program.
        pretrain_preset: A size of ``reweave train pretrain``.
        pretrain_tokens: Tokens of code that all models begin with.
        pretrain_source: Where the code comes from.
        vocabulary: Tokens of the tokenizer.
        context: Tokens that the models can hold: a prompt and its edits.
        tune_steps: Optimizer steps of each tuning.
        tune_tokens: Trained tokens a step.
        learning_rate: Of the tunings, at its highest.
        samples: Of each held-out task.
        temperature: Of sampling.
        top_p: Of sampling.
        max_tokens: Of a completion.
        checked: Draws of an edit that breaks the program, in the checked arms; 0 leaves these out.
        device: ``auto``: the GPU where there is one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    train_tasks: int = Field(4_000, ge=1)
    heldout_tasks: int = Field(80, ge=2)
    steps: tuple[Annotated[int, Field(ge=1, le=4)], ...] = (2, 3)
    forms: tuple[Form, ...] = ("unified", "short")
    paths: int = Field(5, ge=1)
    pretrain_preset: str = "nano"
    pretrain_tokens: int = Field(4_000_000, ge=1)
    pretrain_source: str = "installed"
    vocabulary: int = Field(2_048, ge=300)
    context: int = Field(512, ge=128)
    tune_steps: int = Field(1_000, ge=1)
    tune_tokens: int = Field(4_096, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    samples: int = Field(50, ge=1)
    temperature: float = Field(0.8, ge=0)
    top_p: float = Field(0.95, gt=0, le=1)
    max_tokens: int = Field(400, ge=1)
    checked: int = Field(4, ge=0)
    device: Literal["auto", "cpu"] = "cpu"


def size(name: str) -> dict[str, Any]:
    """Give the settings of a size, as ``sizes.toml`` has them.

    Raises:
        InputError: There is no such size; the message lists those there are.
    """
    sizes = tomllib.loads((files(__package__) / "sizes.toml").read_text("utf-8"))
    if name not in sizes:
        raise InputError(f"no size {name!r}; there are {', '.join(sizes)}")
    found: dict[str, Any] = sizes[name]
    return found
