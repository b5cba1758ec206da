"""The reader of plain data: see ``plain``. It trusts no byte.

Every count is held against the bytes that are left, at least one a value, and against the items allowed,
before anything is made of it.
"""

import collections
import struct
from itertools import accumulate

from . import hashing
from . import plain_kinds as k

_DOUBLE, _COUNT, _I4, _I8 = k.DOUBLE.unpack_from, k.COUNT.unpack_from, k.I4.unpack_from, k.I8.unpack_from
_SMALL, _OFFSET = k.SMALL, k.SMALL - k.SMALLEST
_STR, _FLOAT, _INT4, _INT8 = k.STR, k.FLOAT, k.INT4, k.INT8
_ATOMS = (None, False, True, ...)
_WRONG = (  # what the steps below raise for bytes that nobody wrote
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    RecursionError,
    struct.error,
    hashing.Costly,
)


def decode(data, items, depth):
    """See ``plain.decode``."""
    data = bytes(data)
    try:
        if data[0] != k.VERSION:
            raise k.BadData("version %d" % data[0])
        reader = _Reader(data, items)
        (value,), position = reader.each(1, 1, depth)
    except _WRONG as error:
        raise k.BadData("%s: %s" % (type(error).__name__, str(error)[:200])) from None
    if position != len(data):
        raise k.BadData("%d bytes follow the value" % (len(data) - position))
    return value


class _Reader:
    """Its methods take a position and give what they read with the position after it."""

    __slots__ = ("budget", "data", "items")

    def __init__(self, data, items):
        self.data = data
        self.items = items
        self.budget = hashing.Budget()

    def each(self, position, count, depth):
        """Read values one after the other."""
        data, size = self.data, len(self.data)
        values = []
        append = values.append
        for _ in range(count):
            tag = data[position]
            position += 1
            if tag >= _SMALL:
                append(tag - _OFFSET)
            elif tag == _STR:
                length = data[position]
                position += 1
                if length == 255:
                    (length,) = _COUNT(data, position)
                    position += 4
                end = position + length
                if end > size:
                    raise k.BadData("a string past the end")
                append(str(data[position:end], "utf-8", "surrogatepass"))
                position = end
            elif tag == _FLOAT:
                append(_DOUBLE(data, position)[0])
                position += 8
            elif tag == _INT4:
                append(_I4(data, position)[0])
                position += 4
            elif tag == _INT8:
                append(_I8(data, position)[0])
                position += 8
            elif tag < 4:
                append(_ATOMS[tag])
            else:
                value, position = _READERS[tag](self, position, depth, tag)
                append(value)
        return values, position

    def count(self, position):
        number = self.data[position]
        if number == 255:
            return _COUNT(self.data, position + 1)[0], position + 5
        return number, position + 1

    def chunk(self, position):
        """Read a length and that many bytes."""
        length, position = self.count(position)
        end = position + length
        if end > len(self.data):
            raise k.BadData("%d bytes of which %d are there" % (length, len(self.data) - position))
        return self.data[position:end], end

    def open(self, position, depth, tag, columns=1):
        """Begin a container: give how many elements it has, each of which takes at least a byte a column."""
        if depth <= 0:
            raise k.BadData("nested too deep")
        count, position = self.count(position)
        if count > len(self.data) - position:
            raise k.BadData("%d values in %d bytes" % (count, len(self.data) - position))
        self.pay(columns * count + k.WEIGHT[tag])
        return count, position

    def pay(self, items):
        self.items -= items
        if self.items < 0:
            raise k.BadData("too many values")

    def body(self, position, count, depth):
        form = self.data[position]
        position += 1
        if form == k.EACH:
            return self.each(position, count, depth - 1)
        if count > len(self.data) - position:
            raise k.BadData("a column past the end")
        if form in k.INT_COLUMNS:
            return self.column(position, count, k.INT_COLUMNS[form])
        if form == k.FLOATS:
            return self.column(position, count, "d")
        if form == k.BOOLS:
            return self.column(position, count, "?")
        if form == k.STRS:
            return self.strs(position, count)
        raise k.BadData("form %d" % form)

    def column(self, position, count, code):
        column = struct.Struct("<%d%s" % (count, code))
        return list(column.unpack_from(self.data, position)), position + column.size

    def strs(self, position, count):
        form = self.data[position]
        lengths, position = self.column(position + 1, count, k.INT_COLUMNS[form])
        data, position = self.chunk(position)
        text = str(data, "utf-8", "surrogatepass")
        ends = list(accumulate(lengths))
        if count and (min(lengths) < 0 or ends[-1] != len(text)):
            raise k.BadData("strings of other lengths than said")
        return list(map(text.__getitem__, map(slice, [0, *ends], ends))), position

    def big(self, position, _depth, _tag):
        data, position = self.chunk(position)
        if len(data) > k.INT_BYTES:
            raise k.BadData("an int of %d bytes" % len(data))
        return int.from_bytes(data, "little", signed=True), position

    def read_complex(self, position, _depth, _tag):
        return complex(*k.PAIR.unpack_from(self.data, position)), position + 16

    def read_bytes(self, position, _depth, tag):
        data, position = self.chunk(position)
        return (data if tag == k.BYTES else bytearray(data)), position

    def read_list(self, position, depth, tag):
        count, position = self.open(position, depth, tag)
        values, position = self.body(position, count, depth)
        return (values if tag == k.LIST else _SEQUENCES[tag](values)), position

    def read_set(self, position, depth, tag):
        count, position = self.open(position, depth, tag)
        values, position = self.body(position, count, depth)
        self.budget.charge(values)
        found = set(values) if tag == k.SET else frozenset(values)
        if len(found) != count:
            raise k.BadData("an element twice")
        return found, position

    def mapping(self, position, depth, tag):
        count, position = self.open(position, depth, tag, 2)
        keys, position = self.body(position, count, depth)
        values, position = self.body(position, count, depth)
        self.budget.charge(keys)
        found = k.MAPPINGS[tag]()
        pairs = zip(keys, values)  # noqa: B905 - Python 3.8
        if tag == k.ORDERED:
            found.update(pairs)
        else:  # a Counter's own update would count
            dict.update(found, pairs)
        if len(found) != count:
            raise k.BadData("a key twice")
        return found, position

    def deque(self, position, depth, tag):
        (most,), position = self.each(position, 1, 0)
        count, position = self.open(position, depth, tag)
        values, position = self.body(position, count, depth)
        if most is not None and (type(most) is not int or count > most):
            raise k.BadData("a deque longer than its maxlen")
        return collections.deque(values, most), position

    def parts(self, position, depth, tag):
        if depth <= 0:
            raise k.BadData("nested too deep")
        _, count, _, make = k.PARTS[tag]
        self.pay(2 * count)
        values, position = self.each(position, count, depth - 1)
        return make(*values), position


_SEQUENCES = {k.TUPLE: tuple, k.ITERATOR: iter}
_READERS = {
    k.BIG: _Reader.big,
    k.COMPLEX: _Reader.read_complex,
    k.BYTES: _Reader.read_bytes,
    k.BYTEARRAY: _Reader.read_bytes,
    k.LIST: _Reader.read_list,
    k.TUPLE: _Reader.read_list,
    k.ITERATOR: _Reader.read_list,
    k.SET: _Reader.read_set,
    k.FROZENSET: _Reader.read_set,
    k.DEQUE: _Reader.deque,
}
_READERS.update(dict.fromkeys(k.MAPPINGS, _Reader.mapping))
_READERS.update(dict.fromkeys(k.PARTS, _Reader.parts))
