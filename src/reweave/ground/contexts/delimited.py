"""CSV and its kin: read with the few options that a file needs, found by its first records and by trying.

Rows with too many fields cannot be placed, so they are left out and counted; those with too few end in
missing values. Cells are text, numbers or nothing as pandas takes them; a cell that begins with ``=`` is text
and is never computed.
"""

import csv
import re
import warnings
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING, Any

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.dialect import Dialect, sniff
from reweave.ground.contexts.encoding import UTF8, encoding_of
from reweave.ground.contexts.table import Table, check_size, has_index
from reweave.ground.contexts.text import visible

if TYPE_CHECKING:
    import pandas as pd

_IN_PIECES = 1 << 18
"""Bytes: from here on pandas would read, and guess types, by pieces, in a number that the machine decides."""

_SKIPPED = re.compile(r"Skipping line \d+")
_TRIES = 6


def read_delimited(data: bytes, config: ContextsConfig, separator: str) -> Table:
    """Read a text with separated fields.

    Args:
        data: The file.
        config: The limits.
        separator: What its name promises.

    Raises:
        RowError: It does not load.
    """
    encoding, note = encoding_of(data)
    dialect = sniff(data, encoding, separator)
    rows = max(data.count(b"\n"), data.count(b"\r"))
    check_size(rows, len(dialect.header), config.max_cells)
    options: dict[str, Any] = {}
    if dialect.separator != ",":
        options["sep"] = dialect.separator
    if encoding != UTF8:
        options["encoding"] = encoding
    if len(data) > _IN_PIECES:
        options["low_memory"] = False
    width = len(dialect.header)
    if dialect.first > width and dialect.usual <= width:
        options["index_col"] = (
            False  # else the first row's surplus would make every row's first field an index
        )
    frame, notes = _read(data, options, dialect)
    notes = [*([note] if note else []), *notes, *_of_header(dialect), *_of_index(frame)]
    return Table(frame, "read_csv", options, encoding, tuple(notes))


def _read(data: bytes, options: dict[str, Any], dialect: Dialect) -> tuple["pd.DataFrame", list[str]]:
    """Read, and put into ``options`` what turns out to be needed."""
    import pandas as pd  # noqa: PLC0415 - heavy

    for _ in range(_TRIES):
        counted = {"on_bad_lines": "warn"} if options.get("on_bad_lines") == "skip" else {}
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                frame = pd.read_csv(BytesIO(data), **(options | counted))
            except pd.errors.EmptyDataError as error:
                raise RowError("no-columns", "there is no header, and nothing else") from error
            except pd.errors.ParserError as error:
                _answer(error, options)
                continue
        if _again(frame, options, dialect, told):
            continue
        if not len(frame.columns):
            raise RowError("no-columns", "there is no header")
        return frame, _of_warnings(told)
    raise RowError("unparsable", f"not even with {', '.join(map(str, options))}")


def _answer(error: Exception, options: dict[str, Any]) -> None:
    """Find the option that answers an error."""
    said = str(error)
    if "EOF inside string" in said and "quoting" not in options:
        options["quoting"] = int(csv.QUOTE_NONE)
    elif re.search(r"Expected \d+ fields", said) and "on_bad_lines" not in options:
        options["on_bad_lines"] = "skip"
    else:
        raise RowError("unparsable", visible(said.strip(), 300)) from error


def _again(
    frame: "pd.DataFrame", options: dict[str, Any], dialect: Dialect, told: list[warnings.WarningMessage]
) -> bool:
    """Tell whether it must be read once more, with an option that is now in ``options``."""
    import pandas as pd  # noqa: PLC0415 - heavy

    if "low_memory" not in options and any(each.category is pd.errors.DtypeWarning for each in told):
        options["low_memory"] = False
        return True
    shifted = has_index(frame) or dialect.first > len(dialect.header)
    if not shifted or "index_col" in options:
        return False
    if frame.index.nlevels > 1:
        more = frame.index.nlevels
        raise RowError(
            "short-header", f"rows have {more} fields more than the header: its first line is no header"
        )
    if len(frame.columns) and len(frame) and bool(frame.iloc[:, -1].isna().all()):
        options["index_col"] = False  # every row ends with a separator
        return True
    return False


def _of_warnings(told: list[warnings.WarningMessage]) -> list[str]:
    texts = [str(each.message) for each in told]
    skipped = sum(len(_SKIPPED.findall(text)) for text in texts)
    notes = [f"{skipped:,} rows have more fields than the header and are left out"] if skipped else []
    if any(text.startswith("Length of header") for text in texts):
        notes.append("the fields of the first row beyond the header's are left out")
    return notes


def _of_header(dialect: Dialect) -> list[str]:
    named = Counter(name for name in dialect.header if name)
    notes = []
    if repeated := sum(n - 1 for n in named.values()):
        notes.append(f"{repeated:,} columns repeat a name: pandas numbers them")
    if unnamed := sum(not name for name in dialect.header):
        notes.append(f"{unnamed:,} columns have no name: pandas names them Unnamed")
    return notes


def _of_index(frame: "pd.DataFrame") -> list[str]:
    if not has_index(frame):
        return []
    return ["rows have one field more than the header: the first is the index"]
