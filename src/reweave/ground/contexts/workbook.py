"""Excel workbooks (.xlsx): the first sheet that holds a table; formulas as their text, never computed.

Where a formula fills a range, its cells have no text of their own: there the values stand that the program
which saved the file had computed. ``workbook_size`` has looked before anything is opened here.
"""

import warnings
from io import BytesIO
from typing import Any

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.table import Table
from reweave.ground.contexts.text import quoted
from reweave.ground.contexts.workbook_size import look_into

_SHEETS = 50  # looked at, for one that is not empty
_NAMED = 5


def read_workbook(data: bytes, config: ContextsConfig) -> Table:
    """Read a workbook's first sheet that is not empty.

    Raises:
        RowError: It is no workbook, damaged, too large, or empty.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    found = look_into(data, config)
    options: dict[str, Any] = {}
    notes = []
    if found.ranges:
        notes.append("formulas fill ranges of cells: all formulas stand as the values that were saved")
    elif found.cells:
        options["engine_kwargs"] = {"data_only": False}
        notes.append(f"{found.cells:,} cells hold formulas: their text stands in the table")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts that are no tables
        with pd.ExcelFile(BytesIO(data), engine="openpyxl", **options) as book:
            names = list(book.sheet_names)
            for number in range(min(len(names), _SHEETS)):
                frame = book.parse(number)
                if len(frame.columns):
                    if number:
                        options = {"sheet_name": number} | options  # by number: names can repeat
                    return Table(frame, "read_excel", options, None, (*notes, *_others(names, number)))
    raise RowError("no-columns", f"nothing in {len(names):,} sheets")


def _others(names: list[str], number: int) -> list[str]:
    others = [name for place, name in enumerate(names) if place != number]
    if not others:
        return []
    more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
    listed = ", ".join(quoted(name, 40) for name in others[:_NAMED])
    return [f"this is the sheet {quoted(names[number], 40)}; not read: {listed}{more}"]
