"""The card: a table in words, of a length that is bounded whatever the table.

Statistics are ``profile``'s. Whatever comes out of the file stands in quotes, with escapes for what cannot be
seen, so that nothing in it reads as part of the card: a cell that begins with ``=`` is a text like others.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.profile import Column, other_types
from reweave.ground.contexts.table import VARIABLE, Table, has_index
from reweave.ground.contexts.text import CUT, quoted
from reweave.ground.contexts.values import show

if TYPE_CHECKING:
    import pandas as pd

_NOTES = 6
_NOTE_CHARACTERS = 250
_TYPES = 6
_LAST_LINE = 330
_CELL = 24
_FORMATS = {"csv": "CSV", "tsv": "TSV", "jsonl": "JSON lines", "parquet": "Parquet", "xlsx": "Excel"}


def card(name: str, kind: str, table: Table, columns: Sequence[Column], config: ContextsConfig) -> str:
    """Tell what is in a table.

    Args:
        name: Of the file.
        kind: Its format.
        table: What was read.
        columns: Its columns, as ``profile`` has them.
        config: What to show, and how long a card may be.
    """
    frame = table.frame
    kind = _FORMATS[kind] + (f", {table.encoding}" if table.encoding else "")
    size = f"{_counted(len(frame), 'row')}, {_counted(len(frame.columns), 'column')}"
    lines = [f"Table {quoted(name, 80)} ({kind}), loaded as {VARIABLE}: {size}."]
    if note := _index(frame):
        lines.append(note)
    left = config.card_chars - _LAST_LINE - sum(len(line) + 1 for line in lines)
    for note in table.notes[:_NOTES]:
        line = f"Note: {note[:_NOTE_CHARACTERS]}."
        if len(line) + 1 <= left - config.card_chars // 4:  # columns come first
            lines.append(line)
            left -= len(line) + 1
    lines.append("Columns, with statistics of all rows:")
    left -= len(lines[-1]) + 1
    described = 0
    for column in columns:
        line = _line(column, len(frame))
        if len(line) + 1 > left:
            break
        lines.append(line)
        left -= len(line) + 1
        described += 1
    if described < len(frame.columns):
        lines.append(_rest(frame, described))
    text = "\n".join(lines)
    return text if len(text) <= config.card_chars else text[: config.card_chars - 1] + CUT


def first_rows(frame: "pd.DataFrame", config: ContextsConfig) -> str:
    """Give the first rows as a small table in text; strings that could be taken for something else quoted."""
    shown = min(len(frame.columns), config.head_columns)
    some = frame.iloc[: config.head_rows, :shown]
    rows = [["", *(_cell(str(frame.columns[place])) for place in range(shown))]]
    columns = [some.iloc[:, place].tolist() for place in range(shown)]
    for number, label in enumerate(some.index.tolist()):
        rows.append([_cell(label), *(_cell(values[number]) for values in columns)])
    if shown < len(frame.columns):
        rows = [[*row, CUT] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(padded)


def _line(column: Column, rows: int) -> str:
    said = [_nulls(column.null_share, column.nulls, rows)]
    if column.distinct is not None:
        said.append(f"{column.distinct:,} distinct")
    if column.min is not None:
        dates = "text of dates " if column.dates_in_text else ""
        said.append(f"{dates}from {column.min} to {column.max}")
    if column.infinite:
        said.append(f"{column.infinite:,} infinite")
    examples = f"; such as {', '.join(column.examples)}" if column.examples else ""
    return f"- {_in_quotes(column.name)} ({column.dtype}): {', '.join(said)}{examples}"


def _nulls(share: float, nulls: int, rows: int) -> str:
    if not nulls:
        return "no nulls"
    return "all null" if nulls == rows else f"{share:.1%} null" if share >= 0.001 else f"{nulls:,} null"


def _rest(frame: "pd.DataFrame", described: int) -> str:
    types = other_types(frame, described)
    most = sorted(types.items(), key=lambda each: (-each[1], each[0]))[:_TYPES]
    more = f", {CUT}" if len(types) > _TYPES else ""
    told = ", ".join(f"{n:,} {name}" for name, n in most)
    return f"and {_counted(len(frame.columns) - described, 'more column')} ({told}{more})"


def _index(frame: "pd.DataFrame") -> str:
    names = [name for name in frame.index.names if name is not None]
    if not has_index(frame):
        return ""
    levels = f"{frame.index.nlevels} levels" if frame.index.nlevels > 1 else str(frame.index.dtype)[:40]
    named = f", named {', '.join(quoted(str(name), 40) for name in names[:3])}" if names else ""
    return f"Its index is no mere numbering: {levels}{named}."


def _cell(value: object) -> str:
    text = show(value, _CELL)
    bare = text[1:-1]
    # A word needs no quotes; what reads as a number, as nothing, or as syntax does
    if text.startswith('"') and bare[:1].isalpha() and _plain(bare) and bare.lower() not in _TAKEN:
        return bare
    return text


_TAKEN = frozenset({"null", "nan", "inf", "true", "false", "infinity"})


def _plain(text: str) -> bool:
    return (
        all(character.isalnum() or character in " _-.,:()/%" + CUT for character in text)
        and text == text.strip()
    )


def _in_quotes(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
