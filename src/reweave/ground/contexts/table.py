"""A table that was read: the frame, and the call of pandas that gives it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reweave.errors import RowError
from reweave.ground.contexts.text import literal

if TYPE_CHECKING:
    import pandas as pd

VARIABLE = "df"


@dataclass(frozen=True, slots=True)
class Table:
    """A frame and where it is from.

    Attributes:
        frame: What was read.
        function: Of pandas, that read it; empty where there is a cell.
        options: What it was given beside the file.
        encoding: Of the text, where the file is one.
        notes: What a person should know of how it was read, in sentences.
        cell: What reads it where pandas has no function for it: with places for ``variable`` and ``name``.
    """

    frame: "pd.DataFrame"
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    cell: str = ""

    def code(self, name: str) -> str:
        """Give the cell that reads a file of this name, beside it, into the same frame."""
        if self.cell:
            return self.cell.format(variable=VARIABLE, name=literal(name))
        options = [f"{key}={_written(value)}" for key, value in self.options.items()]
        arguments = ", ".join([literal(name), *options])
        return f"import pandas as pd\n\n{VARIABLE} = pd.{self.function}({arguments})\n"


def has_index(frame: "pd.DataFrame") -> bool:
    """Tell whether rows have labels of their own, and not only their numbers from 0."""
    import pandas as pd  # noqa: PLC0415 - heavy

    index = frame.index  # labels 1, 3, 5 are a RangeIndex, too
    plain = isinstance(index, pd.RangeIndex) and index.name is None and index.start == 0 and index.step == 1
    return not plain


def check_size(rows: int, columns: int, most: int) -> None:
    """Refuse a table that is too large to be read, by what is known before.

    Raises:
        RowError: ``too-large``.
    """
    if rows * columns > most:
        raise RowError(
            "too-large", f"up to {rows:,} rows of {columns:,} columns; the limit is {most:,} cells"
        )


def _written(value: Any) -> str:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {_written(item)}" for key, item in value.items()) + "}"
    return repr(value)
