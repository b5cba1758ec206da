"""A value as Python source text that makes it: short plain data, arrays, series and frames.

What has no such text, or only a long one, raises ``RowError``. Not said, as tests do not compare it: element
types of the usual width, the name of a frame's axis of columns. Whether a text is the value is not checked
here: the program is run on it, and its tests must pass.
"""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from reweave.errors import RowError
from reweave.ground.specs.kinds import kind, type_name

ITEMS = 400
"""Values that a literal may hold."""
_DEEP = 6
_USUAL = frozenset({"int64", "float64", "bool", "object", "str", "string"})
_INSTANTS = "datetime64["


def literal(value: Any) -> str:
    """Give the text of a value.

    Raises:
        RowError: ``not-plain-enough``, or ``too-long``.

    >>> literal({"a": [1, 2.5], "b": float("inf")})
    "{'a': [1, 2.5], 'b': float('inf')}"
    """
    return _Writer().text(value, _DEEP)


class _Writer:
    def __init__(self) -> None:
        self._items = 0

    def text(self, value: Any, deep: int) -> str:
        self._items += 1
        if self._items > ITEMS:
            raise RowError("too-long", f"more than {ITEMS} values")
        if deep < 0:
            raise RowError("not-plain-enough", "containers within containers within containers")
        of = type(value)
        if value is None or of in {bool, int, str, bytes, float}:
            return _scalar(value)
        if of in {list, tuple, set, frozenset, dict}:
            return self._container(value, deep - 1)
        if of in {dt.datetime, dt.date, dt.timedelta} and getattr(value, "tzinfo", None) is None:
            return repr(value)
        return self._data(value, deep - 1)

    def _container(self, value: Any, deep: int) -> str:
        if isinstance(value, dict):
            return (
                "{" + ", ".join(f"{self.text(k, deep)}: {self.text(v, deep)}" for k, v in value.items()) + "}"
            )
        texts = [self.text(each, deep) for each in value]
        if isinstance(value, list):
            return f"[{', '.join(texts)}]"
        if isinstance(value, tuple):
            return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
        held = f"{{{', '.join(sorted(texts))}}}" if texts else "set()"
        return f"frozenset({held})" if isinstance(value, frozenset) else held

    def _data(self, value: Any, deep: int) -> str:
        """Write what is numpy's or pandas'."""
        missing = {"NaTType": "pd.NaT", "NAType": "pd.NA"}.get(type(value).__name__)
        if missing is not None:
            return missing
        word = kind(value)
        if word == "DataFrame":
            return self._frame(value, deep)
        if word == "Series":
            name = "" if value.name is None else f", name={self.text(value.name, deep)}"
            return f"pd.Series({self._column(value, deep)}{self._indexed(value.index, deep)}{name})"
        if word in {"Index", "MultiIndex"}:
            return self._index(value, deep)
        if type_name(value) == "numpy ndarray" and value.dtype.kind in "iufbUO" and value.ndim <= 3:
            usual = str(value.dtype) in _USUAL or value.dtype.kind == "U"
            plain = usual and value.size and value.dtype.kind != "O"
            dtype = "" if plain else f", dtype={str(value.dtype)!r}"
            return f"np.array({self.text(value.tolist(), deep)}{dtype})"
        if word == "datetime" and hasattr(value, "nanosecond") and value.tzinfo is None:
            return f"pd.Timestamp({value.isoformat()!r})"
        if word == "timedelta" and hasattr(value, "isoformat"):
            return f"pd.Timedelta({value.isoformat()!r})"
        if word in {"int", "float", "bool", "str"} and hasattr(value, "item"):
            return _scalar(value.item())
        raise RowError("not-plain-enough", f"a {type_name(value)} has no short text")

    def _frame(self, value: Any, deep: int) -> str:
        labels = list(value.columns)
        if kind(value.columns) != "Index" or len(set(labels)) < len(labels):
            raise RowError("not-plain-enough", "a frame whose columns have several levels, or repeated names")
        columns = [
            f"{self.text(label, deep)}: {self._column(value.iloc[:, at], deep)}"
            for at, label in enumerate(labels)
        ]
        return f"pd.DataFrame({{{', '.join(columns)}}}{self._indexed(value.index, deep)})"

    def _column(self, series: Any, deep: int) -> str:
        """Write a column's values, with its element type where a list would not give it."""
        dtype = str(series.dtype)
        values = f"[{', '.join(self._cells(series.tolist(), deep))}]"
        if dtype.startswith(_INSTANTS) and "," not in dtype:
            return f"pd.to_datetime({values})"
        if dtype in _USUAL and len(series):
            return values
        if dtype in _USUAL or getattr(series.dtype, "kind", "") in "iuf":
            return f"pd.array({values}, dtype={dtype!r})"
        raise RowError("not-plain-enough", f"a column of {dtype}")

    def _cells(self, values: Iterable[Any], deep: int) -> list[str]:
        return [self.text(each, deep) for each in values]

    def _indexed(self, index: Any, deep: int) -> str:
        """Write the index, where it does not only count rows."""
        if type_name(index).endswith("RangeIndex") and (index.start, index.step, index.name) == (0, 1, None):
            return ""
        return f", index={self._index(index, deep)}"

    def _index(self, index: Any, deep: int) -> str:
        if kind(index) == "MultiIndex":
            names = self.text(list(index.names), deep)
            return f"pd.MultiIndex.from_tuples({self.text(index.tolist(), deep)}, names={names})"
        name = "" if index.name is None else f", name={self.text(index.name, deep)}"
        return f"pd.Index({self._column(index, deep)}{name})"


def _scalar(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    try:
        return repr(value)
    except ValueError as error:  # an integer of too many digits
        raise RowError("too-long", str(error)) from error
