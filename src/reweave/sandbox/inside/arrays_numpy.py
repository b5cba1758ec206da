"""numpy's arrays, scalars and element types as plain data: see ``arrays``.

The reader holds the shape against the bytes that are there before it makes anything, and checks the bytes
that numpy itself trusts: a boolean that is neither 0 nor 1, a character that is not Unicode's.
"""

import re

import numpy as np

from .plain_kinds import BadData, NotPlain, Packed

_UNIT = r"\[[1-9]?[0-9]{0,3}(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\]"
_CODE = re.compile(
    r"\|b1|[<>|][iu][1248]|[<>]f[248]|[<>]c(?:8|16)|\|S[1-9][0-9]{0,7}|[<>]U[1-9][0-9]{0,6}|[<>][mM]8(?:%s)?"
    % _UNIT
)
_MOST_DIMENSION = 1 << 32  # of an array without elements, whose shape nothing else bounds
_SCALARS = frozenset(np.dtype(code).type for code in "?bhilqpBHILQPefdFDmM")


def pack(value, limit):
    """Give the ``Packed`` form of one of numpy's exact types; None for anything else."""
    kind = type(value)
    if kind is np.ndarray:
        return _pack_array(value, limit)
    if kind in _SCALARS:
        return Packed("numpy.scalar", (code_of(value.dtype), value.tobytes()))
    if kind is np.str_:
        return Packed("numpy.str", str.__str__(value))
    if kind is np.bytes_:
        return Packed("numpy.bytes", bytes.__getitem__(value, slice(None)))
    if isinstance(value, np.dtype) and type(value).__module__ in ("numpy", "numpy.dtypes"):
        return Packed("numpy.dtype", "O" if value == np.dtype(object) else code_of(value))
    return None


def _pack_array(value, limit):
    if value.nbytes > limit or value.size > limit:
        raise NotPlain("an array of %d bytes" % value.nbytes)
    if value.dtype == np.dtype(object):
        return Packed("numpy.objects", (value.shape, tuple(value.ravel().tolist())))
    return Packed("numpy.array", (code_of(value.dtype), value.shape, value.tobytes()))


def code_of(dtype):
    """Give the name of an element type: a string, or for records the list of their (name, code) pairs."""
    if dtype.names is not None:
        fields = [(name, code_of(dtype[name])) for name in dtype.names]
        if dtype != np.dtype(fields) or dtype.metadata:
            raise NotPlain("an array of records with gaps, titles or arrays in them")
        return fields
    if not _CODE.fullmatch(dtype.str):
        raise NotPlain("an array of %s" % dtype.str[:40])
    return dtype.str


def dtype_of(code):
    """Give the element type that ``code_of`` named."""
    if type(code) is list and 0 < len(code) <= 1000:
        fields = []
        for field in code:
            if type(field) is not tuple or len(field) != 2 or type(field[0]) is not str or not field[0]:
                raise BadData("a record's field")
            fields.append((field[0], dtype_of(field[1])))
        return np.dtype(fields)
    if type(code) is not str or not _CODE.fullmatch(code):
        raise BadData("an element type")
    return np.dtype(code)


def _shape(shape, size):
    """Check a shape, and that it has as many elements as are there."""
    if type(shape) is not tuple or len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
        raise BadData("a shape")
    product = 1
    for n in shape:
        if n > _MOST_DIMENSION:
            raise BadData("a shape")
        product *= n
    if product != size:
        raise BadData("%d elements in a shape of %d" % (size, product))
    return shape


def _make_array(payload):
    code, shape, data = payload
    dtype = dtype_of(code)
    if type(data) is not bytes or len(data) % dtype.itemsize:
        raise BadData("an array's bytes")
    _shape(shape, len(data) // dtype.itemsize)
    array = np.frombuffer(data, dtype).copy() if data else np.empty(0, dtype)
    _check(array)
    return array.reshape(shape)


def _check(array):
    """Check what numpy trusts."""
    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            _check(array[name])
    elif dtype.kind == "b":
        if array.size and np.ascontiguousarray(array).view(np.uint8).max() > 1:
            raise BadData("a boolean that is neither")
    elif dtype.kind == "U" and array.size:
        characters = np.ascontiguousarray(array).view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if characters.max() > 0x10FFFF:
            raise BadData("a character that is none")


def _make_objects(payload):
    shape, values = payload
    if type(values) is not tuple:
        raise BadData("an array of objects")
    _shape(shape, len(values))
    array = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):  # array[:] = values would look into sequences
        array[i] = value
    return array.reshape(shape)


def _make_scalar(payload):
    code, data = payload
    if type(code) is not str or code[1:2] in ("U", "S"):
        raise BadData("a scalar's type")
    return _make_array((code, (1,), data))[0]


def _make_str(payload):
    if type(payload) is not str:
        raise BadData("a numpy string")
    return np.str_(payload)


def _make_bytes(payload):
    if type(payload) is not bytes:
        raise BadData("numpy bytes")
    return np.bytes_(payload)


MAKE = {
    "numpy.array": _make_array,
    "numpy.objects": _make_objects,
    "numpy.scalar": _make_scalar,
    "numpy.str": _make_str,
    "numpy.bytes": _make_bytes,
    "numpy.dtype": lambda code: np.dtype(object) if code == "O" else dtype_of(code),
}
