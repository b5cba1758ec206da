"""The settings of ``reweave ground variants``: what decides its bytes, with the reason for each default."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reweave.ground.specs import FORMS, Form

Leakage = Literal["oracle", "value-free", "noisy"]
"""Where specifications come from; ``none`` is the form of that name."""


class VariantsConfig(BaseModel):
    """How grounded rows become training data, and which do.

    Args:
        forms: One file each.
        leakage: Of the specifications. ``oracle`` is the row's own text, as published.
        template: The prompt's; None for the one that comes with the package.
        evaluation_only: Keep rows of benchmarks whose authors forbid training on them.
        least_rejected: The share of judged mutants that the most telling of the forms must reject. 0: how
            telling specifications are is what such a comparison is about.
        leaks: ``drop`` rows of which a specification gives the program away, or ``keep`` them. Dropped are
            few, and a model learns from them to copy.
        model: A folder whose tokenizer counts; None for no counts.
        max_tokens: Rows that are longer in any of the forms are in none; needs ``model``. 0 for any length.
        replay: Rows of original code that are mixed in.
        replay_share: Their share of all rows: 0.69 is what published numbers come to.
        seed: Of ``noisy``, and of which rows of replay are taken, and where they stand.
        limit: Read only the first rows; 0 for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    forms: tuple[Form, ...] = FORMS
    leakage: Leakage = "oracle"
    template: Path | None = None
    evaluation_only: bool = False
    least_rejected: float = Field(0.0, ge=0, le=1)
    leaks: Literal["drop", "keep"] = "drop"
    model: str | None = None
    max_tokens: int = Field(0, ge=0)
    replay: tuple[Path, ...] = ()
    replay_share: float = Field(0.69, gt=0, lt=1)
    seed: int = Field(1, ge=-(2**63), lt=2**63)
    limit: int = Field(0, ge=0)

    @field_validator("forms", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [each.strip() for each in value.split(",")] if isinstance(value, str) else value

    @field_validator("replay", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return [value] if isinstance(value, (str, Path)) else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.forms or len(set(self.forms)) < len(self.forms):
            raise ValueError("forms: name one or more, each once")
        if self.max_tokens and self.model is None:
            raise ValueError("max_tokens counts tokens: give model, a folder with the tokenizer")
        return self

    def identity(self) -> dict[str, Any]:
        """Give what decides the bytes; of files the contents do, and the run adds them."""
        return self.model_dump(mode="json", exclude={"template", "model", "replay"})
