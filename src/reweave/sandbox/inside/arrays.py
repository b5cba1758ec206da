"""Arrays and frames as plain data: numpy's and pandas' exact types to ``Packed`` values, and back.

Whatever holds numbers, text of one width or instants travels as the name of its element type, its shape and
its bytes; what holds Python objects, as a list of plain values. A frame is its columns, one by one, and its
two indexes, so that repeated, mixed and non-text column names, element types and names of indexes all come
back. No pickle, no ``npy`` header, no Arrow: Arrow's reader is a C++ parser that its authors do not offer for
hostile bytes, it refuses mixed columns and loses repeated names, and pandas 1.5 environments often lack it.

What is lost: the order in memory, ``attrs``, ``flags``, ``freq`` of a single Timestamp. What does not cross:
subclasses (masked arrays, matrices, GeoDataFrames), long doubles, Arrow-backed columns.

Neither numpy nor pandas is imported before a value needs it. ``arrays_numpy`` and ``arrays_pandas`` know the
types.
"""

import collections
import sys

from . import hashing
from .plain_kinds import BadData, Packed

_LEAVES = frozenset((type(None), bool, int, float, complex, str, bytes, bytearray))


def pack_one(value, limit):
    """Give the ``Packed`` form of an array, a frame, or one of their scalars; None for anything else.

    Its payload may hold values that are to be packed in turn. Raises ``NotPlain``.
    """
    if "numpy" in sys.modules:
        from . import arrays_numpy  # noqa: PLC0415 - numpy is optional

        packed = arrays_numpy.pack(value, limit)
        if packed is not None:
            return packed
    if "pandas" in sys.modules:
        from . import arrays_pandas  # noqa: PLC0415 - pandas is optional

        return arrays_pandas.pack(value, limit)
    return None


def unpack(value):
    """Give ``value``, which ``plain.decode`` gave, with every ``Packed`` in it made what it was.

    Raises ``BadData`` for a payload that ``pack_one`` cannot have written, and ``ImportError`` where numpy or
    pandas is needed and not there. Containers that hold none are given back as they are.
    """
    return _unpack(value, hashing.Budget())


def _unpack(value, budget):
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind is Packed:
        return _make(value.kind, _unpack(value.payload, budget))
    if kind not in _CONTAINERS:
        return value
    return _CONTAINERS[kind](value, budget)


def _make(kind, payload):
    library = kind.partition(".")[0]
    if library == "numpy":
        from . import arrays_numpy as library_types  # noqa: PLC0415 - numpy is optional
    elif library == "pandas":
        from . import arrays_pandas as library_types  # noqa: PLC0415 - pandas is optional
    else:
        raise BadData("packed by nobody: %r" % kind[:40])
    make = library_types.MAKE.get(kind)
    if make is None:
        raise BadData("packed by nobody: %r" % kind[:40])
    try:
        return make(payload)
    except BadData:
        raise
    except Exception as error:  # noqa: BLE001 - the libraries raise what they like for what does not fit
        raise BadData("%s: %s: %s" % (kind, type(error).__name__, str(error)[:200])) from None


def _all(values, budget):
    """Unpack each of a list or tuple; give it back as it is where nothing can be packed in it."""
    if _LEAVES.issuperset(map(type, values)):
        return values
    return [_unpack(each, budget) for each in values]


def _tuple(value, budget):
    return tuple(_all(value, budget))


def _set(value, budget):
    if _LEAVES.issuperset(map(type, value)):
        return value
    elements = _keys(list(value), budget)
    made = type(value)(elements)
    if len(made) != len(value):
        raise BadData("an element twice")
    return made


def _dict(value, budget):
    keys, values = list(value), list(value.values())
    made_keys, made_values = _keys(keys, budget), _all(values, budget)
    if made_keys is keys and made_values is values:
        return value
    made = type(value)()
    pairs = zip(made_keys, made_values)  # noqa: B905 - Python 3.8
    if type(made) is collections.OrderedDict:
        made.update(pairs)
    else:  # a Counter's own update would count
        dict.update(made, pairs)
    if len(made) != len(value):
        raise BadData("a key twice")
    return made


def _keys(keys, budget):
    made = _all(keys, budget)
    if made is not keys:
        try:
            budget.charge(made)
        except (TypeError, hashing.Costly) as error:
            raise BadData("keys: %s" % error) from None
    return made


def _deque(value, budget):
    values = list(value)
    made = _all(values, budget)
    return value if made is values else collections.deque(made, value.maxlen)


def _iterator(value, budget):
    return iter(_all(list(value), budget))


_CONTAINERS = {
    list: _all,
    tuple: _tuple,
    set: _set,
    frozenset: _set,
    dict: _dict,
    collections.Counter: _dict,
    collections.OrderedDict: _dict,
    collections.defaultdict: _dict,
    collections.deque: _deque,
    type(iter([])): _iterator,
}
