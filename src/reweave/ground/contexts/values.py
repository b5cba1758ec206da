"""How a value of a table is shown: strings in quotes, numbers bare, containers with their first elements.

Nothing here depends on pandas' or numpy's display options, and none of it takes long, whatever the value.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from reweave.ground.contexts.text import CUT, quoted, visible

_DEEPEST = 4  # containers within containers that are shown
_LONGEST_INTEGER = 256  # bits; Python refuses to write down very long ones
_PLAIN_BYTES = 1_000
_NAMES = {
    "NoneType": "null",
    "ndarray": "list",
    "tuple": "list",
    "Timestamp": "datetime",
    "Timedelta": "timedelta",
}


def show(value: Any, limit: int) -> str:
    """Give a value as a short text on one line, ``limit`` characters at most."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(value, 0, limit):
        if size + len(piece) > limit:
            return ("".join(pieces) or piece)[: limit - 1] + CUT
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces)


def kind(value: Any) -> str:
    """Give the name of a value's type, as a card has it."""
    name = type(value).__name__
    name = _NAMES.get(name, name)
    # numpy's own scalars in a column of objects: int64, float32, str_, bool_
    return name.rstrip("_0123456789") if type(value).__module__ == "numpy" else name


def missing(value: Any) -> bool:
    """Tell whether a value is none: None, NaN, NaT, NA."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NaTType", "NAType"}


def _pieces(value: Any, depth: int, limit: int) -> Iterator[str]:
    if hasattr(value, "tolist"):  # an array, or one of numpy's scalars
        value = value.tolist()
    if not isinstance(value, Mapping | list | tuple):
        yield _one(value, limit)
        return
    opening, closing = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
    if depth == _DEEPEST and len(value):
        yield f"{opening}{CUT}{closing}"
        return
    yield opening
    for number, item in enumerate(value):
        if number:
            yield ", "
        if isinstance(value, Mapping):
            yield from (_one(item, limit), ": ")
            yield from _pieces(value[item], depth + 1, limit)
        else:
            yield from _pieces(item, depth + 1, limit)
    yield closing


def _one(value: Any, limit: int) -> str:
    if missing(value):
        return "null"
    if isinstance(value, str):
        return quoted(value, limit)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        bits = value.bit_length()
        return str(value) if bits <= _LONGEST_INTEGER else f"an integer of {bits:,} bits"
    if isinstance(value, float):
        return format(value, ".10g")
    if isinstance(value, bytes | bytearray):
        return "b" + quoted(bytes(value[:_PLAIN_BYTES]).decode("latin-1"), limit)
    # Dates, times, decimals, intervals: their own words
    return visible(str(value), limit).removesuffix(" 00:00:00")
