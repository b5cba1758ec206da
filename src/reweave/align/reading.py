"""Rows from an input: what cannot be read, has no id, or an id that was there before, is a reject."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from reweave.errors import RowError
from reweave.records import Reject

RULES = ("unreadable", "no-id", "repeated-id")
_SHOWN = 1000  # bytes of a line that cannot be read


class Reading:
    """Reads rows, and keeps what is none.

    Args:
        lines: As ``reweave.storage.Source.rows`` gives them.

    Attributes:
        read: How many lines were taken.
        rejects: Those of them that are no rows, until they are taken by `drain`.
    """

    def __init__(self, lines: Iterable[bytes | RowError]) -> None:
        self._lines = lines
        self._seen: set[str] = set()
        self.read = 0
        self.rejects: list[Reject] = []

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give each row that can be used."""
        for line in self._lines:
            self.read += 1
            row = self._row(line)
            if row is not None:
                yield row

    def drain(self) -> list[Reject]:
        """Give the rejects so far, once."""
        given, self.rejects = self.rejects, []
        return given

    def _row(self, line: bytes | RowError) -> dict[str, Any] | None:
        row: Any = {}
        problem: tuple[str, str] | None = None
        if isinstance(line, RowError):
            problem = "unreadable", str(line)
        else:
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                row, problem = {"raw": line[:_SHOWN].decode(errors="replace")}, ("unreadable", str(error))
        if problem is None:
            problem = self._problem(row)
        if problem is None:
            return dict(row)
        row = row if isinstance(row, dict) else {"raw": row}
        name = row.get("id")
        shown = name if isinstance(name, str) else f"line {self.read}"
        self.rejects.append(Reject(shown, "rejected", *problem, row))
        return None

    def _problem(self, row: Any) -> tuple[str, str] | None:
        if not isinstance(row, dict):
            return "unreadable", f"a row is an object, not a {type(row).__name__}"
        if not isinstance(row.get("id"), str):
            return "no-id", "the column 'id' holds no text"
        if row["id"] in self._seen:
            return "repeated-id", "an earlier row has this id"
        self._seen.add(row["id"])
        return None
