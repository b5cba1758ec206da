"""Python's own operations on plain data, none of which can be made to run for long.

Expected values come from test texts and answers from programs, both hostile: what could take more than a moment
or a great deal of memory (a power tower, a repeated string, a set of colliding numbers) raises ``Unsupported``
first. Only exact builtin types go in, so no method of a program or of a test ever runs. Which test expressions
become which operation is :mod:`reweave.sandbox.judge.expressions`' business.
"""

import copy
import math
import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

LENGTH = 1_000_000  # items, characters or bytes that an operation may make or walk
BITS = 1 << 14  # of integers in anything dearer than an addition
COLLIDING = 200  # unequal members of one hash: a set of them costs their square

TYPES = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None))
"""The types whose values are computed with; ``isinstance`` and ``type`` are asked for these only."""

_ITERATOR = type(iter([]))  # what a program's generator comes across as
_CONTAINERS = frozenset(
    {
        list,
        tuple,
        dict,
        set,
        frozenset,
        str,
        bytes,
        range,
        bytearray,
        Counter,
        OrderedDict,
        defaultdict,
        deque,
    }
)
_PLAIN = _CONTAINERS | {*TYPES, slice, type, _ITERATOR}
_COMPARED = _PLAIN | {Decimal, Fraction, date, datetime, time, timedelta}


class Unsupported(Exception):
    """An operation that is not one of ours, or one whose cost has no good bound here."""


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What ``zip``, ``dict.keys`` and their like give: to be walked, compared with nothing."""

    values: list[Any]

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise Unsupported("comparing what is to be walked")


def items(value: Any) -> list[Any]:
    """Give what iterating over a value gives."""
    if type(value) is Items:
        return value.values
    if type(value) is _ITERATOR:
        return list(value)
    if type(value) not in _CONTAINERS:
        raise Unsupported(f"iterating over {type(value).__name__}")
    if len(value) > LENGTH:
        raise Unsupported(f"{len(value)} items")
    return list(value)


def plain(function: Callable[..., Any], types: frozenset[type] = _PLAIN) -> Callable[..., Any]:
    """Give ``function`` for exact types only."""

    def checked(*values: Any, **named: Any) -> Any:
        for value in (*values, *named.values()):
            if type(value) not in types:
                raise Unsupported(f"{type(value).__name__} in a test expression")
        return function(*values, **named)

    return checked


def hashable(members: Iterable[Any]) -> Iterable[Any]:
    """Give the members if a set of them is built in linear time."""
    members = list(members)
    if len(members) <= COLLIDING or len(set(map(hash, members))) > len(members) - COLLIDING:
        return members
    buckets: dict[int, list[Any]] = {}
    for member in members:
        bucket = buckets.setdefault(hash(member), [])
        if member not in bucket:
            bucket.append(member)
            if len(bucket) > COLLIDING:
                raise Unsupported("many members of one hash")
    return members


def make_dict(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Give the dictionary of key and value pairs."""
    pairs = list(pairs)
    hashable(key for key, _ in pairs)
    return dict(pairs)


def _small(*values: Any, bits: int = BITS) -> None:
    if any(type(value) is int and value.bit_length() > bits for value in values):
        raise Unsupported("arithmetic on very large integers")


