"""Responses out of rows, and the rows of one instruction together.

A row has ``program`` and ``tests``; ``id``, or its number; ``instruction_id``, or it is an instruction's only
response. Responses of an instruction stand one after the other, as they are made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from reweave.errors import RowError

COLUMN = "validation"
"""What is added to a row."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer with its tests.

    Args:
        id: Of the row.
        program: Source text.
        tests: Source text, without the program.
        entry_point: The name that ``check(candidate)`` tests are given; None for all others.
    """

    id: str
    program: str
    tests: str
    entry_point: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a source.

    Args:
        id: As far as it could be read, else its number.
        row: Its columns; none where it could not be read.
        response: What is in it, None where ``error`` says why not.
        error: Why it is not judged.
    """

    id: str
    row: dict[str, Any]
    response: Response | None = None
    error: RowError | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one instruction, and those between them that cannot be read.

    Args:
        start: The first one's number in the source.
        entries: All of them.
    """

    start: int
    entries: tuple[Entry, ...]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Give of a row what a person must see to know why it was not accepted."""
    return {name: row[name] for name in ("instruction_id", "instruction", "program", "tests") if name in row}


def groups(rows: Iterable[bytes | RowError]) -> Iterator[Group]:
    """Give the rows of a source, one instruction's after the other's."""
    entries: list[Entry] = []
    start, current = 0, None
    over: set[bytes] = set()  # instructions that came to their end: hashes of their ids
    for number, raw in enumerate(rows):
        entry, instruction = _read(number, raw)
        if instruction is not None and instruction != current:
            if _hash(instruction) in over:
                error = RowError(
                    "not-adjacent",
                    f"rows of instruction {instruction} stand further up: sort the rows by instruction_id",
                )
                entry = Entry(entry.id, entry.row, None, error)
            else:
                if entries:
                    yield Group(start, tuple(entries))
                if current is not None:
                    over.add(_hash(current))
                start, current, entries = number, instruction, []
        entries.append(entry)
    if entries:
        yield Group(start, tuple(entries))


def _read(number: int, raw: bytes | RowError) -> tuple[Entry, str | None]:
    """Give a row and its instruction, None where that is not known."""
    if isinstance(raw, RowError):
        return Entry(str(number), {}, None, raw), None
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        shown = {"raw": raw[:500].decode(errors="replace")}
        return Entry(str(number), shown, None, RowError("invalid-json", str(error))), None
    if type(row) is not dict:
        return Entry(str(number), {"raw": row}, None, RowError("not-an-object", "the row is no object")), None
    name = str(row["id"]) if type(row.get("id")) in {str, int} else str(number)
    instruction = row.get("instruction_id")
    known = f"i{instruction}" if type(instruction) in {str, int} else f"r{number}"
    try:
        return Entry(name, row, Response(name, _text(row, "program"), _text(row, "tests"))), known
    except RowError as error:
        return Entry(name, row, None, error), known


def _text(row: dict[str, Any], column: str) -> str:
    if column not in row:
        raise RowError("missing-column", f"no column {column}; there are {', '.join(row) or 'none'}")
    text = row[column]
    if not isinstance(text, str):
        raise RowError("not-text", f"column {column!r} holds a {type(text).__name__}")
    if not text.strip():
        raise RowError(f"no-{column}", f"column {column!r} is empty")
    return text


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
