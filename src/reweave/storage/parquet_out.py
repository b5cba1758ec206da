"""Parquet out: two passes over JSON lines, one to learn the columns' types, one to write.

Rows of different columns are united: what a row lacks is null. A column becomes text, integer, float,
boolean, or lists of these; a column that mixes types, holds an object, or a number that would not come back
as it is, is stored as JSON text, and named in the file's metadata (``reweave.json_columns``), where
`read_rows` finds it. Row groups are bounded, so memory is too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from reweave.storage.atomic import atomic_file

GROUP_ROWS = 20_000
GROUP_BYTES = 64 << 20  # of JSON: what is in memory at once, twice over
JSON_COLUMNS = b"reweave.json_columns"

KNOWN = {
    "id": "string",
    "path": "int64",
    "instruction": "string",
    "program": "string",
    "language": "string",
    "edits": "list<string>",
    "edit_lines": "list<int32>",
    "checker": "string",
    "preset": "string",
    "seed": "int64",
}
"""The columns whose types do not depend on the data, in their order."""

_EXACT_FLOAT = 1 << 53
_SCALARS: dict[type, str] = {str: "string", bool: "bool", float: "float64"}


def write_parquet(part: Path, target: Path) -> list[str]:
    """Write JSON lines as Parquet.

    Returns:
        The columns stored as JSON text.

    Raises:
        OSError: Reading or writing failed; there is no target, or the old one.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = _columns(part)
    as_json = [name for name, kind in columns.items() if kind == "json"]
    schema = pa.schema(
        [pa.field(name, _arrow(kind)) for name, kind in columns.items()],
        metadata={JSON_COLUMNS: orjson.dumps(as_json)},
    )
    with atomic_file(target) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(part):
            arrays = []
            for field, kind in zip(schema, columns.values(), strict=True):
                values = [row.get(field.name) for row in rows]
                if kind == "json":
                    values = [None if value is None else orjson.dumps(value).decode() for value in values]
                arrays.append(pa.array(values, field.type))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=GROUP_ROWS)
    return as_json


def _columns(part: Path) -> dict[str, str]:
    """Find each column's type: first the known ones, then the others as they first appear."""
    found: dict[str, str] = {}
    with part.open("rb") as file:
        for line in file:
            for name, value in orjson.loads(line).items():
                kind = found.get(name)
                if kind == "json":
                    continue
                if kind is None:
                    kind = KNOWN.get(name, "null")
                found[name] = _unite(kind, value)
    known = {name: found.get(name, kind) for name, kind in KNOWN.items() if name in found or not found}
    return known | {name: kind for name, kind in found.items() if name not in KNOWN}


def _unite(kind: str, value: Any) -> str:
    """The type that holds all seen so far and this value too."""
    if value is None:
        return kind
    if kind == "list<int32>":  # given, not learnt: it only has to fit
        fits = type(value) is list and all(type(item) is int and abs(item) < 1 << 31 for item in value)
        return kind if fits else "json"
    if type(value) is list:
        if kind != "null" and not kind.startswith("list<"):
            return "json"
        inner = "null" if kind == "null" else kind[5:-1]
        if inner == "string" and set(map(type, value)) <= {str}:  # the common case, quickly
            return kind
        for item in value:
            inner = _unite(inner, item)
            if inner == "json":
                return "json"
        return f"list<{inner}>"
    own = _integer(value) if type(value) is int else _SCALARS.get(type(value), "json")
    if kind in {own, "null"}:
        return own
    if {own, kind} == {"int64", "float64"} or {own, kind} == {"exact", "float64"}:
        # One number type for both is possible only while each integer comes back as it is.
        return "float64" if own == "exact" or kind == "exact" else "json"
    if {own, kind} == {"exact", "int64"}:
        return "int64"
    return "json"


def _integer(value: int) -> str:
    """``exact`` integers are floats too, ``int64`` ones are not, larger ones are neither."""
    if abs(value) <= _EXACT_FLOAT:
        return "exact"
    return "int64" if value < 1 << 63 else "json"


def _arrow(kind: str) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    if kind.startswith("list<"):
        return pa.list_(_arrow(kind[5:-1]))
    names = {"exact": "int64", "json": "string", "null": "string", "bool": "bool_"}
    return getattr(pa, names.get(kind, kind))()


def _groups(part: Path) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    size = 0
    with part.open("rb") as file:
        for line in file:
            rows.append(orjson.loads(line))
            size += len(line)
            if len(rows) == GROUP_ROWS or size >= GROUP_BYTES:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows
