"""The codec for plain data (to be written; see the API below).

encode(value, *, limit) -> bytes
decode(data, *, items, depth) -> value
"""


class NotPlain(Exception):
    """A value that is not plain data."""


class BadData(Exception):
    """Bytes that are not an encoding."""


def encode(value, *, limit=16 << 20):
    """Give the bytes of a value."""
    raise NotImplementedError


def decode(data, *, items=1_000_000, depth=100):
    """Give the value of bytes."""
    raise NotImplementedError
