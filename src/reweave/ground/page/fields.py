"""What a row must have, and of which type: a column that is not so is a reason to leave the row out."""

from collections.abc import Mapping
from typing import Any, TypeVar

from reweave.errors import RowError

_Kind = TypeVar("_Kind", str, bool, int, list[Any], dict[str, Any])
_WORDS: Mapping[type, str] = {
    str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object",
    type(None): "null", float: "a number",
}  # fmt: skip


def need(row: Mapping[str, Any], name: str, kind: type[_Kind], where: str = "") -> _Kind:
    """Give a field.

    Args:
        row: What it is of.
        name: Its name.
        kind: Its type, exactly.
        where: What stands before its name in an error, such as ``round_trip.``.

    Raises:
        RowError: ``missing-column`` or ``not-grounded``.
    """
    if name not in row:
        raise RowError("missing-column", f"no {where}{name}: is this an output of reweave ground trace?")
    value = row[name]
    if type(value) is not kind:
        told = _WORDS.get(type(value), type(value).__name__)
        raise RowError("not-grounded", f"{where}{name} is {told}, not {_WORDS[kind]}")
    return value


def cut(text: str, most: int) -> list[Any]:
    """Give the beginning of a text, and how many characters are left out."""
    return [text[:most], max(len(text) - most, 0)]
