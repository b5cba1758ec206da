"""Parquet in: each row becomes one JSON object, one row group's batch in memory at a time.

What JSON has no form for is written as its nearest: dates and times in ISO 8601, decimals and durations as
text, bytes as text where they are UTF-8 and as ``{"base64": …}`` where not, NaN and infinities as null.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.storage.fingerprint import file_fingerprint
from reweave.storage.parquet_out import JSON_COLUMNS

BATCH = 1024


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """A Parquet file."""

    path: Path
    notes: tuple[str, ...] = ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each row as JSON. Whole row groups before ``start`` are skipped without being read.

        A row group that is damaged gives a `RowError` (``unreadable-row``) for each of its rows that is lost,
        so that the rows after it keep their numbers.
        """
        file = _open(self.path)
        for group in range(file.metadata.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if start >= size:
                start -= size
                continue
            yield from islice(_group(file, group, size), start, None)
            start = 0

    def fingerprint(self) -> dict[str, Any]:
        """Name, size and a hash of both ends (the footer is at the last)."""
        return {"kind": "parquet", **file_fingerprint(self.path)}

    def count_hint(self) -> int | None:
        """The number of rows, from the footer."""
        return int(_open(self.path).metadata.num_rows)


def open_parquet(path: Path) -> ParquetSource:
    """Look at the footer, so that a file that is no Parquet is refused at once.

    Raises:
        InputError: No such file, no Parquet, or two columns of one name.
    """
    names = _open(path).schema_arrow.names
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise InputError(f"{path}: more than one column is called {', '.join(double)}")
    return ParquetSource(path)


def _open(path: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"cannot read {path} as Parquet: {error}") from error


def _group(file: Any, group: int, size: int) -> Iterator[bytes | RowError]:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    given = 0
    as_json = orjson.loads((file.schema_arrow.metadata or {}).get(JSON_COLUMNS, b"[]"))
    try:
        for batch in file.iter_batches(batch_size=BATCH, row_groups=[group]):
            yield from _batch(batch, as_json)
            given += batch.num_rows
    except (OSError, pa.ArrowException) as error:
        for _ in range(size - given):
            yield RowError("unreadable-row", f"row group {group} is damaged: {error}")


def _batch(batch: Any, as_json: list[str]) -> Iterator[bytes | RowError]:
    try:
        dumped: list[bytes | RowError] = [_dumped(row, as_json) for row in batch.to_pylist()]
    except (ValueError, TypeError):  # one row is at fault: find it
        dumped = [_single(batch.slice(i, 1), as_json) for i in range(batch.num_rows)]
    yield from dumped


def _dumped(row: dict[str, Any], as_json: list[str]) -> bytes:
    for column in as_json:  # what `parquet_out` keeps as JSON text is the value that it stands for
        if row[column] is not None:
            row[column] = orjson.Fragment(row[column])
    return orjson.dumps(row, default=_plain)


def _single(batch: Any, as_json: list[str]) -> bytes | RowError:
    try:
        return _dumped(batch.to_pylist()[0], as_json)
    except UnicodeDecodeError as error:
        return RowError("invalid-utf8", str(error))
    except (ValueError, TypeError) as error:
        return RowError("unreadable-row", f"a value has no JSON form: {error}")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
