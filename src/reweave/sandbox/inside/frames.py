"""Length-prefixed frames, one after the other, in a file or a pipe.

A frame is four bytes of length, little-endian, and that many bytes. The reader trusts no length: what does
not fit into what is there is the end.
"""

import os
import struct

_LENGTH = struct.Struct("<I")


def pack(payload):
    """Give one frame that holds ``payload`` (bytes)."""
    return _LENGTH.pack(len(payload)) + payload


def unpack(data, start=0, most=None):
    """Give the payloads of the frames in ``data`` from ``start`` on; an incomplete last one is left out.

    Args:
        data: Bytes, trusted in no way.
        start: Where the first frame begins.
        most: Frames to give at most: millions of empty ones take seconds; None for all.
    """
    view = memoryview(data)
    payloads = []
    while start + 4 <= len(view) and len(payloads) != most:
        (length,) = _LENGTH.unpack_from(view, start)
        if start + 4 + length > len(view):
            break
        payloads.append(bytes(view[start + 4 : start + 4 + length]))
        start += 4 + length
    return payloads


def read_one(descriptor, limit):
    """Read one frame from a pipe; None at its end. Raises ``ValueError`` for one over ``limit`` bytes."""
    head = _read(descriptor, 4)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > limit:
        raise ValueError("a frame of %d bytes, over the limit of %d" % (length, limit))
    return _read(descriptor, length)


def write_all(descriptor, data):
    """Write all of ``data``, however often the kernel takes only a part."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _read(descriptor, count):
    parts = []
    while count:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
