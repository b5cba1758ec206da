"""From a raw row to a `Program`, and from a row that is none to a `Reject`.

The columns a run writes are its own: an input column of the same name goes out as ``source_NAME``
(``source_source_NAME`` where that is taken too). The columns read as program, instruction and id are not
written twice; only a text that extraction changed stays beside its program. A number as id becomes text.

Not kept as they were: integers beyond 64 bits, which become floats, and which of two equal keys came first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson

from reweave.errors import RowError
from reweave.records import Program, Reject
from reweave.storage.definitions import CODE_FIELDS
from reweave.storage.extract import extract_code

OUTPUT_COLUMNS = (
    "id",
    "path",
    "instruction",
    "program",
    "language",
    "edits",
    "edit_lines",
    "checker",
    "preset",
    "seed",
    "extracted",
)
"""What a run writes into each row (``extracted`` only where something was); all else comes from the input."""

_RESERVED = frozenset(OUTPUT_COLUMNS)
_RAW_SHOWN = 10_000  # bytes of an unreadable row kept in its reject


@dataclass(frozen=True, slots=True)
class Fields:
    """Which columns to read.

    Attributes:
        code: The program, or the answer that holds it; None takes the first of `CODE_FIELDS` that a row has.
        instruction: What was asked for; missing or null is fine.
        id: The record's id; None takes the column ``id`` if it holds text or an integer, else the
            row's number.
        extract: Whether to take code out of Markdown fences.
    """

    code: str | None = None
    instruction: str = "instruction"
    id: str | None = None
    extract: bool = True


def row_to_program(raw: bytes, index: int, fields: Fields) -> Program:
    """Read one row.

    Args:
        raw: A JSON object, in UTF-8.
        index: The row's number in the input, counted from 0.
        fields: Which columns to read.

    Raises:
        RowError: ``invalid-json``, ``invalid-utf8``, ``not-an-object``, ``missing-column``, ``not-text``,
            ``invalid-id`` or ``empty-program``.
    """
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        _unreadable(raw, error)
    if type(row) is not dict:
        raise RowError("not-an-object", f"the row is a {_json_type(row)}")
    name = _id(row, index, fields.id)
    column = fields.code
    if column is None:
        column = next((usual for usual in CODE_FIELDS if usual in row), None)
    if column is None or column not in row:
        wanted = fields.code or " or ".join(CODE_FIELDS)
        raise RowError("missing-column", f"no column {wanted}; there are {', '.join(row) or 'none'}")
    text = row[column]
    if type(text) is not str:
        raise RowError("not-text", f"column {column!r} holds a {_json_type(text)}")
    instruction = row.get(fields.instruction)
    if instruction is not None and type(instruction) is not str:
        raise RowError("not-text", f"column {fields.instruction!r} holds a {_json_type(instruction)}")

    extracted = ""
    if fields.extract:
        code, changed, extracted = extract_code(text)
    else:
        code, changed = text, False
    if not code or code.isspace():
        raise RowError("empty-program", f"nothing left after {extracted}" if changed else "no text")

    if not changed:
        del row[column]
    if fields.instruction != column:
        row.pop(fields.instruction, None)
    named_by = fields.id or "id"
    if named_by != column and type(row.get(named_by)) in {str, int}:
        del row[named_by]
    if not _RESERVED.isdisjoint(row):
        row = _set_aside(row)
    if changed:
        row["extracted"] = extracted
    return Program(name, code, instruction, "python", row)


def make_reject(
    error: RowError, raw: bytes | None, index: int, fields: Fields, outcome: str = "rejected"
) -> Reject:
    """Say what became of a row that gives no program.

    Args:
        error: Why.
        raw: The row as it came; None where not even that could be read.
        index: The row's number in the input: its id where no other can be found.
        fields: Which columns to read.
        outcome: ``rejected`` or ``failed``.
    """
    row: Mapping[str, Any] = {}
    name = str(index)
    if raw is not None:
        try:
            row = orjson.loads(raw)
        except orjson.JSONDecodeError:
            row = {"raw": raw[:_RAW_SHOWN].decode(errors="replace")}
        else:
            if isinstance(row, dict):
                try:
                    name = _id(row, index, fields.id)
                except RowError:
                    name = str(index)
            else:
                row = {"raw": row}
    return Reject(name, outcome, error.reason, error.detail, row)


def _id(row: dict[str, Any], index: int, column: str | None) -> str:
    if column is None:
        value = row.get("id")
        # bool is an int to isinstance: ask for the type itself.
        return value if type(value) is str else str(value) if type(value) is int else str(index)
    if column not in row:
        raise RowError(
            "missing-column", f"no column {column!r} for the id; there are {', '.join(row) or 'none'}"
        )
    value = row[column]
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise RowError("invalid-id", f"column {column!r} holds a {_json_type(value)}, not text or an integer")


def _set_aside(row: dict[str, Any]) -> dict[str, Any]:
    """Give the columns that would collide with the output's another name, in their place."""
    taken = set(row)
    renamed = {}
    for column, value in row.items():
        name = column
        if name in _RESERVED:
            while name in taken or name in _RESERVED:
                name = f"source_{name}"
            taken.add(name)
        renamed[name] = value
    return renamed


def _unreadable(raw: bytes, error: orjson.JSONDecodeError) -> NoReturn:
    try:
        raw.decode()
    except UnicodeDecodeError as encoding:
        raise RowError("invalid-utf8", str(encoding)) from error
    raise RowError("invalid-json", str(error)) from error


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "number",
        float: "number",
        str: "string",
        list: "list",
        dict: "object",
    }
    return names.get(type(value), type(value).__name__)
