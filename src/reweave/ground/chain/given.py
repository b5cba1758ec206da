"""Intents and candidates from a file, in place of a model's: rows joined to those that they are for.

A row of ``--intents`` has ``intent``, and in ``context_id`` (or ``path``) the id of its context; one of
``--candidates`` has ``code``, and in ``intent_id`` the id of its intent. Whatever a row says besides goes
along. A row that is for nobody is a reject, and so is one to which nothing was given.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from reweave.align.reading import RULES as UNREADABLE
from reweave.align.stage import Outcome, Row, Work, rejected
from reweave.errors import RowError
from reweave.ground.chain.intents import LEFT_OUT, broken_rule
from reweave.records import Reject
from reweave.storage import open_source

_NEVER = 1 << 30  # words: what a person has written is not measured


class GivenStage:
    """A stage that reads what it would else ask for.

    Args:
        name: The stage's: ``intents`` or ``candidates``.
        file: As ``reweave.storage.open_source`` takes it.

    Raises:
        InputError: It cannot be read.
    """

    def __init__(self, name: str, file: str) -> None:
        self.name = self.unit = name
        self._file = file
        self._source = open_source(file)
        self._for, self._text, self._short = _COLUMNS[name]
        own = ("too-short", "placeholder", "refers-back") if name == "intents" else ()
        self.rules: Sequence[str] = (f"no-{name}", "for-nobody", "missing-column", UNREADABLE[0], *own)

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides the rows: the file's content."""
        return {"given": self._source.fingerprint()}

    def run(self, rows: Iterator[Row], work: Work) -> Iterator[Outcome]:
        """Give an outcome for each row that was given, and for each that nothing was given to."""
        given, unusable = self._read(self._source.rows())
        work.more(len(unusable))
        yield from unusable
        for row in rows:
            found = given.pop(row["id"], [])
            if not found:
                yield rejected(row, f"no-{self.name}", f"{self._file} has none for it")
                continue
            work.more(len(found) - 1)
            for number, more in enumerate(found):
                yield self._outcome(row, number, more)
        for name, left in given.items():
            work.more(len(left))
            for more in left:
                where = str(more.get("id", f"{self._file}: {name}"))
                yield rejected(more, "for-nobody", f"there is no {name!r} in the rows before", id=where)

    def _outcome(self, row: Row, number: int, more: Row) -> Outcome:
        own = {name: value for name, value in more.items() if name not in self._for}
        if self.name == "intents":
            context = row["context"] if isinstance(row.get("context"), str) else row.get("code")
            kept = {name: value for name, value in row.items() if name not in LEFT_OUT}
            row = {**kept, "id": row["id"], "context": context}
        name = f"{row['id']}/{self._short}{number}"
        made = {**row, **own, self._for[0]: row["id"], "id": str(more.get("id", name))}
        if self.name == "intents":
            broken = broken_rule(made["intent"], _NEVER)
            if broken is not None:
                return rejected(made, *broken)
        return made

    def _name(self, row: Row) -> str:
        """Give what a row is for."""
        name = next((row[column] for column in self._for if isinstance(row.get(column), str)), None)
        if name is None or not isinstance(row.get(self._text), str) or not row[self._text].strip():
            wanted = f"{' or '.join(self._for)}, and {self._text}"
            raise RowError("missing-column", f"it needs {wanted}; there are {', '.join(row)}")
        return str(name)

    def _read(self, lines: Iterable[bytes | RowError]) -> tuple[dict[str, list[Row]], list[Reject]]:
        given: dict[str, list[Row]] = defaultdict(list)
        unusable: list[Reject] = []
        for number, line in enumerate(lines):
            try:
                row = _row(line)
                name = self._name(row)
            except RowError as error:
                shown = {"raw": line[:1000].decode(errors="replace")} if isinstance(line, bytes) else {}
                where = f"{self._file}, row {number}"
                reason = error.reason if error.reason in self.rules else UNREADABLE[0]
                unusable.append(rejected(shown, reason, str(error), id=where))
            else:
                given[name].append(row)
        return given, unusable


_COLUMNS = {
    "intents": (("context_id", "path"), "intent", "t"),
    "candidates": (("intent_id",), "code", ""),
}
"""By stage: the columns that say what a row is for, the one that must hold text, what its id begins with."""


def _row(line: bytes | RowError) -> dict[str, Any]:
    if isinstance(line, RowError):
        raise line
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RowError(UNREADABLE[0], str(error)) from error
    if type(row) is not dict:
        raise RowError(UNREADABLE[0], f"a row is an object, not a {type(row).__name__}")
    return row
