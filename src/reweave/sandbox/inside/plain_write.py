# ruff: noqa: A004 - the builtins are imported because the program may replace them
"""The writer of plain data: see ``plain``.

It runs beside the program whose values it writes. Exact types only, so that no method of the program's is
called (draining a generator apart), and the builtins it uses are bound when it is imported, before the
program can replace them: that is for a program's accidents, not for safety, which is the reader's.
"""

import collections
import itertools
import struct
import sys
from builtins import (
    Exception,
    MemoryError,
    RecursionError,
    bool,
    bytearray,
    bytes,
    dict,
    float,
    int,
    len,
    list,
    map,
    max,
    min,
    repr,
    set,
    sorted,
    str,
    sum,
    tuple,
    type,
)

from . import plain_kinds as k

_DOUBLE, _COUNT, _I4, _I8 = k.DOUBLE.pack, k.COUNT.pack, k.I4.pack, k.I8.pack
_BIG, _SMALLEST = 112, k.SMALLEST
_OFFSET = k.SMALL - k.SMALLEST
_FLOAT, _STR, _ATOM = bytes([k.FLOAT]), bytes([k.STR]), {None: k.NONE, False: k.FALSE, True: k.TRUE}
_INT4, _INT8 = bytes([k.INT4]), bytes([k.INT8])
_ORDERED_ITEMS = collections.OrderedDict.items
_NAME = type.__dict__["__qualname__"].__get__
_MRO = type.__dict__["__mro__"].__get__
_NAMESPACE = type.__dict__["__dict__"].__get__
_TUPLE_WAYS = ("__eq__", "__ne__", "__hash__", "__len__", "__getitem__", "__iter__", "__contains__", "__lt__")
_WORDS = {
    "function": "a function",
    "method": "a method",
    "builtin_function_or_method": "a builtin function",
    "module": "a module",
    "coroutine": "a coroutine",
}


class _Refused(Exception):  # noqa: N818 - named for what happened
    """Not plain: what, and on the way out the steps to where."""

    def __init__(self, what):
        super().__init__(what)
        self.what = what
        self.steps = []


def encode(value, limit, items, depth, drain):
    """See ``plain.encode``."""
    writer = _Writer(limit, items, drain)
    try:
        writer.each((value,), depth, _nowhere)
        writer.check()
    except _Refused as refused:
        steps = [step for step in reversed(refused.steps) if step]
        where = "".join(steps[:6]) + ("..." if len(steps) > 6 else "")
        raise k.NotPlain("at %s: %s" % (where, refused.what) if where else refused.what) from None
    except RecursionError:
        raise k.NotPlain("nested too deep for the stack that is left") from None
    except MemoryError:
        raise k.NotPlain("too large for the memory that is left") from None
    return bytes(writer.out)


def describe(value):
    """Give a short description of a value's type, whatever its class says of itself."""
    kind = type(value)
    name = "".join((_NAME(kind),))[:100]  # join copies a str subclass's text without calling it
    if type not in _MRO(kind):
        return _WORDS.get(name, ("an " if name[:1] in "aeiouAEIOU" else "a ") + name)
    return "a class"