def _arithmetic(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    @plain
    def bounded(left: Any, right: Any) -> Any:
        if type(left) in {str, bytes} and function is operator.mod:
            raise Unsupported("formatting with %")
        _small(left, right)
        return function(left, right)

    return bounded


@plain
def _add(left: Any, right: Any) -> Any:
    _small(left, right, bits=LENGTH)
    if type(left) in _CONTAINERS and type(right) in _CONTAINERS and len(left) + len(right) > LENGTH:
        raise Unsupported("a very long sum")
    return left + right


@plain
def _multiply(left: Any, right: Any) -> Any:
    _small(left, right)
    for value, times in ((left, right), (right, left)):
        if type(value) in _CONTAINERS and type(times) in {int, bool} and len(value) * max(times, 0) > LENGTH:
            raise Unsupported("a very long product")
    return left * right


@plain
def _power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    _small(base, exponent, modulus)
    if type(base) is int and type(exponent) is int and modulus is None:
        if base.bit_length() * abs(exponent) > BITS:
            raise Unsupported("a very large power")
    elif modulus is not None:
        _small(exponent, modulus, bits=1024)
    return pow(base, exponent, modulus)


@plain
def _shift(left: Any, right: Any) -> Any:
    _small(left)
    if type(right) is int and right > BITS:
        raise Unsupported("a very large shift")
    return left << right


@plain
def _sum(values: Any, start: Any = 0) -> Any:
    values = items(values)
    if not all(type(value) in {int, float, bool, complex} for value in values):
        if len(values) > COLLIDING:
            raise Unsupported("a sum of many sequences")
        return _fold(values, start)
    _small(start, *values)
    return sum(values, start)


def _fold(values: list[Any], start: Any) -> Any:
    if type(start) is str:
        raise TypeError("sum() can't sum strings")
    for value in values:
        start = _add(start, value)
    return start


@plain
def _product(values: Any) -> Any:
    total: Any = 1
    for value in items(values):
        total = _multiply(total, value)
    return total


@plain
def _round(value: Any, digits: Any = None) -> Any:
    _small(value)
    if type(digits) is int and abs(digits) > 400:
        raise Unsupported("rounding to very many digits")
    return round(value, digits)


@plain
def _join(separator: Any, parts: Any) -> Any:
    parts = items(parts)
    if sum(len(part) for part in parts if type(part) in {str, bytes}) + len(separator) * len(parts) > LENGTH:
        raise Unsupported("a very long join")
    return separator.join(parts)


@plain
def _replace(text: Any, old: Any, new: Any, count: Any = -1) -> Any:
    if len(text) + (text.count(old) if old else len(text) + 1) * len(new) > LENGTH:
        raise Unsupported("a very long replacement")
    return text.replace(old, new, count)


@plain
def _range(*bounds: Any) -> Any:
    return range(*bounds)


@plain
def _counted(values: Any = ()) -> Any:
    return dict(Counter(hashable(items(values))))


@plain
def _isinstance(value: Any, kinds: Any) -> Any:
    listed = kinds if type(kinds) is tuple else (kinds,)
    if not all(type(kind) is type for kind in listed):
        raise Unsupported("isinstance of anything but a builtin type")
    return isinstance(value, kinds)


@plain
def _type(value: Any) -> Any:
    return type(value)


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(*values: Any, **named: Any) -> Any:
        return function(items(values[0]) if len(values) == 1 else values, **named)

    return bounded


def _walking(function: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(*values: Any, **named: Any) -> Any:
        return function(*(items(value) for value in values), **named)

    return bounded


def _making(function: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(*values: Any) -> Any:
        return function(hashable(items(values[0]))) if values else function()

    return bounded


def _of_sets(function: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(first: Any, *others: Any) -> Any:
        return function(first, *(set(hashable(items(other))) for other in others))

    return bounded


@plain
def _dict(value: Any = (), /, **named: Any) -> Any:
    if type(value) is dict:
        return {**value, **named}
    return {**make_dict(tuple(items(pair)) for pair in items(value)), **named}


@plain
def _int(value: Any = 0, base: Any = None) -> Any:
    return int(value) if base is None else int(value, base)


def _bounded(function: Callable[..., Any], largest: int) -> Callable[..., Any]:
    @plain
    def bounded(*values: Any) -> Any:
        if any(type(value) is int and value > largest for value in values):
            raise Unsupported(f"{function.__name__} of a large number")
        return function(*values)

    return bounded


def _numeric(function: Callable[..., Any]) -> Callable[..., Any]:
    @plain
    def bounded(*values: Any, **named: Any) -> Any:
        _small(*values)
        return function(*values, **named)

    return bounded


def display(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Give the operation that makes a list, tuple or set of its operands."""
    return lambda *values: kind(hashable(values) if kind is set else values)


def display_dict(*flat: Any) -> dict[Any, Any]:
    """Give the dictionary of alternating keys and values."""
    return make_dict(zip(flat[::2], flat[1::2], strict=True))


def text_of(*parts: Any) -> str:
    """Give what an f-string of these parts gives."""
    return "".join(plain(str)(part) for part in parts)


equal = operator.eq
"""Safe on anything decoded: exact types all the way down, and a decoder that bounds size and depth."""


def _contains(member: Any, values: Any) -> bool:
    if type(values) is range and type(member) not in {int, bool}:
        values = items(values)  # tried one by one, and bounded here
    return member in values


COMPARISONS: Mapping[str, Callable[..., Any]] = {
    "Eq": equal,
    "NotEq": operator.ne,
    "Lt": plain(operator.lt, _COMPARED),
    "LtE": plain(operator.le, _COMPARED),
    "Gt": plain(operator.gt, _COMPARED),
    "GtE": plain(operator.ge, _COMPARED),
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": plain(_contains, _COMPARED),
    "NotIn": plain(lambda member, values: not _contains(member, values), _COMPARED),
}

OPERATORS: Mapping[str, Callable[..., Any]] = {
    "Add": _add,
    "Mult": _multiply,
    "Pow": _power,
    "LShift": _shift,
    **{
        name: _arithmetic(function)
        for name, function in {
            "Sub": operator.sub,
            "Div": operator.truediv,
            "FloorDiv": operator.floordiv,
            "Mod": operator.mod,
            "RShift": operator.rshift,
            "BitAnd": operator.and_,
            "BitOr": operator.or_,
            "BitXor": operator.xor,
        }.items()
    },
    "USub": plain(operator.neg),
    "UAdd": plain(operator.pos),
    "Invert": plain(operator.invert),
    "Not": operator.not_,
}

subscript = plain(operator.getitem)
make_slice = plain(slice)

BUILTINS: Mapping[str, Any] = {
    **{kind.__name__: kind for kind in TYPES if kind is not type(None)},
    "abs": plain(abs),
    "all": _walking(all),
    "any": _walking(any),
    "bin": plain(bin),
    "chr": plain(chr),
    "divmod": _numeric(divmod),
    "enumerate": lambda values, start=0: Items(list(enumerate(items(values), start))),
    "hex": plain(hex),
    "isinstance": _isinstance,
    "len": plain(len),
    "max": _extreme(max),
    "min": _extreme(min),
    "oct": plain(oct),
    "ord": plain(ord),
    "pow": _power,
    "range": _range,
    "repr": plain(repr),
    "reversed": lambda values: Items(items(values)[::-1]),
    "round": _round,
    "sorted": lambda values, *, reverse=False: sorted(items(values), reverse=reverse),
    "sum": _sum,
    "type": _type,
    "zip": lambda *values: Items(list(zip(*map(items, values), strict=False))),
}

CONVERSIONS: Mapping[type, Callable[..., Any]] = {
    bool: plain(bool),
    int: _int,
    float: plain(float),
    complex: plain(complex),
    str: plain(lambda value="": str(value)),
    bytes: plain(lambda value=b"": bytes(items(value))),
    list: lambda values=(): items(values),
    tuple: lambda values=(): tuple(items(values)),
    dict: _dict,
    set: _making(set),
    frozenset: _making(frozenset),
}
"""What calling a type does."""

_MATHS = ("acos asin atan atan2 ceil copysign cos cosh degrees e exp fabs floor fmod gcd hypot inf isclose isfinite "
          "isinf isnan isqrt lcm log log10 log2 nan pi pow radians sin sinh sqrt tan tanh tau trunc").split()  # fmt: skip

MODULES: Mapping[str, Mapping[str, Any]] = {
    "math": {
        **{
            name: _numeric(value) if callable(value) else value
            for name, value in vars(math).items()
            if name in _MATHS
        },
        "comb": _bounded(math.comb, 2000),
        "factorial": _bounded(math.factorial, 1000),
        "fsum": lambda values: math.fsum(items(values)),
        "prod": _product,
    },
    "copy": {"copy": plain(copy.copy), "deepcopy": plain(copy.deepcopy)},
    "collections": {"Counter": _counted},
}
"""Modules of which something is known."""

_TEXT = ("capitalize count endswith find index isalnum isalpha isdigit islower isnumeric isspace isupper lower lstrip "
         "rfind rindex rstrip split splitlines startswith strip swapcase title upper").split()  # fmt: skip

METHODS: Mapping[type, Mapping[str, Callable[..., Any]]] = {
    str: {
        **{name: plain(getattr(str, name)) for name in _TEXT},
        "join": _join,
        "replace": _replace,
    },
    list: {"count": plain(list.count), "index": plain(list.index), "copy": plain(list.copy)},
    tuple: {"count": plain(tuple.count), "index": plain(tuple.index)},
    dict: {
        "get": plain(dict.get),
        "copy": plain(dict.copy),
        "keys": lambda value: Items(items(value)),
        "values": lambda value: Items(list(value.values())),
        "items": lambda value: Items(list(value.items())),
    },
    set: {
        name: _of_sets(getattr(set, name))
        for name in ("difference", "intersection", "issubset", "issuperset", "union")
    },
}

METHOD_NAMES = frozenset(name for methods in METHODS.values() for name in methods)


def method(name: str) -> Callable[..., Any]:
    """Give the operation that calls the method ``name`` of its first operand."""

    def call(value: Any, *values: Any, **named: Any) -> Any:
        try:
            function = METHODS[type(value)][name]
        except KeyError:
            # What another type would do is not ours to say, but that lists have no .lower is
            if type(value) in _PLAIN and not hasattr(value, name):
                raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}") from None
            raise Unsupported(f".{name} of {type(value).__name__}") from None
        return function(value, *values, **named)

    return call
