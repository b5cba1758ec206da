"""The codec for plain data: what crosses the boundary between a sample and the trusted side, both ways.

Plain data are values of *exactly* these types, all the way down: None, bool, int, float, complex, str, bytes,
bytearray, list, tuple, dict, set, frozenset, range, slice, Ellipsis; ``decimal.Decimal``,
``fractions.Fraction``, ``datetime.date``, ``time``, ``datetime``, ``timedelta``, ``timezone``;
``collections.Counter``, ``OrderedDict``, ``defaultdict``, ``deque``. An instance of a subclass (an ``int``
with an ``__eq__`` that lies, an enum's member) does not cross. Four things cross as something else:

- an iterator, a generator, a view of a dict: drained, it comes back as a fresh iterator over a list;
- a namedtuple whose class keeps tuple's own behaviour comes back as a tuple, which equals it;
- a ``defaultdict`` comes back without its default factory;
- arrays and frames, where numpy is loaded, come back as ``Packed``: ``arrays.unpack`` makes arrays of them
  again.

Floats cross bit by bit, strings with lone surrogates, dicts in their order; equal values built the same way
give equal bytes. Shared references become copies; a cycle is refused for its depth.

``decode`` takes any bytes whatever: it raises ``BadData`` or gives a value, allocates nothing before it has
seen the bytes that pay for it, and builds a hash table only where ``hashing`` finds that cheap. What it gives
can still be large to *use*: a range of 10**100 elements is plain data.

The writer is in ``plain_write``, the reader in ``plain_read``, the layout in ``plain_kinds``.
"""

from . import plain_read, plain_write
from .plain_kinds import DEPTH, ITEMS, LIMIT, BadData, NotPlain, Packed

__all__ = ["DEPTH", "ITEMS", "LIMIT", "BadData", "NotPlain", "Packed", "decode", "encode", "items_in"]


def items_in(limit):
    """Give how many values an encoding of at most ``limit`` bytes may hold."""
    return max(ITEMS, limit // 4)


def encode(value, *, limit=LIMIT, items=ITEMS, depth=DEPTH, drain=True):
    """Give the bytes of a value. Raises ``NotPlain``, which says where and what: ``at [2]['x']: a function``.

    A generator that is drained runs the program's code: what it raises becomes ``NotPlain`` too, except what
    ends a process (``SystemExit`` and its like), which comes through.

    Args:
        value: Plain data.
        limit: Bytes the encoding may have.
        items: Values it may hold, all containers together.
        depth: Containers within containers.
        drain: Whether to empty iterators; False refuses them, so that encoding leaves the value as it was.
    """
    return plain_write.encode(value, limit, items, depth, drain)


def decode(data, *, items=ITEMS, depth=DEPTH):
    """Give the value of bytes. Raises ``BadData`` for what ``encode`` cannot have written, and nothing else.

    Args:
        data: Bytes, trusted in no way.
        items: Values they may hold, all containers together.
        depth: Containers within containers.
    """
    return plain_read.decode(data, items, depth)
