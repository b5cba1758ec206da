"""Relations of an output's rows to the inputs' rows: how many there are, and which.

A relation is JSON that names inputs and columns. ``find`` functions give those that hold and are worth
saying, a few of each; ``holds`` functions say whether one holds of any value. What is found is what ``holds``
said yes to, so that a contract accepts what it was made from. Rows beyond ``views.ROWS`` hold nothing.

A place is ``["column", 3]`` or ``["index", 0]``: columns may share a name.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reweave.ground.specs.keys import MISSING
from reweave.ground.specs.views import Column, View

Inputs = Mapping[str, View]
Told = Any

_PREFIX = 3  # leading columns that may name a group
_SHARED = 8
_FEW = 2  # columns in common that make rows those of another frame
_GROUPED = {"DataFrame", "Series", "Index", "MultiIndex", "array", "list", "set"}


def at(seen: View, place: Told) -> Column | None:
    """Give the column of a place, None where there is none."""
    columns = seen.columns if place[0] == "column" else seen.index
    return columns[place[1]] if place[1] < len(columns) else None


def places(seen: View) -> list[list[Any]]:
    """Give the places of a view: levels of an index that says something, then columns."""
    levels = [] if seen.plain else [["index", level] for level in range(len(seen.index))]
    return levels + [["column", number] for number in range(len(seen.columns))]


def source(inputs: Inputs, told: Told) -> Column | None:
    """Give the input column that a relation names."""
    of = inputs.get(told["input"])
    found = (column for column in of.sources if column.label == told["source"]) if of else iter(())
    return next(found, None)


def find_rows(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Compare the length with the inputs': the first of the same one, else the first frame or list."""
    sized = [name for name, of in inputs.items() if of.rows is not None]
    if seen.rows is None or not sized:
        return
    frames = [name for name in sized if inputs[name].kind == "DataFrame"]
    even = [name for name in [*frames, *sized] if inputs[name].rows == seen.rows]
    name = (even or frames or sized)[0]
    there = inputs[name].rows or 0
    how = "same" if there == seen.rows else ("fewer" if seen.rows < there else "more")
    yield {"input": name, "how": how}


def holds_rows(seen: View, inputs: Inputs, told: Told) -> bool:
    """Say whether there are as many rows, fewer or more."""
    there = inputs[told["input"]].rows
    if seen.rows is None or there is None:
        return False
    return {"same": seen.rows == there, "fewer": seen.rows < there, "more": seen.rows > there}[told["how"]]


def find_groups(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Find the input columns that have one row here for each combination of their values."""
    tries = []
    if seen.index and not seen.plain:
        tries.append([["index", level] for level in range(len(seen.index))])
    if seen.kind in _GROUPED:
        wide = range(1, min(len(seen.columns), _PREFIX) + 1)
        tries += [[["column", number] for number in range(width)] for width in wide]
    for name in inputs:
        for tried in tries:
            for by in _groupings(seen, inputs[name], tried):
                told = {"input": name, "by": by, "places": tried}
                if holds_groups(seen, inputs, told):
                    yield told
                    return


def _groupings(seen: View, of: View, tried: list[list[Any]]) -> list[list[Any]]:
    """Give the labels that rows could be grouped by: those that both sides have, else any one of them."""
    labels = [column.label for column in of.sources if column.family != "float"]
    mine = [column.label for place in tried if (column := at(seen, place))]
    if None not in mine and all(label in labels for label in mine):
        return [mine]
    return [] if len(mine) > 1 or mine != [None] else [[label] for label in labels]


def holds_groups(seen: View, inputs: Inputs, told: Told) -> bool:
    """Say whether each combination has its one row, and there are fewer rows than in the input."""
    there = inputs[told["input"]].rows or 0
    mine = rows_of([at(seen, place) for place in told["places"]])
    theirs = rows_of([source(inputs, {"input": told["input"], "source": label}) for label in told["by"]])
    if not mine or theirs is None or len(mine) >= there:
        return False
    return len({*mine}) == len(mine) and {*mine} == {*theirs}


def find_picked(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Find the input whose rows these are, as far as the columns of both show it."""
    if seen.kind != "DataFrame":
        return
    for name, of in inputs.items():
        if of.kind != "DataFrame":
            continue
        exact = [json.dumps(column.label) for column in of.columns if column.family != "float"]
        shared = [place for place, column in enumerate(seen.columns) if json.dumps(column.label) in exact]
        told = {"input": name, "columns": [[place, seen.columns[place].label] for place in shared[:_SHARED]]}
        if len(shared) >= _FEW and holds_picked(seen, inputs, told):
            yield told
            return


def holds_picked(seen: View, inputs: Inputs, told: Told) -> bool:
    """Say whether every row is one of the input's, in the columns that are told."""
    mine = rows_of([at(seen, ["column", place]) for place, _ in told["columns"]], missing=True)
    named = [{"input": told["input"], "source": label} for _, label in told["columns"]]
    theirs = rows_of([source(inputs, each) for each in named], missing=True)
    return mine is not None and theirs is not None and bool(mine) and {*mine} <= {*theirs}


def rows_of(columns: Sequence[Column | None], *, missing: bool = False) -> list[tuple[Any, ...]] | None:
    """Give rows as tuples of keys; None where they cannot be seen.

    Args:
        columns: The columns.
        missing: Whether to give rows in which something is missing.
    """
    keys = [column.keys for column in columns if column]
    if not columns or len(keys) < len(columns):
        return None
    seen = [each for each in keys if each is not None]
    if len(seen) < len(keys):
        return None
    rows = list(zip(*seen, strict=False))
    return rows if missing else [row for row in rows if MISSING not in row]
