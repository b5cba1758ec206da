"""What to sample, and the two presets that set it."""

from dataclasses import dataclass
from typing import Any

from reweave.errors import InputError

SAMPLERS = ("lintseq", "random")
UNITS = ("logical", "physical", "published")
PRESETS: dict[str, dict[str, Any]] = {
    "default": {"unit": "logical", "checker": "ruff", "tolerate": True, "look_ahead": True},
    "paper": {"unit": "published", "checker": "pylint", "tolerate": False, "look_ahead": False},
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How edit sequences are sampled. Make them with `settings`, which fills in a preset.

    Attributes:
        paths: Paths sampled a program, at least 1; those that come out equal are kept once.
        seed: Fixes, with a record's id and the path's number, the path's random stream.
        preset: ``default`` or ``paper`` (LintSeq as published).
        unit: ``logical`` lines, ``physical`` lines, or physical lines as the ``published`` code sees them.
        checker: Name of the checker that passes every state.
        sampler: ``lintseq``, or ``random`` for the ablation without a checker (RandSeq).
        tolerate: Whether errors that the whole program has are tolerated in its states.
        look_ahead: Whether needs known from the syntax tree widen a deletion before the checker is asked.
        max_lines: Programs with more lines are rejected; 0 means no limit.
    """

    paths: int
    seed: int
    preset: str
    unit: str
    checker: str
    sampler: str
    tolerate: bool
    look_ahead: bool
    max_lines: int


def settings(
    *,
    paths: int = 5,
    seed: int = 1,
    preset: str = "default",
    unit: str | None = None,
    checker: str | None = None,
    sampler: str = "lintseq",
    max_lines: int = 5_000,
) -> Settings:
    """Fill in a preset; what is given wins over it.

    Raises:
        InputError: A name is not known, or a number is out of range; the message lists what is.
    """
    if preset not in PRESETS:
        raise InputError(f"no preset {preset!r}; there are {', '.join(PRESETS)}")
    if unit is not None and unit not in UNITS:
        raise InputError(f"no unit {unit!r}; there are {', '.join(UNITS)}")
    if sampler not in SAMPLERS:
        raise InputError(f"no sampler {sampler!r}; there are {', '.join(SAMPLERS)}")
    if paths < 1:
        raise InputError(f"paths must be at least 1, not {paths}")
    if max_lines < 0:
        raise InputError(f"max_lines must be 0 (no limit) or more, not {max_lines}")
    chosen = PRESETS[preset]
    return Settings(
        paths=paths,
        seed=seed,
        preset=preset,
        unit=unit or chosen["unit"],
        checker=checker or chosen["checker"],
        sampler=sampler,
        tolerate=chosen["tolerate"],
        look_ahead=chosen["look_ahead"],
        max_lines=max_lines,
    )
