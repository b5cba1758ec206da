"""Which columns of a row are compared, and how each is read.

A column is said as ``NAME``, ``NAME:code`` or ``NAME:code:0.8``: the column, the view (`tokens`), the
similarity from which two are duplicates. A column may hold a text or messages, whose contents are read one
after the other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from reweave.curate.tokens import TOKENS, VIEWS, View
from reweave.errors import InputError, RowError
from reweave.storage import extract_code
from reweave.storage.definitions import CODE_FIELDS

TEXT_FIELDS = ("instruction", "prompt", "question")
"""Columns that are compared as text where nobody says which."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column to compare.

    Args:
        name: Its name in the row.
        view: ``text`` or ``code``.
        threshold: The least Jaccard similarity of duplicates; None: the run's.
    """

    name: str
    view: View = "text"
    threshold: float | None = None

    def __str__(self) -> str:
        """As it is said on the command line."""
        return f"{self.name}:{self.view}" + ("" if self.threshold is None else f":{self.threshold:g}")

    def tokens(self, row: Mapping[str, Any]) -> list[str]:
        """Give what is compared of a row.

        Raises:
            RowError: There is no such column, or it holds neither text nor messages.
        """
        if self.name not in row:
            raise RowError("missing-column", f"no column {self.name}; there are {', '.join(row) or 'none'}")
        text = read_text(row[self.name], self.name)
        return TOKENS[self.view](extract_code(text)[0] if self.view == "code" else text)


def parse_column(said: str) -> ColumnSpec:
    """Read ``NAME[:VIEW[:THRESHOLD]]``.

    Raises:
        InputError: No such view, or no such threshold.

    >>> parse_column("response:code:0.8")
    ColumnSpec(name='response', view='code', threshold=0.8)
    """
    name, _, rest = said.partition(":")
    view, _, number = rest.partition(":")
    if (view and view not in VIEWS) or not name:
        raise InputError(
            f"column {said!r}: a column is NAME, NAME:{' or NAME:'.join(VIEWS)}, then :THRESHOLD"
        )
    try:
        threshold = float(number) if number else None
    except ValueError:
        threshold = -1.0
    if threshold is not None and not 0 < threshold <= 1:
        raise InputError(f"column {said!r}: a threshold is above 0 and at most 1")
    return ColumnSpec(name, "code" if view == "code" else "text", threshold)


def usual_columns(row: Mapping[str, Any]) -> list[ColumnSpec]:
    """Choose the columns of a row by their usual names: one of text, one of code, or messages.

    Raises:
        InputError: It has none of them.
    """
    found = [ColumnSpec(name) for name in TEXT_FIELDS if isinstance(row.get(name), str)][:1]
    code = (name for name in (*CODE_FIELDS, "completion") if isinstance(row.get(name), str))
    found += [ColumnSpec(name, "code") for name in code][:1]
    if not found and "messages" in row:
        found = [ColumnSpec("messages")]
    if not found:
        raise InputError(f"which columns? The first row has {', '.join(row) or 'none'}: say --on COLUMN")
    return found


def read_row(raw: bytes | RowError) -> dict[str, Any]:
    """Read a row.

    Raises:
        RowError: It is none.
    """
    if isinstance(raw, RowError):
        raise raw
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", str(error)) from error
    if not isinstance(row, dict):
        raise RowError("not-an-object", "the row is no JSON object")
    return row


def read_text(value: Any, column: str) -> str:
    """Give a column's text; of messages all contents, a line between them.

    Raises:
        RowError: It holds something else; null is the empty text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence) and all(isinstance(each, dict) for each in value):
        contents = [each.get("content") for each in value]
        if all(isinstance(each, str) for each in contents):
            return "\n".join(map(str, contents))
    raise RowError("not-text", f"column {column!r} holds neither text nor messages")


def read_score(row: Mapping[str, Any], column: str) -> float:
    """Give a row's score; one without it comes last.

    Args:
        row: The row.
        column: Its column; ``validation.test_score`` is looked for in ``validation``, if no column is
            called so.

    Raises:
        RowError: It is no number.
    """
    value = row.get(column)
    if column not in row and "." in column:
        value = row
        for part in column.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return float("-inf")
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise RowError("not-a-number", f"column {column!r} holds {value!r}, which is no score")
    return float(value)
