"""A value as a *key*: what can be hashed, and compared with keys of its sort, whatever the library.

Texts, whole numbers and floats are their own keys; what is not there is ``MISSING``, all else is ``Tagged``.
``views`` makes keys of what columns hold, when they are asked for.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NamedTuple

from reweave.ground.specs.cells import code
from reweave.ground.specs.kinds import kind, missing

_DEEP = 3
_WIDE = 100  # elements of a cell that is itself a container
_AS_PYTHON: dict[str, Callable[[Any], Any]] = {"int": int, "float": float, "bool": bool, "str": str}
_MICROSECOND = dt.timedelta(microseconds=1)


class Tagged(NamedTuple):
    """A key that is no plain number or text: compared with those of its tag alone."""

    tag: str
    value: Any


MISSING = Tagged("missing", 0)


def key(value: Any, depth: int = _DEEP) -> Any:
    """Give a value's key."""
    of = type(value)
    if of is str or of is int or of is bool:
        return value
    if missing(value):
        return MISSING
    word = kind(value)
    if word in _AS_PYTHON:
        return _AS_PYTHON[word](value)
    return _other(value, word, depth)


def _other(value: Any, word: str, depth: int) -> Any:
    if word in {"datetime", "date"}:
        return Tagged("datetime", _instant(value))
    if word == "timedelta":
        return Tagged(word, value // _MICROSECOND if isinstance(value, dt.timedelta) else str(value))
    if word in {"tuple", "list", "set", "dict"} and depth <= 0:
        return Tagged("deep", word)
    if word in {"tuple", "list"}:
        inside = tuple(key(each, depth - 1) for each in islice(value, _WIDE))
        return inside if word == "tuple" else Tagged(word, inside)
    if word in {"set", "dict"}:
        if len(value) > _WIDE:
            return Tagged(word, len(value))
        held = [key(each, depth - 1) for each in (value.items() if word == "dict" else value)]
        return Tagged(word, tuple(sorted(held, key=repr)))
    if word in {"complex", "bytes"}:
        return Tagged(word, repr(complex(value)) if word == "complex" else bytes(value))
    return Tagged(word, repr(code(value)))


def _instant(value: Any) -> str:
    """Give an instant as text that sorts: to the microsecond, in UTC where it has a zone."""
    if getattr(value, "tzinfo", None) is not None:
        value = value.astimezone(dt.UTC)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text[:26].removesuffix("+00:00") + ("" if "T" in text else "T00:00:00")


def comparable(keys: Iterable[Any]) -> bool:
    """Say whether keys are of one sort that has an order."""
    sorts = {each.tag if type(each) is Tagged else _SORTS.get(type(each), "") for each in keys}
    return len(sorts) == 1 and sorts <= _ORDERED


_SORTS: dict[type, str] = {int: "number", float: "number", str: "text"}
_ORDERED = {"number", "text", "datetime", "timedelta", "period", "bytes"}
