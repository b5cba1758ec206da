"""One value in the form that is compared, and whether two such forms are the same.

``canonical`` makes None of whatever is missing, Python's numbers of numpy's, tuples of all that has an order,
and ``Marked`` values of instants, durations and sets, so that nothing equals what only looks like it. Values
are decoded plain data, arrays and frames: no method of theirs is a program's. What is cheap to hold and dear
to use (a range of 10**100 numbers, an array of 2**32 empty rows) is not taken apart.
"""

import cmath
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reweave.tasks.fuzzy.marked import Marked, of_numpy, of_the_library, unordered

CLOSE = 1e-5
"""The tolerance, absolute and relative."""

_MOST = 1_000_000  # elements of a range that are written out


@dataclass(frozen=True, slots=True)
class Rules:
    """How much is forgiven; what each means is in the package's docstring.

    Args:
        missing_is_zero: A missing value is the number 0.
        close_integers: Two integers may differ by the tolerance.
        positions_count: The default index of a predicted series may be one of the reference's columns.
        single_absolute: Single numbers are within ``CLOSE`` of each other, whatever their size.
        relative: The tolerance that is relative to the reference's number.
    """

    missing_is_zero: bool = False
    close_integers: bool = False
    positions_count: bool = False
    single_absolute: bool = False
    relative: float = CLOSE


STRICT = Rules()
PUBLISHED = Rules(missing_is_zero=True, close_integers=True, positions_count=True, single_absolute=True)


def canonical(value: Any) -> Any:
    """Give the form of a value that is compared."""
    match value:
        case None | int() | str() | bytes() if type(value).__module__ == "builtins":
            return value
        case float() | complex() if type(value).__module__ == "builtins":
            return None if cmath.isnan(value) else value
        case list() | tuple() | deque():
            return tuple(map(canonical, value))
        case Mapping():
            return {canonical(key): canonical(each) for key, each in value.items()}
        case set() | frozenset():
            return unordered(tuple(map(canonical, value)))
        case range():
            return tuple(value) if _short(value) else Marked("range", (value.start, value.stop, value.step))
    library = type(value).__module__.partition(".")[0]
    if library in {"numpy", "pandas"}:
        return _array(value) if getattr(value, "ndim", 0) else _scalar(value)
    return of_the_library(value)


def same(given: Any, wanted: Any, rules: Rules) -> bool:
    """Say whether two canonical values are the same.

    Args:
        given: The prediction's.
        wanted: The reference's; the tolerance is relative to it.
        rules: How much is forgiven.
    """
    if rules.missing_is_zero:
        given, wanted = (0.0 if each is None else each for each in (given, wanted))
    if _is_number(given) and _is_number(wanted):
        return _near(given, wanted, rules)
    if type(given) is not type(wanted):
        return False
    if isinstance(wanted, tuple):
        return len(given) == len(wanted) and all(
            same(one, other, rules) for one, other in zip(given, wanted, strict=True)
        )
    if isinstance(wanted, dict):
        return given.keys() == wanted.keys() and all(same(given[key], wanted[key], rules) for key in wanted)
    if isinstance(wanted, Marked) and wanted.kind == "set":
        return given.kind == "set" and same(given.value, wanted.value, rules)
    if hasattr(wanted, "columns"):
        return bool(wanted.within(given, rules) is None)
    return bool(given == wanted)


def _near(given: Any, wanted: Any, rules: Rules) -> bool:
    if given == wanted:
        return True
    if isinstance(given, int) and isinstance(wanted, int) and not rules.close_integers:
        return False
    try:
        if not (cmath.isfinite(given) and cmath.isfinite(wanted)):
            return False
        return bool(abs(given - wanted) <= CLOSE + rules.relative * abs(wanted))
    except OverflowError:  # an integer of hundreds of digits
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, complex))


def _short(value: range) -> bool:
    try:
        return len(value) <= _MOST
    except OverflowError:
        return False


def _array(value: Any) -> Any:
    """Give the form of an array, an index, a series or a frame within something else."""
    from reweave.tasks.fuzzy.columns import column, table  # noqa: PLC0415 - they need this module

    if value.ndim == 2 and hasattr(value, "columns"):
        return table(value)
    if type(value).__module__.partition(".")[0] == "pandas":
        return tuple(column(value).cells())
    if value.size == 0:
        return ()
    if value.dtype.kind in "mM":  # their own lists hold integers
        return tuple(map(canonical, value))
    return canonical(value.tolist())


def _scalar(value: Any) -> Any:
    """Give the form of one of numpy's or pandas' scalars."""
    if type(value).__name__ in {"NaTType", "NAType"}:
        return None
    if type(value).__name__ in {"Timestamp", "Timedelta"}:
        value = value.asm8
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind in ("M", "m"):
        return of_numpy(value, "instant" if kind == "M" else "duration")
    if kind is None or not hasattr(value, "item"):
        return value
    item = value.item()
    return item if type(item) is type(value) else canonical(item)  # a long double is its own item
