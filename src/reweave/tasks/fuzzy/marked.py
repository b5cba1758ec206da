"""Values that equal only their own kind: instants, durations, dates, sets; and how they are told.

An instant is a number of nanoseconds, whatever class, unit or zone it came in; without a zone it is UTC's.
"""

import datetime as dt
import decimal
import fractions
from dataclasses import dataclass
from typing import Any

_NANOSECONDS = {
    "W": 604_800_000_000_000, "D": 86_400_000_000_000, "h": 3_600_000_000_000, "m": 60_000_000_000,
    "s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1,
}  # fmt: skip
_MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - of instants without a zone


@dataclass(frozen=True, slots=True, repr=False)
class Marked:
    """A value and its kind."""

    kind: str
    value: Any

    def __repr__(self) -> str:
        if self.kind == "set":
            return f"{{{', '.join(map(repr, self.value))}}}"
        if self.kind == "instant" and isinstance(self.value, int):
            return str(_EPOCH + dt.timedelta(microseconds=self.value // 1000))
        return f"{self.kind} {self.value}"


def unordered(values: tuple[Any, ...]) -> Marked:
    """Give canonical values without their order."""
    return Marked("set", tuple(sorted(values, key=_order)))


def of_numpy(value: Any, kind: str) -> Marked | None:
    """Give one of numpy's instants or durations, None for its NaT."""
    import numpy as np  # noqa: PLC0415 - loaded already, where there is one of its values

    if np.isnat(value):
        return None
    unit, count = np.datetime_data(value.dtype)
    if unit not in _NANOSECONDS and kind == "instant":  # years and months
        value = value.astype("datetime64[D]")
        unit, count = "D", 1
    if unit not in _NANOSECONDS:
        return Marked(kind, str(value))
    return Marked(kind, int(value.view("i8")) * count * _NANOSECONDS[unit])


def of_the_library(value: Any) -> Any:
    """Give the form of one of the standard library's values; anything else stays as it is."""
    match value:
        case dt.datetime():
            start = _EPOCH if value.tzinfo is None else _EPOCH.replace(tzinfo=dt.UTC)
            return Marked("instant", (value - start) // _MICROSECOND * 1000)
        case dt.date():
            return Marked("date", value.toordinal())
        case dt.timedelta():
            return Marked("duration", value // _MICROSECOND * 1000)
        case decimal.Decimal() if value.is_nan():
            return None
        case decimal.Decimal() | fractions.Fraction():
            try:
                return float(value)
            except OverflowError:
                return value
    return value


def _order(value: Any) -> tuple[str, Any]:
    """Give what elements of a set are sorted by: numbers by size, anything else by how it is written."""
    if isinstance(value, (int, float)):
        return "", value
    return type(value).__name__, repr(value)
