"""Validation: what a model's own tests show of its own answers (SelfCodeAlign, section 2).

The published rule is exit status 0. Here a response is run in the sandbox against its tests; it is counted
which assertions were evaluated; stubs and mutants of the response must fail; tautologies are found; and every
response of an instruction is run against the tests of all. ``score`` puts it together, ``select`` chooses.

- ``mutators``, ``mutants``, ``weaknesses``: by syntax tree, nothing is run
- ``judgement``: one instruction, step by step; ``stream`` drives many at once, ``timing`` sets their limits
- ``coverage``: which lines and branches they reach, on request
- ``run``: rows in, rows out
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from reweave.align.validate.stage import Agreeing, ValidatedStage


class Tables(Protocol):
    """The chain's settings, as far as this room reads them."""

    def table(self, name: str) -> Mapping[str, Any]:
        """Give a stage's table."""


def make_stage(config: Tables) -> "ValidatedStage":
    """Make the chain's stage ``validated``: see ``stage``."""
    from reweave.align.validate.stage import ValidatedStage  # noqa: PLC0415 - starts what is not always needed

    return ValidatedStage(_table(config))


def make_agreeing(config: Tables) -> tuple[Callable[[], AbstractContextManager["Agreeing"]], str]:
    """Give what opens the word on how many responses pass and agree, and what describes it."""
    from reweave.align.validate.stage import ValidatedStage, agreeing, describe  # noqa: PLC0415 - likewise

    stage = ValidatedStage(_table(config))
    return agreeing(stage.config, stage.workers), describe(stage.config)


def _table(config: Tables) -> dict[str, Any]:
    return {**config.table("validated"), "preset": getattr(config, "preset", "default")}
