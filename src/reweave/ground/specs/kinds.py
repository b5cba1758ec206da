"""What a value is, in one word: the names that types, columns and contracts are compared by.

Widths and libraries are left out on purpose: numpy's ``int32`` and Python's ``int`` are both ``int``. Neither
numpy nor pandas is imported: where they are not loaded, no value can be theirs.
"""

import datetime as dt
import decimal
import fractions
import sys
from collections.abc import Iterable
from itertools import islice
from typing import Any

from reweave.sandbox import NotPlain

LOOK = 1000
"""Elements of a container that are looked at for what it holds."""

_PLAIN: dict[type, str] = {
    type(None): "None", bool: "bool", int: "int", float: "float", complex: "complex", str: "str",
    bytes: "bytes", bytearray: "bytes", list: "list", tuple: "tuple", set: "set", frozenset: "set",
    dict: "dict", range: "range",
}  # fmt: skip
_BASES: tuple[tuple[type, str], ...] = (
    (bool, "bool"), (int, "int"), (float, "float"), (complex, "complex"), (str, "str"),
    (bytes, "bytes"), (list, "list"), (tuple, "tuple"), (set, "set"), (frozenset, "set"), (dict, "dict"),
    (dt.datetime, "datetime"), (dt.date, "date"), (dt.time, "time"), (dt.timedelta, "timedelta"),
    (decimal.Decimal, "decimal"), (fractions.Fraction, "fraction"),
)  # fmt: skip
_PANDAS = {
    "DataFrame": "DataFrame", "Series": "Series", "MultiIndex": "MultiIndex", "Index": "Index",
    "Period": "period", "Interval": "interval",
}  # fmt: skip
_LETTERS = {
    "b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex", "U": "str", "S": "bytes",
    "M": "datetime", "m": "timedelta", "V": "record",
}  # fmt: skip
_NAMED = {"category": "category", "period": "period", "interval": "interval", "string": "str", "str": "str"}

_MODULE, _NAME = type.__dict__["__module__"].__get__, type.__dict__["__qualname__"].__get__

SIZED = frozenset(
    {"DataFrame", "Series", "Index", "MultiIndex", "array", "list", "tuple", "set", "dict", "range"}
)
"""Kinds that hold others and have a length."""


def kind(value: Any) -> str:
    """Give a value's kind; ``other`` for what none is known of."""
    of = type(value)
    if of in _PLAIN:
        return _PLAIN[of]
    if of is NotPlain:
        return "other"
    if _is(value, "numpy", "ndarray") or _is(value, "pandas.api.extensions", "ExtensionArray"):
        return "array"
    for name, word in _PANDAS.items():
        if _is(value, "pandas", name):
            return word
    if _is(value, "numpy", "generic"):
        return _LETTERS.get(value.dtype.kind, "other")
    if missing(value):
        return "missing"
    return next((word for base, word in _BASES if issubclass(of, base)), "other")


def missing(value: Any) -> bool:
    """Say whether a value stands for one that is not there: None, NaN, NaT, NA."""
    if value is None:
        return True
    of = type(value)
    if of is str or of is int:
        return False
    if issubclass(of, float):
        return float.__ne__(value, value)  # NaN is not itself
    if _is(value, "numpy", "generic"):
        return value.dtype.kind in "fcMm" and bool(value != value)  # noqa: PLR0124 - nor is NaT
    return of.__name__ in {"NaTType", "NAType"} and of.__module__.startswith("pandas")


def family(array: Any) -> str:
    """Give the kind of what a Series, an Index or an array holds.

    Objects are looked at, the first of them: ``mixed`` for several kinds, ``missing`` where no value is
    there, ``empty`` where there are no elements.
    """
    if kind(array) == "MultiIndex":
        return "tuple"
    dtype = array.dtype
    word = _NAMED.get(str(dtype).partition("[")[0])
    if word is None and dtype.kind != "O":
        word = _LETTERS.get(dtype.kind, "other")
    return word or held(getattr(array, "flat", array))


def held(values: Iterable[Any], look: int = LOOK) -> str:
    """Give the one kind of the first of some values, or ``mixed``, ``missing``, ``empty``."""
    looked = list(islice(values, look))
    kinds = {kind(value) for value in looked if not missing(value)}
    if len(kinds) == 1:
        return kinds.pop()
    return "mixed" if kinds else ("missing" if looked else "empty")


def type_name(value: Any) -> str:
    """Give a type's name as a person writes it, whatever its class says of itself."""
    if type(value) is NotPlain:
        said = str(value.description)[:100]
        return said if said.startswith(("a ", "an ")) else f"a value that is not carried over ({said})"
    of = type(value)
    module = str(_MODULE(of)).partition(".")[0]
    name = str(_NAME(of))[:80]
    return name if module in {"builtins", "__main__"} else f"{module[:40]} {name}"


def _is(value: Any, module: str, name: str) -> bool:
    base = getattr(sys.modules.get(module), name, None)
    return isinstance(base, type) and issubclass(type(value), base)