class _Writer:
    def __init__(self, limit, items, drain):
        self.out = bytearray((k.VERSION,))
        self.limit = limit
        self.items = items
        self.drain = drain

    def check(self):
        if len(self.out) > self.limit:
            raise _Refused("more than %d bytes in all" % self.limit)

    def open(self, tag, count, depth):
        """Begin a container."""
        if depth <= 0:
            raise _Refused("nested too deep, or a cycle")
        self.items -= count + k.WEIGHT.get(tag, count)
        if self.items < 0:
            raise _Refused("too many values in all")
        self.out.append(tag)

    def count(self, number):
        if number < 255:
            self.out.append(number)
        else:
            if number >= 1 << 32:
                raise _Refused("more than %d bytes" % self.limit)
            self.out += b"\xff" + _COUNT(number)

    def each(self, values, depth, step):
        """Write one value after the other; ``step(i)`` says where the i-th is."""
        out = self.out
        index = 0
        try:
            for value in values:
                kind = type(value)
                if kind is int:
                    if _SMALLEST <= value < _BIG:
                        out.append(value + _OFFSET)
                    elif -0x80000000 <= value < 0x80000000:
                        out += _INT4 + _I4(value)
                    elif -0x8000000000000000 <= value < 0x8000000000000000:
                        out += _INT8 + _I8(value)
                    else:
                        self.big(value)
                elif kind is str:
                    self.text(k.STR, value)
                elif kind is float:
                    out += _FLOAT + _DOUBLE(value)
                elif value is None or kind is bool:
                    out.append(_ATOM[value])
                else:
                    writer = _WRITERS.get(kind)
                    if writer is None:
                        self.other(value, depth)
                    else:
                        writer(self, value, depth)
                index += 1
        except _Refused as refused:
            refused.steps.append(step(index))
            raise
        except k.NotPlain as refused:  # from taking a value apart
            refused = _Refused(refused.args[0])
            refused.steps.append(step(index))
            raise refused from None
        self.check()

    def body(self, values, depth, step):
        """Write the elements of a container (a list or tuple), as a column where they are of one type."""
        if len(values) >= k.COLUMN_FROM:
            kinds = set(map(type, values))
            if len(kinds) == 1:
                (kind,) = kinds
                if kind in _COLUMNS and _COLUMNS[kind](self, values):
                    self.check()
                    return
        self.out.append(k.EACH)
        self.each(values, depth - 1, step)

    def ints(self, values):
        low, high = min(values), max(values)
        for form, code in k.INT_COLUMNS.items():
            bits = 8 * struct.calcsize("<" + code) - 1
            if -1 << bits <= low and high < 1 << bits:
                self.out.append(form)
                self.out += struct.pack("<%d%s" % (len(values), code), *values)
                return True
        return False

    def floats(self, values):
        self.out.append(k.FLOATS)
        self.out += struct.pack("<%dd" % len(values), *values)
        return True

    def bools(self, values):
        self.out.append(k.BOOLS)
        self.out += bytes(values)
        return True

    def strs(self, values):
        """A column of text: the lengths as a column of ints, then all characters together."""
        lengths = list(map(len, values))
        if sum(lengths) > self.limit:
            raise _Refused("more than %d bytes in all" % self.limit)
        self.out.append(k.STRS)
        self.ints(lengths)
        data = "".join(values).encode("utf-8", "surrogatepass")
        self.count(len(data))
        self.out += data
        return True

    def big(self, value):
        count = value.bit_length() // 8 + 1
        if count > k.INT_BYTES:
            raise _Refused("an int of more than %d bytes" % k.INT_BYTES)
        self.out.append(k.BIG)
        self.count(count)
        self.out += value.to_bytes(count, "little", signed=True)

    def text(self, tag, value):
        if len(value) > self.limit:
            raise _Refused("more than %d bytes" % self.limit)
        data = value.encode("utf-8", "surrogatepass") if tag == k.STR else value
        self.out.append(tag)
        self.count(len(data))
        self.out += data
        if len(data) > 255:
            self.check()

    def sequence(self, tag, values, depth):
        self.open(tag, len(values), depth)
        self.count(len(values))
        self.body(values, depth, _at_index)

    def mapping(self, tag, pairs, depth):
        """Write a dict: all keys, then all values."""
        self.open(tag, 2 * len(pairs), depth)
        self.count(len(pairs))
        keys = [key for key, _ in pairs]
        self.body(keys, depth, _at_key)
        self.body([value for _, value in pairs], depth, lambda i: "[%s]" % _short(keys[i]))

    def unordered(self, tag, values, depth):
        """Write a set, in an order that its elements alone decide."""
        values = list(values)
        kinds = set(map(type, values))
        if kinds in ({int}, {str}):
            self.sequence(tag, sorted(values), depth)
            return
        self.open(tag, len(values), depth)
        self.count(len(values))
        out = self.out
        out.append(k.EACH)
        start = position = len(out)
        encoded = []
        for value in values:
            self.each((value,), depth - 1, _at_element)
            encoded.append(out[position:])
            position = len(out)
        out[start:] = bytes().join(sorted(encoded))

    def parts(self, tag, values, depth):
        self.open(tag, len(values), depth)
        self.each(values, depth - 1, _nowhere)

    def drained(self, iterator, depth):
        """Write an iterator's elements, or a view's. This runs the program's code."""
        if not self.drain and type(iterator) not in _VIEWS:
            raise _Refused(describe(iterator))
        try:
            values = list(itertools.islice(iterator, self.items + 1))
        except Exception as error:  # noqa: BLE001 - it is the program's own
            raise _Refused("%s that raised %s" % (describe(iterator), describe(error))) from None
        self.sequence(k.ITERATOR, values, depth)

    def other(self, value, depth):
        """Write what is of none of the types: a namedtuple, what ``arrays`` packs; refuse the rest."""
        kind = type(value)
        if type(kind) is type and _is_namedtuple(kind):
            self.sequence(k.TUPLE, tuple.__getitem__(value, slice(None)), depth)
            return
        packed = _pack(value, self.limit)
        if packed is None:
            raise _Refused(describe(value))
        self.parts(k.PACKED, (packed.kind, packed.payload), depth)


