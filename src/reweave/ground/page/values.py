"""A stored value as the page draws it: a table of its first rows and columns, its elements, or words.

What comes out is plain data: ``name``, ``kind``, ``size`` and ``cut`` as they are stored, ``type`` in words,
and by ``form``

- ``table``: ``head`` (name, element type, whether they are numbers; of the index first), ``side`` (levels of
  the index), ``rows`` of cells, and how many of both are left out (``more_rows``, ``more_columns``). A
  cell is its text, in a list of its own where no value is there.
- ``elements``: ``elements`` (key or place, kind, text) and ``more``.
- ``plots``: ``axes``, each a list of what is drawn: (word, text).
- ``text``: ``text``, cut, with how many characters are left out.

The same value gives the same data: sets are sorted.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from reweave.ground.page.fields import cut, need
from reweave.ground.specs import plots, type_desc
from reweave.ground.specs.cells import code, rank, say
from reweave.ground.specs.kinds import family, kind, missing
from reweave.ground.specs.naming import named
from reweave.ground.specs.words import clip
from reweave.ground.trace.stored import decode

ROWS, COLUMNS, ELEMENTS = 20, 16, 20
CELL, ELEMENT, TEXT = 80, 240, 4000
"""Characters of a cell, of an element, of a text."""
_LEVELS = 4
_AXES = 20
_NUMBERS = {"int", "float", "complex"}
_TABLES = {"DataFrame", "Series", "Index", "MultiIndex"}


def drawn(name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Give a variable as the page draws it.

    Args:
        name: The variable.
        stored: Its value, as ``trace.stored`` has it.

    Raises:
        RowError: It is no stored value, or a damaged one.
        MissingExtraError: It holds arrays or frames, and numpy or pandas is not installed.
    """
    where = f"the value of {clip(name, 40)}: "
    size = need(stored, "size", list, where)
    about: dict[str, Any] = {
        "name": clip(name, CELL),
        "kind": clip(need(stored, "kind", str, where), CELL),
        "size": [side for side in size if type(side) is int][:32],
        "cut": need(stored, "cut", bool, where),
    }
    looks: dict[str, Any] = {"form": "text", "text": cut(need(stored, "shown", str, where), TEXT)}
    if stored.get("data") is None:
        return {**about, "type": about["kind"], **looks}
    value = decode(stored)
    try:
        return {**about, "type": type_desc(value), **_form(value, about["size"])}
    except Exception:  # noqa: BLE001 - a value of anyone's: what cannot be drawn is told as it was
        return {**about, "type": about["kind"], **looks}


def _form(value: Any, size: Sequence[int]) -> dict[str, Any]:
    figures = plots.axes(value)
    if figures is not None:
        return {"form": "plots", "axes": [_figure(each) for each in figures[:_AXES]]}
    of = kind(value)
    if of in _TABLES:
        return _table(value, of, size)
    if of == "array" and getattr(value, "ndim", 1) in {1, 2}:
        return _array(value, size)
    if of in {"list", "tuple", "range"}:
        return _elements(enumerate(value), len(value), size)
    if of == "dict":
        pairs = ((_say(key), held) for key, held in dict.items(value))
        return _elements(pairs, len(value), size)
    if of == "set":
        least = heapq.nsmallest(
            ELEMENTS, ((rank(code(each)), each) for each in value), key=lambda each: each[0]
        )
        return _elements((("", each) for _, each in least), len(value), size)
    return {"form": "text", "text": cut(value, TEXT) if type(value) is str else [_say(value, TEXT), 0]}


def _figure(each: Mapping[str, Any]) -> list[list[str]]:
    """Describe axes: how much is drawn, then texts and first points."""
    told, shown = plots.drawn([[each]]) or [], plots.window([[each]]) or [{}]
    parts = [["drawn", plots.words(told)], *map(list, plots.written(shown[0]))]
    return [[word, clip(text, 4 * ELEMENT)] for word, text in parts]


def _table(value: Any, of: str, size: Sequence[int]) -> dict[str, Any]:
    """Show a frame or a series beside its index, an index as a table of its levels."""
    if of == "DataFrame":
        wide = value.shape[1]
        places = range(min(wide, COLUMNS))
        parts = [(named(code(value.columns[at])) or "None", value.iloc[:, at]) for at in places]
    elif of == "Series":
        wide, parts = 1, [(named(code(value.name)), value)]
    else:
        wide, parts = value.nlevels, _levels(value, COLUMNS)
    sides = _levels(value.index, _LEVELS) if of in {"DataFrame", "Series"} else []
    shown = [*sides, *parts]
    rows = [list(map(_cell, row)) for row in zip(*(_first(part) for _, part in shown), strict=True)]
    whole = size or [len(value)]
    return {
        "form": "table",
        "head": [[name, str(part.dtype)[:CELL], family(part) in _NUMBERS] for name, part in shown],
        "side": len(sides),
        "rows": rows,
        "more_rows": max(whole[0] - len(rows), 0),
        "more_columns": max((whole[1] if of == "DataFrame" and len(whole) > 1 else wide) - len(parts), 0),
    }


def _levels(index: Any, most: int) -> list[tuple[str, Any]]:
    return [
        (named(code(index.names[at])), index.get_level_values(at)) for at in range(min(index.nlevels, most))
    ]


def _array(value: Any, size: Sequence[int]) -> dict[str, Any]:
    """Show an array of one or two dimensions, its places as the index."""
    lines = [list(line[:COLUMNS]) if value.ndim == 2 else [line] for line in value[:ROWS]]
    wide = value.shape[1] if value.ndim == 2 else 1
    whole = size or value.shape
    number = family(value) in _NUMBERS
    names = [str(at) if value.ndim == 2 else "" for at in range(min(wide, COLUMNS))]
    return {
        "form": "table",
        "head": [["", "", True], *([name, str(value.dtype)[:CELL], number] for name in names)],
        "side": 1,
        "rows": [[str(at), *map(_cell, line)] for at, line in enumerate(lines)],
        "more_rows": max(whole[0] - len(lines), 0),
        "more_columns": max((whole[1] if value.ndim == 2 and len(whole) > 1 else wide) - len(names), 0),
    }


def _elements(pairs: Iterable[tuple[Any, Any]], held: int, size: Sequence[int]) -> dict[str, Any]:
    shown = [[str(key), kind(each), _say(each)] for key, each in islice(pairs, ELEMENTS)]
    return {"form": "elements", "elements": shown, "more": max((size[0] if size else held) - len(shown), 0)}


def _cell(value: Any) -> str | list[str]:
    text = _say(value, CELL, quotes=False)
    return [text] if missing(value) else text


def _say(value: Any, most: int = ELEMENT, *, quotes: bool = True) -> str:
    """Write a value on one line, a float with all its digits."""
    return clip(str(value), most) if kind(value) == "float" else say(code(value, most), most, quotes=quotes)


def _first(part: Any) -> list[Any]:
    """Give the first cells of a series or an index."""
    cells: list[Any] = (part.iloc[:ROWS] if hasattr(part, "iloc") else part[:ROWS]).tolist()
    return cells
