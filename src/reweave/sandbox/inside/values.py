"""What a sample is given: plain data from the trusted side, with the arrays and frames in it.

It comes in the interpreter's own marshal format where that says the same as plain data, because reading it is
one call and touches little memory; in the codec's otherwise. Nothing marshalled ever goes the other way.
"""

import marshal

from . import plain

MARSHAL, PLAIN = b"m", b"p"
_VERSION = 4  # known to every Python from 3.4 on


def pack(value):
    """Give the bytes of a value, on the trusted side. Raises ``plain.NotPlain``."""
    data = plain.encode(value, limit=1 << 31, items=1 << 40)
    try:
        short = marshal.dumps(value, _VERSION)
        # marshal takes whatever has a buffer for bytes: a bytearray, an array's element.
        if plain.encode(marshal.loads(short), limit=1 << 31, items=1 << 40) == data:  # noqa: S302 - written just now
            return MARSHAL + short
    except ValueError:
        pass
    return PLAIN + data


def load(data):
    """Give the value again, in the sample."""
    if data[:1] == MARSHAL:
        return marshal.loads(data[1:])  # noqa: S302 - from the trusted side, to a process that is not
    return unpacked(plain.decode(data[1:], items=1 << 40, depth=200))


def unpacked(value):
    """Give plain data with every packed value in it made again."""
    kind = type(value)
    if kind is plain.Packed:
        from . import arrays  # noqa: PLC0415 - it needs numpy, which most samples do not

        return arrays.unpack(value)
    if kind is list:
        return [unpacked(part) for part in value]
    if kind is tuple:
        return tuple([unpacked(part) for part in value])
    if kind is dict:
        return {key: unpacked(part) for key, part in value.items()}
    return value
