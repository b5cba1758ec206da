"""Python's own operations on plain data, none of which can be made to run for long.

Expected values come from test texts and answers from programs, both hostile: what could take more than a
moment or a great deal of memory (a power tower, a repeated string, a set of colliding numbers) raises
``Unsupported`` first. Only exact types go in, so no method of a program or of a test ever runs. Under which
names tests reach them is :mod:`reweave.sandbox.judge.operations`' business.
"""

import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
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

ITERATOR: Any = type(iter([]))  # what a program's generator comes across as
CONTAINERS = frozenset(
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
PLAIN = CONTAINERS | {*TYPES, slice, type, ITERATOR}
COMPARED = PLAIN | {Decimal, Fraction, date, datetime, time, timedelta}


class Unsupported(Exception):  # noqa: N818 - says what is asked, not what broke
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
    if type(value) is ITERATOR:
        return [*value]
    if type(value) not in CONTAINERS:
        raise Unsupported(f"iterating over {type(value).__name__}")
    if len(value) > LENGTH:
        raise Unsupported(f"{len(value)} items")
    return list(value)


def plain(function: Callable[..., Any], types: frozenset[type] = PLAIN) -> Callable[..., Any]:
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


def arithmetic(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Give a binary operator for integers that are not very large."""

    @plain
    def bounded(left: Any, right: Any) -> Any:
        if type(left) in {str, bytes} and function is operator.mod:
            raise Unsupported("formatting with %")
        _small(left, right)
        return function(left, right)

    return bounded


@plain
def add(left: Any, right: Any) -> Any:
    """Add, or join two sequences."""
    _small(left, right, bits=LENGTH)
    if type(left) in CONTAINERS and type(right) in CONTAINERS and len(left) + len(right) > LENGTH:
        raise Unsupported("a very long sum")
    return left + right


@plain
def multiply(left: Any, right: Any) -> Any:
    """Multiply, or repeat a sequence."""
    _small(left, right)
    for value, times in ((left, right), (right, left)):
        if type(value) in CONTAINERS and type(times) in {int, bool} and len(value) * max(times, 0) > LENGTH:
            raise Unsupported("a very long product")
    return left * right


@plain
def power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    """Raise to a power."""
    _small(base, exponent, modulus)
    if type(base) is int and type(exponent) is int and modulus is None:
        if base.bit_length() * abs(exponent) > BITS:
            raise Unsupported("a very large power")
    elif modulus is not None:
        _small(exponent, modulus, bits=1024)
    return pow(base, exponent, modulus)


@plain
def shift(left: Any, right: Any) -> Any:
    """Shift to the left."""
    _small(left)
    if type(right) is int and right > BITS:
        raise Unsupported("a very large shift")
    return left << right


@plain
def total(values: Any, start: Any = 0) -> Any:
    """Do what ``sum`` does."""
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
        start = add(start, value)
    return start


@plain
def product(values: Any) -> Any:
    """Do what ``math.prod`` does."""
    total: Any = 1
    for value in items(values):
        total = multiply(total, value)
    return total


@plain
def rounded(value: Any, digits: Any = None) -> Any:
    """Do what ``round`` does."""
    _small(value)
    if type(digits) is int and abs(digits) > 400:
        raise Unsupported("rounding to very many digits")
    return round(value, digits)


@plain
def join(separator: Any, parts: Any) -> Any:
    """Do what ``str.join`` does."""
    parts = items(parts)
    if sum(len(part) for part in parts if type(part) in {str, bytes}) + len(separator) * len(parts) > LENGTH:
        raise Unsupported("a very long join")
    return separator.join(parts)


@plain
def replace(text: Any, old: Any, new: Any, count: Any = -1) -> Any:
    """Do what ``str.replace`` does."""
    if len(text) + (text.count(old) if old else len(text) + 1) * len(new) > LENGTH:
        raise Unsupported("a very long replacement")
    return text.replace(old, new, count)


@plain
def ranged(*bounds: Any) -> Any:
    """Do what ``range`` does."""
    return range(*bounds)


@plain
def counted(values: Any = ()) -> Any:
    """Do what ``collections.Counter`` does; the counts are a plain dictionary."""
    return dict(Counter(hashable(items(values))))


@plain
def is_instance(value: Any, kinds: Any) -> Any:
    """Do what ``isinstance`` does, for builtin types."""
    listed = kinds if type(kinds) is tuple else (kinds,)
    if not all(type(kind) is type for kind in listed):
        raise Unsupported("isinstance of anything but a builtin type")
    return isinstance(value, kinds)


@plain
def type_of(value: Any) -> Any:
    """Do what ``type`` does to one value."""
    return type(value)


def extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``min`` or ``max`` over a bounded iterable."""

    def bounded(*values: Any, **named: Any) -> Any:
        return function(items(values[0]) if len(values) == 1 else values, **named)

    return bounded


def walking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of iterables over bounded ones."""

    def bounded(*values: Any, **named: Any) -> Any:
        return function(*(items(value) for value in values), **named)

    return bounded


def making(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give what makes a set or frozenset."""

    def bounded(*values: Any) -> Any:
        return function(hashable(items(values[0]))) if values else function()

    return bounded


def of_sets(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a method of sets whose arguments may be any iterable."""

    def bounded(first: Any, *others: Any) -> Any:
        return function(first, *(set(hashable(items(other))) for other in others))

    return bounded


@plain
def to_dict(value: Any = (), /, **named: Any) -> Any:
    """Do what ``dict`` does."""
    if type(value) is dict:
        return {**value, **named}
    return {**make_dict(tuple(items(pair)) for pair in items(value)), **named}


@plain
def to_int(value: Any = 0, base: Any = None) -> Any:
    """Do what ``int`` does."""
    return int(value) if base is None else int(value, base)


def up_to(function: Callable[..., Any], largest: int) -> Callable[..., Any]:
    """Give a function of integers, none of them above ``largest``."""

    @plain
    def bounded(*values: Any) -> Any:
        if any(type(value) is int and value > largest for value in values):
            raise Unsupported(f"{function.__name__} of a large number")
        return function(*values)

    return bounded


def numeric(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of numbers, none of them a very large integer."""

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


def contains(member: Any, values: Any) -> bool:
    """Do what ``in`` does."""
    if type(values) is range and type(member) not in {int, bool}:
        values = items(values)  # tried one by one, and bounded here
    return member in values
