"""A row of the bridge: what it is to be given, and what it is written as."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reweave.errors import MissingExtraError, RowError
from reweave.ground.bridge.config import BridgeConfig
from reweave.ground.bridge.functions import specified
from reweave.ground.bridge.grounded import tested
from reweave.ground.reading import read_row
from reweave.ground.trace.round_trip import RoundTrip
from reweave.sandbox.works import Work

DEFECT = "defect"
_GROUNDED = ("context", "code", "inputs", "outputs")
_FUNCTION = ("program", "tests")


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a row.

    Attributes:
        name: Its id.
        row: As it came, as far as it can be shown.
        columns: What it gains; None where it is not kept.
        trip: What its specifications are worth, where it has been given any.
        calls: How many calls they tell.
        error: Why it is not kept.
    """

    name: str
    row: Mapping[str, Any]
    columns: Mapping[str, Any] | None = None
    trip: RoundTrip | None = None
    calls: int = 0
    error: RowError | None = None


def work(raw: bytes | RowError, number: int, config: BridgeConfig) -> Work[Made]:
    """Give what comes of a row, whatever is wrong with it.

    Raises:
        MissingExtraError: Its values hold arrays or frames, and numpy or pandas is not installed.
    """
    name, row, error = read_row(raw, number)
    if error is not None:
        return Made(name, row, error=error)
    try:
        if _side(row, config) == "tests":
            columns = yield from tested(name, row, config)
            asked = {"instruction": row["intent"]} if "instruction" not in row and "intent" in row else {}
            return Made(name, row, {**asked, **columns})
        program, tests = _text(row, "program"), _text(row, "tests")
        _accepted(row)
        instruction = row.get("instruction")
        made = yield from specified(name, program, tests, config)
        gained = made.columns(program, instruction if isinstance(instruction, str) else "", config.row_bytes)
        return Made(name, row, gained, made.trip, len(made.runs))
    except RowError as wrong:
        return Made(name, row, error=wrong)
    except MissingExtraError:
        raise
    except Exception as wrong:  # noqa: BLE001 - one row must not lose the others
        return Made(name, row, error=RowError(DEFECT, f"a defect in reweave: {wrong!r}"))


def _side(row: Mapping[str, Any], config: BridgeConfig) -> str:
    """Say what a row is to be given."""
    if config.to != "auto":
        return config.to
    if all(row.get(column) is not None for column in _GROUNDED):
        return "tests"
    if all(row.get(column) is not None for column in _FUNCTION):
        return "specs"
    wanted = f"{', '.join(_FUNCTION)} (a function), or {', '.join(_GROUNDED)} (a grounded row)"
    raise RowError("missing-column", f"neither {wanted}; there are {', '.join(row) or 'none'}")


def _text(row: Mapping[str, Any], column: str) -> str:
    if column not in row:
        raise RowError("missing-column", f"no column {column!r}; there are {', '.join(row) or 'none'}")
    text = row[column]
    if not isinstance(text, str):
        raise RowError("not-text", f"column {column!r} holds a {type(text).__name__}")
    if not text.strip():
        raise RowError(f"no-{column}", f"column {column!r} is empty")
    return text


def _accepted(row: Mapping[str, Any]) -> None:
    """Refuse what ``reweave align validate`` has judged and not accepted."""
    told = row.get("validation")
    if isinstance(told, Mapping) and told.get("accepted") is False:
        raise RowError("not-accepted", f"its validation: {told.get('reason')}")


def written(made: Made) -> dict[str, Any]:
    """Give a row with what it gained; a column named like one of these goes out as ``source_NAME``."""
    assert made.columns is not None
    ours = made.columns
    own = {f"source_{column}" if column in ours else column: value for column, value in made.row.items()}
    return {"id": made.name, **{column: value for column, value in own.items() if column != "id"}, **ours}
