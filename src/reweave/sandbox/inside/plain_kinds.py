"""The layout of encoded plain data: tags, forms, and how the stdlib's value types come apart and together.

An encoding is a version byte and one value. A value is a tag byte and what the tag asks for; from ``SMALL``
on, the tag is the integer itself. The elements of a container are a *body*: a form byte, then either one
value after the other (``EACH``) or, from ``COLUMN_FROM`` elements of one type on, a column. Counts are one
byte, or 255 and four.
"""

import collections
import datetime  # noqa: ICN001 - its many names are wanted whole
import decimal
import fractions
import struct

VERSION = 1
LIMIT = 16 << 20  # bytes of an encoding
ITEMS = 1000000  # values in it
DEPTH = 100  # containers within containers
INT_BYTES = 1 << 20  # of one int
RATIO_BYTES = 4 << 10  # of a fraction's numerator and denominator: making one takes a gcd, which is quadratic

# Atoms and leaves.
NONE, FALSE, TRUE, ELLIPSIS, INT4, INT8, BIG, FLOAT, COMPLEX, STR, BYTES, BYTEARRAY = range(12)
SMALL, SMALLEST = 0x80, -16  # tags 0x80 to 0xff: the integers -16 to 111
# Containers.
LIST, TUPLE, SET, FROZENSET, ITERATOR, DEQUE, DICT, COUNTER, ORDERED, DEFAULT = range(0x20, 0x2A)
# Values that come apart into a fixed number of values.
RANGE, SLICE, DECIMAL, FRACTION, DATE, TIME, DATETIME, TIMEDELTA, TIMEZONE, PACKED = range(0x30, 0x3A)

# Forms of a body. Int columns are named by their width.
EACH, BOOLS, FLOATS, STRS = 0, 1, 2, 3
INT_COLUMNS = {4: "b", 5: "h", 6: "i", 7: "q"}
COLUMN_FROM = 8

# Memory of an empty container, in items: many empty ones must not cost more than as many numbers.
WEIGHT = {
    LIST: 1,
    TUPLE: 1,
    DICT: 1,
    ITERATOR: 2,
    SET: 4,
    FROZENSET: 4,
    COUNTER: 4,
    ORDERED: 4,
    DEFAULT: 4,
    DEQUE: 12,
}

DOUBLE = struct.Struct("<d")
PAIR = struct.Struct("<2d")
COUNT = struct.Struct("<I")
I4 = struct.Struct("<i")
I8 = struct.Struct("<q")


class NotPlain(Exception):  # noqa: N818 - named for what the value is
    """A value that is not plain data; the message says where in it, and what was found there."""


class BadData(Exception):  # noqa: N818 - likewise
    """Bytes that are not an encoding."""


class Packed:
    """Something whose type may not be loaded here, such as an array: its kind's name and plain data."""

    __slots__ = ("kind", "payload")

    def __init__(self, kind, payload):
        self.kind = kind
        self.payload = payload

    def __eq__(self, other):
        if type(other) is not Packed:
            return NotImplemented
        return self.kind == other.kind and self.payload == other.payload

    def __hash__(self):
        return hash((self.kind, self.payload))

    def __repr__(self):
        return "Packed(%r, %r)" % (self.kind, self.payload)


def _decimal_parts(value):
    sign, digits, exponent = value.as_tuple()
    return sign, bytes(digits), exponent


def _decimal(sign, digits, exponent):
    state = (sign, tuple(digits), exponent)
    value = decimal.Decimal(state)
    if (
        type(digits) is not bytes or value.as_tuple() != state
    ):  # a number in another spelling, or out of range
        raise BadData("a decimal's parts")
    return value


def _fraction_parts(value):
    parts = value._numerator, value._denominator  # noqa: SLF001 - the properties can be patched, the slots not
    if not all(type(part) is int for part in parts):
        raise NotPlain("a fraction of other than ints")
    if not all(part.bit_length() <= 8 * RATIO_BYTES for part in parts):
        raise NotPlain("a fraction of more than %d bytes" % RATIO_BYTES)
    return parts


def _fraction(numerator, denominator):
    for part in (numerator, denominator):
        if type(part) is not int or part.bit_length() > 8 * RATIO_BYTES:
            raise BadData("a fraction's parts")
    return fractions.Fraction(numerator, denominator)


def _zone(offset, name):
    return datetime.timezone(offset) if name is None else datetime.timezone(offset, name)


def _time(hour, minute, second, microsecond, fold, zone):
    return datetime.time(hour, minute, second, microsecond, zone, fold=fold)


def _datetime(year, month, day, hour, minute, second, microsecond, fold, zone):
    return datetime.datetime(year, month, day, hour, minute, second, microsecond, zone, fold=fold)


def _clock(t):
    return t.hour, t.minute, t.second, t.microsecond, t.fold, t.tzinfo


def _packed(kind, payload):
    if type(kind) is not str:
        raise BadData("a packed value's kind")
    return Packed(kind, payload)


# tag: (type, number of parts, value to parts, parts to value)
PARTS = {
    RANGE: (range, 3, lambda r: (r.start, r.stop, r.step), range),
    SLICE: (slice, 3, lambda s: (s.start, s.stop, s.step), slice),
    DECIMAL: (decimal.Decimal, 3, _decimal_parts, _decimal),
    FRACTION: (fractions.Fraction, 2, _fraction_parts, _fraction),
    DATE: (datetime.date, 3, lambda d: (d.year, d.month, d.day), datetime.date),
    TIME: (datetime.time, 6, _clock, _time),
    DATETIME: (datetime.datetime, 9, lambda t: (t.year, t.month, t.day, *_clock(t)), _datetime),
    TIMEDELTA: (datetime.timedelta, 3, lambda d: (d.days, d.seconds, d.microseconds), datetime.timedelta),
    TIMEZONE: (datetime.timezone, 2, lambda z: (*z.__getinitargs__(), None)[:2], _zone),
    PACKED: (Packed, 2, lambda p: (p.kind, p.payload), _packed),
}
MAPPINGS = {
    DICT: dict,
    COUNTER: collections.Counter,
    ORDERED: collections.OrderedDict,
    DEFAULT: collections.defaultdict,
}
