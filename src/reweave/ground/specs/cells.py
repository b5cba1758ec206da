"""Single values as JSON, how they are written, and when two are the same: what examples are made of.

A coded value is what JSON has (None, bool, int, float, str), or an object with one tag, such as
``{"datetime": "2024-01-31T00:00:00"}``; text and containers are cut, with their length beside. Coding looks
at no more than it keeps. Floats are the same within 1e-5 of the greater or 1e-8, as numpy's ``allclose`` has
it; values that are not there are the same whatever their sort.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from reweave.ground.specs.kinds import kind, missing, type_name
from reweave.ground.specs.words import clip, quoted

CELL = 40
"""Characters of one cell."""
ELEMENTS = 4
DEPTH = 3
RELATIVE, ABSOLUTE = 1e-5, 1e-8
_SAFE = 1 << 53
_DIGITS = 3000  # bits: an int of more is not written out
_TIMED = {"datetime", "date", "time"}


def code(value: Any, most: int = CELL, depth: int = DEPTH) -> Any:
    """Give a value as JSON, cut at ``most`` characters of text and at a few elements.

    Args:
        value: Anything.
        most: Characters of text that are kept.
        depth: Containers within containers.
    """
    try:
        return _code(value, kind(value), most, depth)
    except Exception:  # noqa: BLE001 - a class of anyone's: what it raises is its own business
        return {"object": type_name(value)}


def _code(value: Any, of: str, most: int, depth: int) -> Any:
    if value is None or of == "bool":
        return None if value is None else bool(value)
    if missing(value):
        return {"missing": str(value)[:5]}
    if of == "int":
        return _whole(int(value))
    if of == "float":
        return _float(float(value))
    if of == "complex":
        number = complex(value)
        return {"complex": [_float(number.real), _float(number.imag)]}
    if of == "str":
        return _text(str(value), most)
    if of == "bytes":
        data = bytes(value[: most // 2])
        return {"bytes": data.hex(), "length": len(value)}
    if of in _TIMED and hasattr(value, "isoformat"):
        return {of: value.isoformat()}
    if of in {"datetime", "timedelta", "period", "interval", "decimal", "fraction", "date", "time"}:
        return {of: str(value)[:CELL]}
    if of == "DataFrame":
        return _framed(value, most, depth)
    if of in {"list", "tuple", "set", "dict", "range", "array", "Series", "Index", "MultiIndex"}:
        return _contained(value, of, most, depth)
    return {"object": type_name(value)}


def _framed(value: Any, most: int, depth: int) -> Any:
    """Give a frame within a container: its first columns, each with its name and first values."""
    wide = range(min(value.shape[1], ELEMENTS if depth > 0 else 0))
    names = [code(value.columns[at], most, depth - 1) for at in wide]
    parts = [value.iloc[:ELEMENTS, at].tolist() for at in wide]
    cells = [[code(cell, most, depth - 1) for cell in part] for part in parts]
    return {
        "DataFrame": [[name, *part] for name, part in zip(names, cells, strict=True)],
        "length": len(value),
    }


def _contained(value: Any, of: str, most: int, depth: int) -> Any:
    size = len(value) if getattr(value, "ndim", 1) else 1
    if depth <= 0 or (of == "set" and size > 1000):
        return {of: [], "length": size}
    if of == "dict":
        pairs = islice(value.items(), 1000)
        coded = [[code(key, most, depth - 1), code(held, most, depth - 1)] for key, held in pairs]
        return {"dict": sorted(coded, key=lambda pair: rank(pair[0]))[:ELEMENTS], "length": size}
    if of == "set":
        coded = sorted((code(each, most, depth - 1) for each in value), key=rank)
        return {"set": coded[:ELEMENTS], "length": size}
    elements: Iterable[Any] = value if getattr(value, "ndim", 1) else [value.item()]
    return {of: [code(each, most, depth - 1) for each in islice(elements, ELEMENTS)], "length": size}


def _whole(number: int) -> Any:
    if -_SAFE <= number <= _SAFE:
        return number
    bits = number.bit_length()
    return {"int": str(number) if bits <= _DIGITS else f"{bits} bits", "negative": number < 0}


def _float(number: float) -> Any:
    return number if math.isfinite(number) else {"float": str(number)}


def _text(text: str, most: int) -> Any:
    head = text[:most].encode("utf-8", "backslashreplace").decode()
    return head if len(text) <= most else {"text": head, "length": len(text)}


def rank(coded: Any) -> tuple[int, float, str]:
    """Give where a coded value stands among others: numbers, then text, then all else."""
    if isinstance(coded, (bool, int, float)):
        return (0, coded, "")
    return (1, 0, coded) if isinstance(coded, str) else (2, 0, repr(coded))


def same(one: Any, other: Any) -> bool:
    """Say whether two coded values are the same, floats within the tolerance."""
    if _absent(one) and _absent(other):
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) or isinstance(other, float):
        numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
        return numbers and math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[tag], other[tag]) for tag in one)
    return type(one) is type(other) and bool(one == other)


def _absent(coded: Any) -> bool:
    return coded is None or (isinstance(coded, Mapping) and "missing" in coded)


def say(coded: Any, most: int = CELL, *, quotes: bool = True) -> str:
    """Write a coded value in at most ``most`` characters, on one line.

    Args:
        coded: What ``code`` gave.
        most: Characters.
        quotes: Whether text stands in quotation marks.
    """
    return clip(_say(coded, quotes=quotes), most)


def _say(coded: Any, *, quotes: bool) -> str:
    if isinstance(coded, float):
        return repr(coded) if len(repr(coded)) <= 9 else f"{coded:.7g}"
    if isinstance(coded, str):
        return quoted(coded) if quotes else quoted(coded)[1:-1]
    if isinstance(coded, list):
        return f"[{', '.join(_say(each, quotes=True) for each in coded)}]"
    if not isinstance(coded, Mapping):
        return str(coded)
    if "text" in coded:
        return _say(coded["text"], quotes=quotes) + "…"
    [(tag, held), *_] = coded.items()
    if isinstance(held, list) and tag != "complex":
        more = ["…"] if coded.get("length", 0) > len(held) else []
        if tag == "dict":
            inside = ", ".join(
                [f"{_say(key, quotes=True)}: {_say(one, quotes=True)}" for key, one in held] + more
            )
        else:
            inside = ", ".join([_say(each, quotes=True) for each in held] + more)
        left, right = {"tuple": "()", "set": "{}", "dict": "{}"}.get(tag, "[]")
        return left + inside + right
    if tag == "complex":
        real, imaginary = (_say(each, quotes=False) for each in held)
        return f"({real}+{imaginary}j)"
    return {"object": f"<{held}>", "bytes": f"0x{held}"}.get(tag, str(held))
