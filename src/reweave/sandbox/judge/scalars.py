"""numpy's scalars among answers as the Python numbers they equal; numpy itself is not needed for that."""

import copy
import struct
from collections import Counter, OrderedDict, defaultdict
from typing import Any

from reweave.sandbox.inside import plain
from reweave.sandbox.judge.bounded import ITERATOR

_FORMATS = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
            "f2": "e", "f4": "f", "f8": "d"}  # fmt: skip


def simplified(value: Any) -> Any:
    """Give a decoded answer with its numpy scalars made Python's own; the very value where it holds none."""
    kind = type(value)
    if kind is plain.Packed:
        return _scalar(value)
    if kind in {list, tuple}:
        parts = [simplified(part) for part in value]
        return value if all(map(_same, parts, value)) else kind(parts)
    if kind is ITERATOR:
        parts = list(copy.copy(value))
        simple = list(map(simplified, parts))
        return value if all(map(_same, simple, parts)) else iter(simple)
    if kind in {set, frozenset}:
        members = list(value)
        simple = list(map(simplified, members))
        return value if all(map(_same, simple, members)) else kind(simple)
    if kind in {dict, Counter, OrderedDict, defaultdict}:
        flat = [part for pair in value.items() for part in pair]
        simple = list(map(simplified, flat))
        if all(map(_same, simple, flat)):
            return value
        made: Any = kind()
        for key, part in zip(simple[::2], simple[1::2], strict=True):
            made[key] = part
        return made
    if kind.__module__ == "numpy" and getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    return value


def _same(one: Any, other: Any) -> bool:
    return one is other


def _scalar(value: plain.Packed) -> Any:
    match value.kind, value.payload if type(value.payload) in {str, tuple} else None:
        case "numpy.scalar", (str(code), bytes(data)) if code[1:] in _FORMATS:
            try:
                return struct.unpack((code[0] if code[0] in "<>" else "<") + _FORMATS[code[1:]], data)[0]
            except struct.error:
                return value
        case "numpy.str", str(text):
            return text
    return value
