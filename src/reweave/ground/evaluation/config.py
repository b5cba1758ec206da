"""The settings of evaluation with specifications, and what a cell of its table is."""

from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Form = Literal["none", "type", "summary", "example"]
Leakage = Literal["oracle", "value-free", "noisy", "self", "given"]
FORMS: tuple[Form, ...] = get_args(Form)
LEAKAGES: tuple[Leakage, ...] = get_args(Leakage)
WRITTEN: tuple[Leakage, ...] = ("self", "given")
"""Levels whose text is somebody's own, so that no form is to be chosen."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One form of specification at one level of leakage.

    Args:
        form: The form; it says nothing where ``leakage`` is of ``WRITTEN``.
        leakage: The level; it says nothing where ``form`` is ``none``.
    """

    form: Form = "none"
    leakage: Leakage = "oracle"

    @property
    def name(self) -> str:
        """A folder's name: ``none``, ``summary-oracle``, ``self``."""
        if self.leakage in WRITTEN:
            return self.leakage
        return "none" if self.form == "none" else f"{self.form}-{self.leakage}"


NONE = Cell()
"""What the others are held against."""


class SpecConfig(BaseModel):
    """Where specifications come from, and which is shown.

    Args:
        specs: Grounded rows of the benchmark's references, as ``reweave ground trace`` writes them. Of an
            ARCADE file they are traced into it, where it is not there.
        given: For ``given``: a file of ``task_id`` and ``spec``.
        noise_seed: Of what ``noisy`` draws.
        form: Which form is shown.
        leakage: At which level.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    specs: str
    given: str | None = None
    noise_seed: int = 1
    form: Form = "summary"
    leakage: Leakage = "oracle"

    @model_validator(mode="after")
    def _check_given(self) -> Self:
        if (self.given is None) == (self.leakage == "given"):
            raise ValueError("a file of specifications (given) goes with leakage given, and with no other")
        return self

    @property
    def cell(self) -> Cell:
        """What is asked for."""
        return Cell(self.form, self.leakage)


class AblationConfig(BaseModel):
    """Which cells there are.

    Args:
        specs, given, noise_seed: As for ``SpecConfig``.
        forms: The forms beside ``none``, which is always there.
        leakages: The levels; each with all forms, but ``self`` and ``given``, whose text is what it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    specs: str
    given: str | None = None
    noise_seed: int = 1
    forms: tuple[Form, ...] = FORMS
    leakages: tuple[Leakage, ...] = Field(("oracle",), min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.given is None) == ("given" in self.leakages):
            raise ValueError("a file of specifications (given) goes with leakage given, and with no other")
        return self

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, ``none`` first; each once."""
        found: dict[str, Cell] = {NONE.name: NONE}
        for leakage in self.leakages:
            for form in self.forms:
                cell = Cell(form, leakage)
                found.setdefault(cell.name, cell)
        return tuple(found.values())


def split(values: dict[str, Any], kind: type[BaseModel]) -> dict[str, Any]:
    """Take the settings of a kind out of gathered ones."""
    return {name: values.pop(name) for name in kind.model_fields if name in values}
