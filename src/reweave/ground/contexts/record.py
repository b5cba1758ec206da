"""One file's record: read, described, or refused with the reason.

The file is read once; its hash is that of the bytes which were parsed. Nothing of it is run, and nothing in
it is unpickled. The libraries that parse are trusted with their memory as little as with their time: see
``reader``.
"""

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reweave.errors import RowError
from reweave.ground.contexts.card import card, first_rows
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.delimited import read_delimited
from reweave.ground.contexts.json_lines import read_json_lines
from reweave.ground.contexts.notebook import notebook_context
from reweave.ground.contexts.parquet import read_parquet
from reweave.ground.contexts.profile import profile
from reweave.ground.contexts.sources import TableFile
from reweave.ground.contexts.table import VARIABLE, Table
from reweave.ground.contexts.text import visible
from reweave.ground.contexts.workbook import read_workbook

_READERS: dict[str, Callable[[bytes, ContextsConfig], Table]] = {
    "csv": lambda data, config: read_delimited(data, config, ","),
    "tsv": lambda data, config: read_delimited(data, config, "\t"),
    "jsonl": read_json_lines,
    "parquet": read_parquet,
    "xlsx": read_workbook,
}


def read_context(file: TableFile, config: ContextsConfig) -> dict[str, Any]:
    """Make the record of a table or a notebook.

    Raises:
        RowError: It cannot be read; the reason says why.
        MemoryError: There was not enough.
    """
    data = _bytes(file.path, config)
    name = _name(file.path)
    digest = hashlib.sha256(data).hexdigest()
    record: dict[str, Any] = {"id": file.id, "path": file.id, "sha256": digest, "bytes": len(data)}
    record["format"] = file.format
    if file.format == "ipynb":
        return record | notebook_context(data, name, config)
    table = read_table(data, file.format, config)
    columns = profile(table.frame, config)
    return record | {
        "encoding": table.encoding,
        "code": table.code(name),
        "card": card(name, file.format, table, columns, config),
        "rows": len(table.frame),
        "column_count": len(table.frame.columns),
        "variables": [VARIABLE],
        "columns": [column.to_json() for column in columns],
        "head": first_rows(table.frame, config),
        "notes": list(table.notes),
    }


def read_table(data: bytes, kind: str, config: ContextsConfig) -> Table:
    """Read a file's bytes as a table.

    Raises:
        RowError: They do not load; the reason says why.
        MemoryError: There was not enough.
    """
    try:
        return _READERS[kind](data, config)
    except (RowError, MemoryError):
        raise
    except Exception as error:  # the libraries raise what they like for bytes that do not fit
        raise RowError("unreadable", f"{type(error).__name__}: {visible(str(error), 300)}") from error


def _bytes(path: Path, config: ContextsConfig) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would never end
            raise RowError("unreadable-file", "not a regular file")
        if found.st_size > config.max_bytes:
            raise RowError("too-large", f"{found.st_size:,} bytes; the limit is {config.max_bytes:,}")
        with path.open("rb") as file:
            data = file.read(config.max_bytes + 1)
    except OSError as error:
        raise RowError("unreadable-file", error.strerror or type(error).__name__) from error
    if len(data) > config.max_bytes:
        raise RowError("too-large", f"it grew over {config.max_bytes:,} bytes while it was read")
    return data


def _name(path: Path) -> str:
    try:
        path.name.encode()
    except UnicodeEncodeError as error:
        raise RowError("unnameable", "its name is no text, so no program can name it") from error
    return path.name
