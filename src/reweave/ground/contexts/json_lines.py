"""JSON lines: one object a line, keys as columns, what is nested kept as it is.

The lines are gone through once before pandas reads them: for the number of the first that is at fault, for
the size of the table (each line may bring keys of its own), and for two conversions that pandas would make
and that a file does not ask for: text that looks like numbers (``"007"``), and text that looks like a time
of day, which it would put on the day of reading.
"""

import json
import re
import warnings
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.encoding import UTF8, encoding_of
from reweave.ground.contexts.table import Table, check_size
from reweave.ground.contexts.text import visible

if TYPE_CHECKING:
    import pandas as pd

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class _Keys:
    """What the lines hold.

    Attributes:
        rows: How many.
        texts: Keys that have text somewhere.
        undated: Of these, keys with text that does not begin with a date.
        all: Every key.
    """

    rows: int = 0
    texts: set[str] = field(default_factory=set)
    undated: set[str] = field(default_factory=set)
    all: set[str] = field(default_factory=set)


def read_json_lines(data: bytes, config: ContextsConfig) -> Table:
    """Read JSON lines.

    Raises:
        RowError: A line is no JSON (``invalid-json``) or no object (``not-objects``), or another reason.
    """
    encoding, note = encoding_of(data)
    keys = _look(data.decode(encoding) if encoding != UTF8 else data, config)
    if not keys.all:
        raise RowError("no-columns", f"{keys.rows:,} lines without a key")
    options: dict[str, Any] = {"lines": True}
    if encoding != UTF8:
        options["encoding"] = encoding
    frame = _read(data, options)
    if set(frame.columns) != keys.all:  # names that look like numbers or times would be converted, too
        options["convert_axes"] = False
        frame = _read(data, options)
    had = len(options)
    kinds = {str(name): frame.iloc[:, place].dtype.kind for place, name in enumerate(frame.columns)}
    if any(kinds.get(key, "O") in "iufb" for key in keys.texts):
        options["dtype"] = False
    if any(kinds.get(key) == "M" for key in keys.undated):
        options["convert_dates"] = False
    if len(options) > had:
        frame = _read(data, options)
    if not len(frame.columns):
        raise RowError("no-columns", f"{keys.rows:,} lines without a key")
    return Table(frame, "read_json", options, encoding, (note,) if note else ())


def _read(data: bytes, options: dict[str, Any]) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - heavy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.read_json(BytesIO(data), **options)


def _look(text: bytes | str, config: ContextsConfig) -> _Keys:
    keys = _Keys()
    start, number = 0, 0
    end_of_line: Any = b"\n" if isinstance(text, bytes) else "\n"
    while start < len(text):
        end = text.find(end_of_line, start)
        end = len(text) if end < 0 else end
        number += 1
        line = text[start:end].strip()
        start = end + 1
        if not line:
            continue
        record = _parsed(line, number)
        if not isinstance(record, dict):
            raise RowError("not-objects", f"line {number:,} holds no object but a {type(record).__name__}")
        keys.rows += 1
        keys.all.update(record)
        check_size(keys.rows, len(keys.all), config.max_cells)
        for key, value in record.items():
            if isinstance(value, str):
                keys.texts.add(key)
                if key not in keys.undated and not _DATE.match(value):
                    keys.undated.add(key)
    return keys


def _parsed(line: bytes | str, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        try:
            return json.loads(line)  # NaN and Infinity, which Python writes
        except (ValueError, RecursionError):
            raise RowError("invalid-json", f"line {number:,}: {visible(str(error), 200)}") from error
