"""One way to look at whatever holds values: columns of keys, whatever the library.

Frames, series, indexes, arrays, lists and dicts become a :class:`View` with columns and an index. Keys
(``keys``) are made when they are asked for, and of nothing that has more than ``ROWS`` rows: facts of such a
value are told by its shape alone.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reweave.ground.specs.cells import code, rank
from reweave.ground.specs.keys import MISSING, comparable, key
from reweave.ground.specs.kinds import SIZED, family, held, kind, type_name

ROWS = 50_000
COLUMNS = 24


class Column:
    """A column, a level of an index, or the elements of a list.

    Args:
        label: Its name as JSON (``cells.code``); None where it has none.
        family: The kind of what it holds.
        size: How many values.
        read: Gives the values.
    """

    def __init__(self, label: Any, family: str, size: int, read: Callable[[], Sequence[Any]]) -> None:
        self.label = label
        self.family = family
        self.size = size
        self._read = read

    @cached_property
    def keys(self) -> list[Any] | None:
        """The keys, None where there are too many."""
        if self.size > ROWS:
            return None
        try:
            return [key(value) for value in self._read()]
        except Exception:  # noqa: BLE001 - a class of anyone's: what it raises is its own business
            return None

    @cached_property
    def distinct(self) -> frozenset[Hashable]:
        """The keys without what is missing, each once; none where there are too many."""
        return frozenset(self.keys or ()) - {MISSING}

    @cached_property
    def ordered(self) -> list[Any] | None:
        """``distinct`` in order, None where it has none."""
        return sorted(self.distinct) if comparable(self.distinct) else None

    @cached_property
    def arranged(self) -> list[Any]:
        """All keys in order, what is missing last. Raises ``TypeError`` where they have none."""
        return sorted(self.keys or (), key=lambda each: (each == MISSING, 0 if each == MISSING else each))


@dataclass(frozen=True, slots=True)
class View:
    """A value as columns.

    Args:
        kind: Its kind.
        rows: Its length, None where it has none.
        width: Its columns, all of them.
        columns: The first of them.
        index: The levels of its index; the keys of a dict. None of a list or an array.
        plain: Whether the index only counts rows from 0.
        scalar: The key of what is not sized.
    """

    kind: str
    rows: int | None = None
    width: int = 0
    columns: tuple[Column, ...] = ()
    index: tuple[Column, ...] = ()
    plain: bool = False
    scalar: Any = None

    @property
    def sources(self) -> tuple[Column, ...]:
        """What values of others can come from: columns, and levels of an index that says something."""
        return self.columns if self.plain else self.columns + self.index


def view(value: Any) -> View:
    """Look at a value. What cannot be looked at is a view with nothing in it."""
    try:
        of = kind(value)
        if of not in SIZED:
            return View(of, scalar=key(value))
        return _view(value, of)
    except Exception:  # noqa: BLE001 - a class of anyone's: what it raises is its own business
        return View("other")


def _view(value: Any, of: str) -> View:
    if of == "array" and not value.ndim:
        return View(of, scalar=key(value.item()))
    size = len(value)
    if of == "DataFrame":
        columns = [
            _series(value.iloc[:, at], value.columns[at]) for at in range(min(value.shape[1], COLUMNS))
        ]
        return View(of, size, value.shape[1], tuple(columns), _levels(value.index), _plain(value.index))
    if of == "Series":
        return View(of, size, 1, (_series(value, value.name),), _levels(value.index), _plain(value.index))
    if of in {"Index", "MultiIndex"}:
        levels = _levels(value)
        return View(of, size, len(levels), levels)
    if of == "array":
        return View(of, size, 1, (_array(value),))
    if of == "dict":
        index = Column(None, held(dict.keys(value)), size, lambda: list(dict.keys(value)))
        column = Column(None, held(dict.values(value)), size, lambda: list(dict.values(value)))
        return View(of, size, 1, (column,), (index,))
    if of == "set":  # it has no order: one is made, so that the same set gives the same column
        column = Column(
            None, held(value, size), size, lambda: sorted(value, key=lambda each: rank(code(each)))
        )
        return View(of, size, 1, (column,))
    return View(of, size, 1, (Column(None, held(value), size, lambda: list(value)),))


def _series(series: Any, label: Any) -> Column:
    return Column(code(label), family(series), len(series), series.tolist)


def _levels(index: Any) -> tuple[Column, ...]:
    if kind(index) != "MultiIndex":
        return (_series(index, index.name),)
    levels = range(min(index.nlevels, COLUMNS))
    return tuple(
        Column(code(index.names[at]), family(index.levels[at]), len(index), _level(index, at))
        for at in levels
    )


def _level(index: Any, at: int) -> Callable[[], Sequence[Any]]:
    return lambda: index.get_level_values(at).tolist()


def _array(array: Any) -> Column:
    """Give an array's elements, whatever its shape: days of numpy as Python's, to the microsecond."""
    dtype = array.dtype
    unit = {"M": "M8[us]", "m": "m8[us]"}.get(dtype.kind) if hasattr(dtype, "char") else None

    def read() -> Any:
        flat = array.ravel()
        return (flat.astype(unit) if unit else flat).tolist()

    return Column(None, family(array), int(array.size), read)


def _plain(index: Any) -> bool:
    """Say whether an index only counts from 0."""
    if type_name(index).endswith("RangeIndex"):
        return bool(index.start == 0 and index.step == 1)
    if family(index) != "int" or len(index) > ROWS or kind(index) != "Index":
        return False
    return index.name is None and index.tolist() == list(range(len(index)))
