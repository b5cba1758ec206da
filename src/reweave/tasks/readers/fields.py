"""Reading a row's columns: each check says which column is wrong, and how."""

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

from reweave.errors import RowError

Row = Mapping[str, Any]


def text(row: Row, column: str) -> str:
    """Give a column of text.

    Raises:
        RowError: It is missing (``missing-column``) or something else (``wrong-type``).
    """
    value = _column(row, column)
    if not isinstance(value, str):
        raise RowError("wrong-type", f"column {column!r} holds a {type(value).__name__}, not text")
    return value


def listed(row: Row, column: str) -> list[Any]:
    """Give a column that is a list, or a text that holds one as JSON or as a Python literal.

    Raises:
        RowError: As for ``text``.
    """
    value = _column(row, column)
    if isinstance(value, str):
        value = literal(value, column)
    if not isinstance(value, (list, tuple)):
        raise RowError("wrong-type", f"column {column!r} holds a {type(value).__name__}, not a list")
    return list(value)


def texts(row: Row, column: str) -> tuple[str, ...]:
    """Give a column that is a list of texts; nothing where the row has no such column.

    Raises:
        RowError: It holds something else.
    """
    if row.get(column) is None:
        return ()
    values = listed(row, column)
    if not all(isinstance(value, str) for value in values):
        raise RowError("wrong-type", f"column {column!r} holds more than texts")
    return tuple(values)


def optional(row: Row, column: str) -> str:
    """Give a column of text, empty where there is none or null."""
    return "" if row.get(column) is None else text(row, column)


def number(row: Row, column: str) -> float:
    """Give a column that is a number.

    Raises:
        RowError: As for ``text``.
    """
    value = _column(row, column)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RowError("wrong-type", f"column {column!r} holds a {type(value).__name__}, not a number")
    return value


def inputs(row: Row, column: str) -> list[Sequence[Any]]:
    """Give a column that is a list of argument lists; MBPP+ writes ``{}`` for one task that has none.

    Raises:
        RowError: As for ``text``.
    """
    if row.get(column) == {}:
        return []
    values = listed(row, column)
    if not all(isinstance(value, (list, tuple)) for value in values):
        raise RowError("wrong-type", f"column {column!r} holds more than lists of arguments")
    return values


def literal(value: str, column: str) -> Any:
    """Give what a text holds as JSON, or as a Python literal.

    Raises:
        RowError: Neither (``wrong-type``).
    """
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise RowError(
            "wrong-type", f"column {column!r} holds text that is no list: {value[:80]!r}"
        ) from error


def _column(row: Row, column: str) -> Any:
    if column not in row:
        raise RowError("missing-column", f"no column {column!r}; there are {', '.join(sorted(row))}")
    return row[column]
