"""Relations of single columns: their order, whether values repeat, and where the values come from.

See ``relations`` for what ``find`` and ``holds`` promise.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

from reweave.ground.specs.cells import ABSOLUTE, RELATIVE
from reweave.ground.specs.keys import MISSING, Tagged, comparable
from reweave.ground.specs.relations import Inputs, Told, at, places, source
from reweave.ground.specs.views import Column, View

_FEW = 2  # relations of one sort that are told
_ORDERED = 3  # distinct values that make an order
_MATTERS = 10  # whole numbers below are everywhere by chance
_RANGED = {"int", "float", "datetime", "date"}
_UNORDERED = {"set", "dict"}
_NUMBERS = {"int", "float"}
_TELLING = {"int", "float", "str", "datetime", "date", "timedelta", "category", "period", "tuple", "mixed"}


def find_sorted(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Find what the rows are sorted by: columns of at least three distinct values."""
    if seen.kind in _UNORDERED:
        return
    found = 0
    for place in places(seen):
        for order in ("ascending", "descending"):
            told = {"place": place, "order": order}
            if found < _FEW and holds_sorted(seen, inputs, told):
                found += 1
                yield told


def holds_sorted(seen: View, _: Inputs, told: Told) -> bool:
    """Say whether a column is in order, whatever is missing in it left out."""
    keys = _present(seen, told["place"])
    if keys is None or len({*keys}) < _ORDERED or not comparable(keys):
        return False
    if told["order"] == "descending":
        keys = keys[::-1]
    return all(one <= other or _close(one, other) for one, other in pairwise(keys))


def find_unique(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Find columns whose values do not repeat, where that says something."""
    if seen.kind in _UNORDERED:
        return
    found = 0
    for place in places(seen):
        column = at(seen, place)
        telling = column is not None and column.family in _TELLING - {"float"}
        if telling and found < _FEW and holds_unique(seen, inputs, told := {"place": place}):
            found += 1
            yield told


def holds_unique(seen: View, _: Inputs, told: Told) -> bool:
    """Say whether a column's values, at least two of them, are each there once."""
    keys = _present(seen, told["place"])
    return keys is not None and len(keys) > 1 and len({*keys}) == len(keys)


def find_origin(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Find, for each column, the input column that its values are those of: of the same name, else of any."""
    hows = ("reordered", "among") if seen.kind in _UNORDERED else ("equal", "reordered", "among")
    for place in places(seen):
        column = at(seen, place)
        if column is None or column.family not in _TELLING or not column.distinct:
            continue
        named: list[Told] = []
        others: list[Told] = []
        for name, of in inputs.items():
            for each in of.sources:
                told = {"place": place, "input": name, "source": each.label}
                (named if each.label == column.label and each.label is not None else others).append(told)
        likely = named or ([told for told in others if _matters(column)])
        tries = ({**told, "how": how} for how in hows for told in likely)
        yield from islice((told for told in tries if holds_origin(seen, inputs, told)), 1)


def holds_origin(seen: View, inputs: Inputs, told: Told) -> bool:
    """Say whether a column's values are an input column's: ``equal``, ``reordered`` or ``among`` them."""
    mine, theirs = at(seen, told["place"]), source(inputs, told)
    if mine is None or theirs is None or not mine.keys or not theirs.keys:
        return False
    rounded = "float" in {mine.family, theirs.family} <= _NUMBERS
    if told["how"] == "among":
        if rounded and theirs.ordered is not None:
            return all(_near(each, theirs.ordered) for each in mine.distinct)
        return mine.distinct <= theirs.distinct
    if mine.size != theirs.size:
        return False
    if told["how"] == "equal":
        return all(map(_close, mine.keys, theirs.keys)) if rounded else mine.keys == theirs.keys
    if rounded:
        return all(map(_close, mine.arranged, theirs.arranged))
    return mine.distinct == theirs.distinct and Counter(mine.keys) == Counter(theirs.keys)


def find_scalar(seen: View, inputs: Inputs) -> Iterator[Told]:
    """Find where a single value comes from: a length, a value of a column, a column's range."""
    if seen.rows is not None or seen.scalar in {None, MISSING} or isinstance(seen.scalar, bool):
        return
    tries: list[Told] = [{"input": name, "how": "length"} for name in inputs]
    pairs = [(name, column) for name, of in inputs.items() for column in of.sources]
    columns = [{"input": name, "source": column.label} for name, column in pairs]
    if distinctive(seen.scalar):
        tries += [{**told, "how": "value"} for told in columns]
    tries += [{**told, "how": "range"} for told in columns]
    told = next((told for told in tries if holds_scalar(seen, inputs, told)), None)
    if told:
        yield told


def holds_scalar(seen: View, inputs: Inputs, told: Told) -> bool:
    """Say whether a value is the input's length, one of a column's values, or within their range."""
    value = seen.scalar
    if value is None or seen.rows is not None:
        return False
    if told["how"] == "length":
        return seen.kind == "int" and distinctive(value) and value == inputs[told["input"]].rows
    column = source(inputs, told)
    if column is None:
        return False
    alike = column.family == seen.kind or {column.family, seen.kind} <= _NUMBERS
    if told["how"] == "value":
        rounded = alike and type(value) is float
        return _near(value, column.ordered or ()) if rounded else value in column.distinct
    ordered = column.ordered or []
    if not alike or seen.kind not in _RANGED or len(ordered) < _ORDERED:
        return False
    low, high = ordered[0], ordered[-1]
    return bool(low <= value <= high) or _close(value, low) or _close(value, high)


def distinctive(key: Any) -> bool:
    """Say whether a value is unlikely to be met by chance: no small whole number, no short text."""
    if isinstance(key, bool) or key is None:
        return False
    if isinstance(key, (int, float)):
        return abs(key) >= _MATTERS or key != int(key) if abs(key) != float("inf") else False
    if isinstance(key, str):
        return len(key) > 1
    return isinstance(key, Tagged) and key != MISSING


def _matters(column: Column) -> bool:
    return any(distinctive(each) for each in column.distinct)


def _present(seen: View, place: Told) -> list[Any] | None:
    """Give a column's keys without what is missing; None where it is none of rows."""
    column = at(seen, place)
    if column is None or column.keys is None or column.size != seen.rows:
        return None
    return [each for each in column.keys if each != MISSING]


def _close(one: Any, other: Any) -> bool:
    """Say whether two keys are equal, numbers within the tolerance of ``cells``."""
    if one == other:
        return True
    if type(one) is not float and type(other) is not float:
        return False
    numbers = type(one) in {int, float} and type(other) in {int, float}
    return numbers and math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _near(value: Any, ordered: Sequence[Any]) -> bool:
    """Say whether one of some ordered numbers is the same within the tolerance."""
    place = bisect_left(ordered, value)
    return any(_close(value, each) for each in ordered[max(place - 1, 0) : place + 1])
