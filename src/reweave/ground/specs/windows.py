"""What an example shows of a value: a few rows and columns as JSON, and what it says of the rest.

The text of an example is drawn from a window, and a contract compares windows: what is not shown is not
checked. Order counts, except that of sets and of dicts' keys, which are shown sorted. Element types are shown
and not compared here: see ``types`` and ``facts``.
"""

import heapq
from collections.abc import Sequence
from itertools import islice
from typing import Any

from reweave.ground.specs import plots
from reweave.ground.specs.cells import CELL, code, rank, same
from reweave.ground.specs.keys import Tagged
from reweave.ground.specs.kinds import kind
from reweave.ground.specs.views import Column, View

HEAD, TAIL = 5, 2
WIDE_HEAD, WIDE_TAIL = 6, 2
TEXT = 400
MEMBERS = 8
"""A column of at most so many texts is told by them."""
_SORTABLE = 20_000  # elements of a set or dict: none of more are shown
_SIDES = 4
_RANGED = {"int", "float", "datetime", "date"}


def window(value: Any, seen: View) -> dict[str, Any] | None:
    """Give what is shown of a value; None of what has nothing to show."""
    of = kind(value)
    figures = plots.window(value)
    if figures is not None:
        return {"form": "plots", "axes": figures}
    if of in {"DataFrame", "Series", "Index", "MultiIndex"}:
        return _table(value, of)
    if of == "array" and value.ndim:
        return _array(value)
    if of in {"list", "tuple", "range"}:
        at = _chosen(len(value), HEAD + 3, TAIL)
        return {"form": "list", "rows": len(value), "cells": [code(value[place]) for place in at]}
    if of in {"set", "dict"}:
        return _unordered(value, of)
    if of == "other" or seen.kind == "other":
        return None
    return {"form": "value", "value": code(value, TEXT)}


def agree(one: Any, other: Any) -> bool:
    """Say whether two windows show the same."""
    if one is None or other is None:
        return one is other
    left, right = ({part: told for part, told in each.items() if part != "types"} for each in (one, other))
    return same(left, right)


def _table(value: Any, of: str) -> dict[str, Any]:
    """Show a frame or series with its index, an index as a table of its levels."""
    rows = _chosen(len(value), HEAD, TAIL)
    if of == "DataFrame":
        wide = _chosen(value.shape[1], WIDE_HEAD, WIDE_TAIL)
        names = [code(value.columns[place]) for place in wide]
        parts = [value.iloc[:, place] for place in wide]
        width, index = int(value.shape[1]), value.index
    elif of == "Series":
        names, parts, width, index = [code(value.name)], [value], 1, value.index
    else:
        levels = range(min(value.nlevels, _SIDES))
        names, parts = [code(value.names[at]) for at in levels], [value.get_level_values(at) for at in levels]
        width, index = int(value.nlevels), None
    shown: dict[str, Any] = {"form": "table", "rows": len(value), "width": width, "columns": names}
    shown["types"] = [str(part.dtype)[:CELL] for part in parts]
    shown["cells"] = [_taken(part, rows) for part in parts]
    if index is not None:
        sides = range(min(index.nlevels, _SIDES))
        shown["index_names"] = [code(index.names[at]) for at in sides]
        shown["index"] = [_taken(index.get_level_values(at), rows) for at in sides]
    return shown


def _taken(part: Any, rows: Sequence[int]) -> list[Any]:
    """Give the cells of some rows of a Series or an Index."""
    chosen = part.iloc[list(rows)] if hasattr(part, "iloc") else part.take(list(rows))
    return [code(cell) for cell in chosen.tolist()]


def _array(value: Any) -> dict[str, Any]:
    shape = [int(side) for side in value.shape]
    shown: dict[str, Any] = {"form": "array", "shape": shape[:32], "types": [str(value.dtype)[:CELL]]}
    if len(shape) == 1:
        shown["cells"] = [code(value[place]) for place in _chosen(shape[0], HEAD + 3, TAIL)]
    elif len(shape) == 2:
        wide = _chosen(shape[1], WIDE_HEAD, WIDE_TAIL)
        shown["cells"] = [[code(value[row, at]) for at in wide] for row in _chosen(shape[0], HEAD, TAIL)]
    else:
        shown["cells"] = [code(cell) for cell in islice(value.flat, HEAD + 3)]
    return shown


def _unordered(value: Any, of: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"form": of, "rows": len(value), "cells": []}
    if len(value) > _SORTABLE:
        return shown
    if of == "set":
        shown["cells"] = heapq.nsmallest(HEAD + 3, (code(each) for each in value), key=rank)
        return shown
    first = heapq.nsmallest(
        HEAD + 3, ((code(each), each) for each in dict.keys(value)), key=lambda k: rank(k[0])
    )
    shown["cells"] = [[coded, code(dict.__getitem__(value, each), 2 * CELL)] for coded, each in first]
    return shown


def _chosen(size: int, head: int, tail: int) -> list[int]:
    """Give the places that are shown: all where one more would do, else the first and the last."""
    if size <= head + tail + 1:
        return list(range(size))
    return [*range(head), *range(size - tail, size)]


def ranges(_: Any, seen: View) -> Any:
    """Give the least and greatest of each column of which rows are left out."""
    found = []
    for place, column in enumerate(_left_out(seen)):
        if column.family in _RANGED and column.ordered:
            found.append([place, _plain(column.ordered[0]), _plain(column.ordered[-1])])
    return found or None


def members(_: Any, seen: View) -> Any:
    """Give the texts of each column that has few, where rows are left out."""
    found = []
    for place, column in enumerate(_left_out(seen)):
        texts = [each for each in column.distinct if type(each) is str]
        few = 0 < len(texts) <= MEMBERS and len(texts) == len(column.distinct)
        if few and column.family in {"str", "category"}:
            found.append([place, sorted((code(each) for each in texts), key=rank)])
    return found or None


def _left_out(seen: View) -> Sequence[Column]:
    """Give the columns that an example shows in part."""
    table = seen.kind in {"DataFrame", "Series", "Index", "MultiIndex"}
    whole = HEAD + TAIL + 1 + (0 if table else 3)
    if seen.kind in {"tuple", "range"} or seen.rows is None or max(seen.rows, *_sizes(seen)) <= whole:
        return ()
    return seen.columns[: WIDE_HEAD if seen.width > WIDE_HEAD + WIDE_TAIL + 1 else None]


def _sizes(seen: View) -> list[int]:
    return [0, *(column.size for column in seen.columns)]


def _plain(key: Any) -> Any:
    return key.value if isinstance(key, Tagged) else code(key)
