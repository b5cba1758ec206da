"""Values as bounded JSON, and back.

A value is stored as what it is (``kind``), how large (``size``: a shape, or how many), its encoding in base64
(``data``: the sandbox's own, see ``reweave.sandbox.inside.plain``) and how it looks (``shown``, for a person,
in at most a thousand characters). What is larger than it may be is cut to its first rows and columns, its
first elements, and says so (``cut``); what cannot be cut that far has no ``data``. ``decode(encode(x))`` is
``x`` where nothing was cut. Exact types and element types, repeated columns, NaN and infinities come back, as
they would not from JSON of their own.
"""

import base64
import binascii
import reprlib
from collections.abc import Mapping
from typing import Any

from reweave.errors import RowError
from reweave.sandbox import arrays
from reweave.sandbox.inside import plain

_SHOWN = 1000  # characters
_SEQUENCES = (list, tuple, str, bytes, bytearray)


def encode(value: Any, most: int) -> dict[str, Any]:
    """Give a value as JSON can hold it.

    Args:
        value: What the sandbox gave: plain data, arrays, frames.
        most: Bytes its encoding may have; a third more as base64.
    """
    part, data = value, _encoded(value, most)
    while data is None and (smaller := _smaller(part)) is not None:
        part, data = smaller, _encoded(smaller, most)
    return {
        "kind": type(value).__name__,
        "size": _size(value),
        "cut": part is not value or data is None,
        "data": None if data is None else base64.b64encode(data).decode("ascii"),
        "shown": _look(part),
    }


def decode(stored: Mapping[str, Any]) -> Any:
    """Give a stored value; the part of it that was kept, where it was cut.

    Raises:
        RowError: ``no-value`` where it was too large for any part of it; ``damaged-value``.
        MissingExtraError: It holds arrays or frames, and numpy or pandas is not installed.
    """
    kind, data = stored.get("kind"), stored.get("data")
    if data is None:
        raise RowError("no-value", f"a {kind} of which no part was stored: raise row_bytes")
    try:
        return arrays.unpack(plain.decode(base64.b64decode(data, validate=True)))
    except (binascii.Error, plain.BadData, TypeError, ValueError) as error:
        raise RowError("damaged-value", f"a {kind}: {error}") from error


def clean(text: str) -> str:
    """Give a text without what UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _encoded(value: Any, most: int) -> bytes | None:
    try:
        return bytes(plain.encode(value, limit=most, drain=False))
    except plain.NotPlain:
        return None


def _smaller(value: Any) -> Any:
    """Give about half of a value, None where there is no such thing."""
    size = _size(value)
    if not size or max(size[:2]) < 2:
        return None
    half = size[0] // 2
    if hasattr(value, "columns") and size[1] > size[0]:
        return value.iloc[:, : size[1] // 2]
    if hasattr(value, "iloc"):
        return value.iloc[:half]
    if type(value) is dict:
        return dict(list(value.items())[:half])
    return value[:half] if type(value) in _SEQUENCES or hasattr(value, "shape") else None


def _size(value: Any) -> list[int]:
    """Give a shape, or how many there are; nothing for what is no container."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return [int(n) for n in shape]
    try:
        return [len(value)]
    except (TypeError, OverflowError):  # a range may be longer than a length
        return []


def _look(value: Any) -> str:
    """Give how a value looks, as far as there is room; the same whatever terminal there is."""
    try:
        if hasattr(value, "columns"):
            text = value.to_string(max_rows=10, max_cols=10, max_colwidth=40)
        elif hasattr(value, "iloc"):
            text = value.to_string(max_rows=10)
        else:
            text = repr(value) if hasattr(value, "dtype") else reprlib.repr(value)
    except (ValueError, TypeError, OverflowError) as error:  # an integer of too many digits
        text = f"cannot be shown: {type(error).__name__}"
    return clean(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")
