"""What a sample wrote about its cells, as results. The bytes are the program's: none is trusted."""

from collections.abc import Mapping
from typing import Any

from reweave.errors import MissingExtraError
from reweave.sandbox import arrays
from reweave.sandbox.inside import plain
from reweave.sandbox.results import CallOutcome, CellResult, NotPlain, NotReached, Raised, Returned

_TEXT = 1000  # characters kept of a description


def read_cells(payloads: list[bytes], n_cells: int) -> tuple[CellResult, ...]:
    """Give one result a cell.

    Args:
        payloads: The frames of the result file, each an encoding; what is no cell's record ends the reading.
        n_cells: Cells there were; those that no record speaks of were not reached.
    """
    cells: list[CellResult] = []
    for payload in payloads[:n_cells]:
        try:
            cells.append(_cell(plain.decode(payload)))
        except plain.BadData:
            break
    missing = CellResult(outcome=NotReached(), variables={})
    return tuple(cells) + (missing,) * (n_cells - len(cells))


def _cell(record: Any) -> CellResult:
    match record if type(record) is tuple else None:  # a range's length may overflow
        case ("cell", tuple() as outcome, str() as printed, dict() as variables, list() as removed):
            return CellResult(
                outcome=_outcome(outcome),
                stdout=printed,
                variables=_variables(variables),
                removed=tuple(_all_text(removed)),
            )
    raise plain.BadData("no cell's record")


def _outcome(outcome: tuple[Any, ...]) -> CallOutcome:
    match outcome:
        case ("raised", str() as name, str() as message, int() as line):
            return Raised(name[:_TEXT], message[:_TEXT], line)
    value = _value(outcome)
    return value if isinstance(value, NotPlain) else Returned(value)


def _variables(variables: Mapping[Any, Any]) -> dict[str, Any]:
    values = list(variables.values())
    return dict(zip(_all_text(list(variables)), map(_value, values), strict=True))


def _value(entry: Any) -> Any:
    match entry if type(entry) is tuple else None:
        case ("not-plain", str() as what):
            return NotPlain(what[:_TEXT])
        case ("plain", bytes() as data):
            try:
                return arrays.unpack(plain.decode(data))
            except plain.BadData as error:
                return NotPlain(f"not an encoding: {error}")
            except MissingExtraError as error:
                return NotPlain(str(error))
    raise plain.BadData("a value's entry")


def _all_text(names: list[Any]) -> list[str]:
    if not all(isinstance(name, str) for name in names):
        raise plain.BadData("a name that is no text")
    return names
