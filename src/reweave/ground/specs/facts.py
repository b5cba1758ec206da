"""Facts of one output by itself: what a contract compares exactly, and a summary says in words.

Each gives JSON, or None where there is nothing to say. Values are left out, shapes and names are not. A name
is at most ``cells.CELL`` characters, a list of names at most ``views.COLUMNS`` long.
"""

from typing import Any

from reweave.ground.specs import plots
from reweave.ground.specs.cells import code, rank
from reweave.ground.specs.keys import MISSING, Tagged
from reweave.ground.specs.kinds import SIZED
from reweave.ground.specs.types import tree
from reweave.ground.specs.views import COLUMNS, View

_NOUNS = {"DataFrame": "rows", "Series": "rows", "Index": "rows", "MultiIndex": "rows", "dict": "entries"}

KEYS = 12
"""A dict of at most so many texts as keys is told by them, as a frame is by its columns."""


def type_(value: Any, _: View) -> Any:
    """Give its type: see ``types``."""
    return tree(value)


def columns(_: Any, seen: View) -> Any:
    """Give a frame's columns in their order."""
    if seen.kind != "DataFrame":
        return None
    return {"names": [column.label for column in seen.columns], "width": seen.width}


def families(_: Any, seen: View) -> Any:
    """Give the kinds of what the columns hold; of anything but frames the type says that."""
    return [column.family for column in seen.columns] if seen.kind in {"DataFrame", "MultiIndex"} else None


def index(_: Any, seen: View) -> Any:
    """Give what sort of index there is, level by level, and the levels' names."""
    if seen.kind not in {"DataFrame", "Series"}:
        return None
    if seen.plain:
        return {"sort": "range", "names": [level.label for level in seen.index]}
    return {
        "sort": [level.family for level in seen.index],
        "names": [level.label for level in seen.index],
    }


def name(_: Any, seen: View) -> Any:
    """Give the name of a series, the names of an index, in a list."""
    if seen.kind not in {"Series", "Index", "MultiIndex"}:
        return None
    return [column.label for column in seen.columns]


def size(value: Any, seen: View) -> Any:
    """Give the rows, entries or elements; of an array its whole shape; of text its characters and lines."""
    if seen.kind == "array" and hasattr(value, "shape"):
        return {"shape": [int(side) for side in value.shape[:32]]}
    if seen.kind in SIZED:
        return {_NOUNS.get(seen.kind, "elements"): seen.rows}
    if seen.kind == "str":
        return {"characters": len(value), "lines": value.count("\n") + 1}
    return {"bytes": len(value)} if seen.kind == "bytes" else None


def keys(value: Any, seen: View) -> Any:
    """Give a dict's keys, where they are few texts."""
    few = seen.kind == "dict" and 0 < (seen.rows or 0) <= KEYS
    if not few or not all(type(each) is str for each in dict.keys(value)):
        return None
    return sorted((code(each) for each in dict.keys(value)), key=rank)


def absent(_: Any, seen: View) -> Any:
    """Give which columns have missing values, by their places."""
    if seen.kind not in SIZED or seen.rows is None or not seen.rows:
        return None
    found = []
    for place, column in enumerate(seen.columns[:COLUMNS]):
        if column.keys is None:
            return None
        if MISSING in column.keys:
            found.append(place)
    return found


def drawn(value: Any, _: View) -> Any:
    """Give what figures have drawn: see ``plots``."""
    return plots.drawn(value)


def sign(_: Any, seen: View) -> Any:
    """Give whether a number is below zero."""
    number = seen.scalar
    if seen.kind not in {"int", "float"} or isinstance(number, (Tagged, bool)):
        return None
    return "negative" if number < 0 else "not negative"
