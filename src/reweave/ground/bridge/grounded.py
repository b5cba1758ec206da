"""Tests for a grounded row: its code as a function of its inputs, and what came out as what it must give.

The values must be whole and have a short text. Program and tests are run together before the row is kept, so
that what the wrapping misses costs a row, and does not go on.
"""

from collections.abc import Mapping
from typing import Any

from reweave.errors import RowError
from reweave.ground.bridge.checks import tests_of
from reweave.ground.bridge.config import BridgeConfig
from reweave.ground.bridge.functions import passing
from reweave.ground.bridge.wrapping import wrapped
from reweave.ground.several import runs_of
from reweave.ground.trace import plots
from reweave.sandbox.works import Work


def tested(name: str, row: Mapping[str, Any], config: BridgeConfig) -> Work[dict[str, Any]]:
    """Give what is added to a grounded row.

    Args:
        name: Its id.
        row: With ``context``, ``code``, ``inputs``, ``outputs``.
        config: How.

    Raises:
        RowError: Why there are no tests: the values (``cut-values``, ``not-plain-enough``, ``too-long``,
            ``plots``), the code (``does-not-parse``, ``not-wrappable``), ``tests-fail``; ``harness-error``.
    """
    context, code = (_text(row, column) for column in ("context", "code"))
    runs, cut = runs_of(row)
    if cut:
        raise RowError("cut-values", f"{', '.join(cut[:3])}: stored in part")
    inputs, outputs = runs[0]
    outputs = {output: value for output, value in outputs.items() if output != plots.NAME}
    if not outputs:
        raise RowError("plots", "it draws, and gives nothing else")
    function, program = wrapped(context, code, list(inputs), list(outputs))
    tests = tests_of(function, inputs, outputs, config.characters)
    verdict = yield from passing(name, program, tests, config)
    return {"program": program, "tests": tests, "function": function, "tests_form": verdict.form}


def _text(row: Mapping[str, Any], column: str) -> str:
    text = row.get(column)
    if not isinstance(text, str):
        raise RowError("not-text", f"column {column!r} holds a {type(text).__name__}")
    return text
