"""Candidates out of rows: a context, what is asked for, and a program that may do it.

A row has ``context``, ``intent`` and ``code``; ``id``, or its number. Rows of DS-1000, PandasEval and
NumpyEval are known by their columns and read by ``benchmarks``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.ground.trace import benchmarks
from reweave.ground.trace.pair import Pair
from reweave.tasks import sources
from reweave.tasks.benchmarks import BENCHMARKS

_COLUMNS = ("id", "context", "intent", "code")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a source.

    Attributes:
        id: As far as it could be read, else its number.
        row: Its columns, for a reject.
        pair: What is in it, None where ``error`` says why not.
        error: Why it is not run.
    """

    id: str
    row: Mapping[str, Any] = field(default_factory=dict)
    pair: Pair | None = None
    error: RowError | None = None


def place_of(source: str) -> str:
    """Give the file of a benchmark's name, anything else as it is.

    Raises:
        InputError: A benchmark whose file is not known.
    """
    if source not in benchmarks.NAMES or sources.is_place(source):
        return source
    folder = sources.data_folder()
    [file] = BENCHMARKS[source].files[None]
    if folder is None:
        raise InputError(
            f"where is {source}? Give the path of its file, or set REWEAVE_DATA to the folder that holds"
            f" {file}"
        )
    return str(folder / file)


def entries(rows: Iterable[bytes | RowError], libraries: Iterable[str]) -> Iterator[Entry]:
    """Give the candidates of rows; DS-1000's of other libraries are left out and not counted.

    Args:
        rows: As ``reweave.storage`` gives them.
        libraries: Of DS-1000.
    """
    wanted = frozenset(libraries)
    number = 0
    for raw in rows:
        entry = _entry(str(number), raw, wanted)
        if entry is not None:
            yield entry
            number += 1


def _entry(number: str, raw: bytes | RowError, wanted: frozenset[str]) -> Entry | None:
    if isinstance(raw, RowError):
        return Entry(number, error=raw)
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        shown = {"raw": raw[:500].decode(errors="replace")}
        return Entry(number, shown, error=RowError("invalid-json", str(error)))
    if type(row) is not dict:
        wrong = RowError("not-an-object", f"the row is a {type(row).__name__}")
        return Entry(number, {"raw": row}, error=wrong)
    name = str(row["id"]) if type(row.get("id")) in {str, int} else str(row.get("task_id", number))
    try:
        if row.keys() >= benchmarks.DS1000:
            library, name = benchmarks.place_in_ds1000(row)
            if library not in wanted:
                return None
            return Entry(name, row, benchmarks.ds1000(row))
        if row.keys() >= benchmarks.EVAL:
            return Entry(name, row, benchmarks.library_eval(row))
        return Entry(name, row, _given(name, row))
    except RowError as error:
        return Entry(name, row, error=error)


def _given(name: str, row: Mapping[str, Any]) -> Pair:
    texts = {}
    for column in _COLUMNS[1:]:
        if column not in row:
            raise RowError("missing-column", f"no column {column!r}; there are {', '.join(row) or 'none'}")
        if type(row[column]) is not str:
            raise RowError("not-text", f"column {column!r} holds a {type(row[column]).__name__}")
        texts[column] = row[column]
    if not texts["code"].strip():
        raise RowError("no-code", "column 'code' is empty")
    more = {column: value for column, value in row.items() if column not in _COLUMNS}
    return Pair(name, more=more, **texts)