def _is_namedtuple(kind):
    line = _MRO(kind)
    if line[-2:] != (tuple, object):
        return False
    spaces = [_NAMESPACE(base) for base in line[:-2]]
    return any("_fields" in space for space in spaces) and not any(
        way in space for space in spaces for way in _TUPLE_WAYS
    )


def _pack(value, limit):
    if "numpy" not in sys.modules:
        return None
    try:
        from . import arrays  # noqa: PLC0415 - numpy is optional

        return arrays.pack_one(value, limit)
    except k.NotPlain:
        raise
    except Exception as error:  # noqa: BLE001 - libraries of the program's side, patched perhaps
        raise _Refused("%s that cannot be taken apart: %s" % (describe(value), describe(error))) from None


def _nowhere(_):
    return ""


_at_index = "[%d]".__mod__


def _at_key(index):
    return "{key %d}" % index


def _at_element(_):
    return "{element}"


def _short(key):
    text = repr(key) if type(key) in (int, str, float, bool, type(None)) else "..."
    return text if len(text) <= 40 else text[:37] + "..."


def _writers():
    """Give the table from type to writer."""
    writers = {
        type(...): lambda w, _value, _depth: w.out.append(k.ELLIPSIS),
        complex: lambda w, v, _depth: w.out.extend(bytes([k.COMPLEX]) + k.PAIR.pack(v.real, v.imag)),
        bytes: lambda w, v, _depth: w.text(k.BYTES, v),
        bytearray: lambda w, v, _depth: w.text(k.BYTEARRAY, v),
        list: lambda w, v, depth: w.sequence(k.LIST, v[:], depth),
        tuple: lambda w, v, depth: w.sequence(k.TUPLE, v, depth),
        set: lambda w, v, depth: w.unordered(k.SET, v, depth),
        frozenset: lambda w, v, depth: w.unordered(k.FROZENSET, v, depth),
        collections.deque: _deque,
    }
    for tag, kind in k.MAPPINGS.items():
        items = _ORDERED_ITEMS if tag == k.ORDERED else dict.items
        writers[kind] = lambda w, v, depth, tag=tag, items=items: w.mapping(tag, list(items(v)), depth)
    for tag, (kind, _, take, _) in k.PARTS.items():
        writers[kind] = lambda w, v, depth, tag=tag, take=take: w.parts(tag, take(v), depth)
    for kind in _iterators():
        writers[kind] = _Writer.drained
    return writers


def _deque(writer, value, depth):
    values = list(value)
    writer.open(k.DEQUE, len(values), depth)
    writer.each((value.maxlen,), depth, _nowhere)
    writer.count(len(values))
    writer.body(values, depth, _at_index)


_VIEWS = {
    type(view)
    for each in ({}, collections.OrderedDict())
    for view in (each.keys(), each.values(), each.items())
}


def _iterators():
    """Give the types of the interpreter's own iterators and views."""
    table, ordered = {}, collections.OrderedDict()
    found = set(_VIEWS)
    found |= {map, filter, zip, enumerate, reversed, type(_ for _ in ()), type(iter(int, 1))}
    found.update(
        kind for kind in vars(itertools).values() if type(kind) is type and hasattr(kind, "__next__")
    )
    for each in (table, ordered):
        found.update(type(iter(view)) for view in (each.keys(), each.values(), each.items()))
    for each in (
        [],
        (),
        "",
        "\u0100",
        b"",
        bytearray(),
        set(),
        range(0),
        range(1 << 70),
        collections.deque(),
    ):
        found.add(type(iter(each)))
    for each in ([], range(0), range(1 << 70), collections.deque(), ordered):
        found.add(type(reversed(each)))
    if hasattr(dict, "__reversed__"):
        found.update(type(reversed(view)) for view in (table.keys(), table.values(), table.items()))
    return found


_COLUMNS = {int: _Writer.ints, float: _Writer.floats, bool: _Writer.bools, str: _Writer.strs}
_WRITERS = _writers()

ITERATORS = frozenset(_iterators() - set(_VIEWS))
"""Types whose values are empty once they have been written, or refused."""
