"""The codec for plain data: the law, what is refused, and what hostile bytes cost."""

import collections
import datetime as dt
import enum
import itertools
import math
import struct
import typing
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reweave.sandbox.inside import hashing, plain
from reweave.sandbox.inside import plain_kinds as k

ZONES = st.none() | st.builds(
    dt.timezone,
    st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)),
)
KEYS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.dates()
    | st.times(timezones=ZONES)
    | st.datetimes(timezones=ZONES)
    | st.timedeltas()
    | st.just(...),
    lambda inner: st.lists(inner).map(tuple) | st.frozensets(inner),
    max_leaves=8,
)
RANGES = st.builds(range, st.integers(), st.integers(), st.integers().filter(bool))
VALUES = st.recursive(
    KEYS | RANGES | st.binary().map(bytearray) | st.builds(slice, st.integers(), st.text()),
    lambda inner: (
        st.lists(inner)
        | st.lists(st.integers(), min_size=8)
        | st.lists(st.floats(), min_size=8)
        | st.lists(st.text(st.characters()), min_size=8)
        | st.lists(st.booleans(), min_size=8)
        | st.lists(inner).map(tuple)
        | st.dictionaries(KEYS, inner)
        | st.dictionaries(KEYS, inner).map(collections.OrderedDict)
        | st.dictionaries(KEYS, st.integers()).map(collections.Counter)
        | st.dictionaries(KEYS, inner).map(lambda d: collections.defaultdict(None, d))
        | st.sets(KEYS)
        | st.builds(collections.deque, st.lists(inner, max_size=3), st.none() | st.integers(3, 9))
    ),
    max_leaves=20,
)


def same(a, b):
    """Whether two values are equal and of the same exact types all the way down, NaN and -0.0 told apart."""
    if type(a) is not type(b):
        return False
    if type(a) is float:
        return struct.pack("<d", a) == struct.pack("<d", b)
    if type(a) is complex:
        return same(a.real, b.real) and same(a.imag, b.imag)
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if type(a) is collections.deque:
        return a.maxlen == b.maxlen and same(list(a), list(b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if type(a) in (set, frozenset):
        return sorted(map(plain.encode, a)) == sorted(map(plain.encode, b))
    if type(a) in (dt.datetime, dt.time):
        return a.replace(tzinfo=None) == b.replace(tzinfo=None) and a.fold == b.fold and repr(a) == repr(b)
    if type(a) in (Decimal, slice):
        return repr(a) == repr(b)
    return a == b


@settings(max_examples=100)
@given(VALUES)
def test_law(value):
    """What is decoded equals what was encoded, exact types included, and gives the same bytes again."""
    data = plain.encode(value)
    decoded = plain.decode(data)
    assert same(value, decoded)
    assert plain.encode(decoded) == data


@pytest.mark.parametrize(
    "value",
    [
        *(
            sign * (1 << bits) + more
            for bits in (0, 4, 7, 31, 63, 64, 1000)
            for sign in (1, -1)
            for more in (-1, 0, 1)
        ),
        struct.unpack("<d", b"\1\0\0\0\0\0\xf0\x7f")[0],  # a signalling NaN
        -math.inf,
        -0.0,
        "\ud800 \udfff \ud83d\ude00 \U0001f600",
        ["\ud83d", "\ude00", "\U0001f600", ""] * 3,
        "x" * 254,
        "x" * 255,
        b"x" * 256,
        [1 << 63] * 8,
        [-1 << 63, (1 << 63) - 1] * 4,
        [True, 1] * 8,
        Decimal("sNaN12"),
        Decimal("-0E-5"),
        Decimal("1E+999999"),
        dt.datetime(2020, 10, 25, 2, fold=1),  # noqa: DTZ001 - naive on purpose
        dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1), "CET")),
        dt.timezone.utc,  # noqa: UP017 - the type in question
        range(10**100),
        {1: "a", "b": [(), {}, set()]},
        set(range(-1000, 1000)),
    ],
    ids=lambda value: repr(value)[:30] if type(value) is not int else "",
)
def test_edges(value):
    """Values at the edges of the layout come back bit by bit."""
    assert same(value, plain.decode(plain.encode(value)))


def test_order():
    """An ordered dict keeps its own order; sets built in another order give the same bytes."""
    moved = collections.OrderedDict.fromkeys("abc")
    moved.move_to_end("a")
    assert list(plain.decode(plain.encode(moved))) == ["b", "c", "a"]
    mixed = [1, "a", (2, 3), None, 2.5, frozenset({4})]
    assert len({plain.encode(set(order)) for order in itertools.permutations(mixed)}) == 1


def chars():
    yield from "ab"


@pytest.mark.parametrize(
    ("make", "elements"),
    [
        (chars, ["a", "b"]),
        (lambda: map(str, [1, 2]), ["1", "2"]),
        (lambda: zip("ab", [1, 2], strict=True), [("a", 1), ("b", 2)]),
        (lambda: filter(None, [0, 1]), [1]),
        ({"a": 1}.items, [("a", 1)]),
        (collections.OrderedDict(a=1).values, [1]),
        (lambda: reversed([1, 2]), [2, 1]),
        (lambda: itertools.chain([1], [2]), [1, 2]),
        (lambda: iter("é"), ["é"]),
    ],
)
def test_iterators(make, elements):
    """Iterators and views are drained, and come back as fresh iterators over lists."""
    (back,) = plain.decode(plain.encode([make()]))
    assert type(back) is type(iter([]))
    assert list(back) == elements


def test_iterators_left_alone():
    """Asked not to drain, the codec refuses an iterator and takes nothing from it."""
    some = iter([1, 2])
    with pytest.raises(plain.NotPlain, match="a list_iterator"):
        plain.encode([some], drain=False)
    assert list(some) == [1, 2]
    assert list(plain.decode(plain.encode({1: 2}.keys(), drain=False))) == [1]


class Pair(typing.NamedTuple):
    """Tuple's own behaviour."""

    x: int
    y: int


class Liar(Pair):
    """Equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


class LyingInt(int):
    """Equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Colour(enum.IntEnum):
    """Members are ints of another type."""

    RED = 1


def test_crosses_as_another():
    """A namedtuple comes back as a tuple, a defaultdict without its factory."""
    assert same(plain.decode(plain.encode([Pair(1, 2)])), [(1, 2)])
    back = plain.decode(plain.encode(collections.defaultdict(int, a=1)))
    assert same(back, collections.defaultdict(None, a=1))
    assert back.default_factory is None


def raises():
    yield 1
    raise KeyError(1)


def shared(levels):
    value = []
    for _ in range(levels):
        value = [value, value]
    return value


def cycle():
    value = []
    value.append([value])
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1, 2, {"x": lambda: 0}], r"at \[2\]\['x'\]: a function"),
        (LyingInt(3), "a LyingInt"),
        ({"a": (1, LyingInt(3))}, r"at \['a'\]\[1\]: a LyingInt"),
        ({LyingInt(3): 1}, "at {key 0}: a LyingInt"),
        ({LyingInt(3)}, "at {element}: a LyingInt"),
        (Liar(1, 2), "a Liar"),
        (Colour.RED, "a Colour"),
        (int, "a class"),
        (math, "a module"),
        (object(), "an object"),
        (type("Sneaky", (dict,), {})(), "a Sneaky"),
        (type("Many", (str,), {})("x"), "a Many"),
        (raises(), "a generator that raised a KeyError"),
        (itertools.count(), "too many values"),
        (cycle(), r"at \[0\]\[0\]\[0\]\[0\]\[0\]\[0\]\.\.\.: nested too deep, or a cycle"),
        (shared(60), "too many values"),
        (["x" * 1000000] * 20, "more than 16777216 bytes"),
        ([0] * 1000001, "too many values"),
        (1 << (8 * k.INT_BYTES), "an int of more than 1048576 bytes"),
        (Fraction(1, 1 << (8 * k.RATIO_BYTES)), "a fraction of more than 4096 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused(value, said):
    """What is not plain is refused, with where and what."""
    with pytest.raises(plain.NotPlain, match=said):
        plain.encode(value)


def test_exits_come_through():
    """A generator that ends the process is not made a value of."""

    def leave():
        yield sys_exit()

    def sys_exit():
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        plain.encode(leave())


def test_bounds_agree():
    """What encode accepts under its bounds, decode accepts under the same; one past them, both refuse."""
    deep = [0]
    for _ in range(99):
        deep = [deep]
    assert plain.decode(plain.encode(deep)) == deep
    with pytest.raises(plain.NotPlain):
        plain.encode([deep])
    with pytest.raises(plain.BadData):
        plain.decode(plain.encode([deep], depth=101))
    for many in ([0.5] * 999999, [None] * 999999):
        assert len(plain.decode(plain.encode(many))) == 999999
        with pytest.raises(plain.BadData):
            plain.decode(plain.encode([*many, 1], items=1 << 30))


def head(*tail):
    return bytes([k.VERSION, *tail])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        head(),
        head(0x7F),
        head(k.NONE, 0),
        head(k.STR, 200),
        head(k.STR, 255, 255, 255, 255, 255),
        head(k.STR, 1, 0xFF),
        head(k.LIST, 255, 255, 255, 255, 127, k.EACH),
        head(k.LIST, 255, 0, 0, 0, 64, k.FLOATS),
        head(k.LIST, 255, 0, 0, 0, 64, k.STRS, 7),
        head(k.LIST, 2, 99, 0, 0),
        head(k.LIST, 2, k.STRS, 4, 0xFF, 3, 2, 97, 97),
        head(k.SET, 2, k.EACH, k.TRUE, k.SMALL - k.SMALLEST + 1),
        head(k.SET, 1, k.EACH, k.LIST, 0, k.EACH),
        head(k.DICT, 2, k.EACH, k.NONE, k.NONE, k.EACH, k.NONE, k.NONE),
        head(k.DEQUE, 0x90, 1, k.EACH, k.NONE),
        head(k.BIG, 255, *(k.INT_BYTES + 1).to_bytes(4, "little")) + bytes(k.INT_BYTES + 1),
        head(k.RANGE, 0x90, 0x91, 0x90),
        head(k.FRACTION, 0x91, 0x90),
        head(k.DATE, 0x91, 0x91, 0xFF),
        head(k.DECIMAL, 0x90, k.BYTES, 1, 10, 0x90),
        head(k.DECIMAL, 0x90, k.BYTES, 1, 1, k.STR, 1, ord("F")),
        head(k.DATETIME, k.BYTES, 10, *bytes(10)),
        head(k.PACKED, k.NONE, k.NONE),
        head(*[k.TUPLE, 1, k.EACH] * 50000),
        head(*[k.SLICE] * 50000),
    ],
    ids=lambda data: data[:8].hex(),
)
def test_bad_data(data):
    """Bytes that encode cannot have written are refused, whatever they claim."""
    with pytest.raises(plain.BadData):
        plain.decode(data)


class Counted:
    """A hash table's element whose comparisons are counted: ``hash`` is given, no two are equal."""

    compared = 0

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        Counted.compared += 1
        return self is other


P = (1 << 61) - 1


def floods():
    """Encodings made by hand of keys that share their hashes, which no table is built of here."""
    ints = [i * P for i in range(20000)]
    yield "ints", ints
    yield "tuples", [(i * P, "x") for i in range(20000)]
    yield "nested tuples", [((((i * P,),),),) for i in range(20000)]
    yield "frozensets", [frozenset({i * P}) for i in range(20000)]
    yield "fractions", [Fraction(i * P + 1) for i in range(5000)]
    yield "decimals", [Decimal(i * P + 1) for i in range(5000)]
    yield "small, often", [(*range(i % 3), i * P) for i in range(9000)]


def flooded(keys, tag):
    return plain.encode(keys).replace(bytes([k.VERSION, k.LIST]), bytes([k.VERSION, tag]), 1)


@pytest.mark.parametrize("tag", [k.SET, k.FROZENSET])
@pytest.mark.parametrize(
    ("name", "keys"), list(floods()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_hash_floods(name, keys, tag):
    """Keys that all share a hash are refused before a table is built of them."""
    with pytest.raises(plain.BadData, match="one hash"):
        plain.decode(flooded(keys, tag))


def test_hash_flood_of_a_dict():
    """A dict's keys are held to the same."""
    keys = [i * P for i in range(20000)]
    data = flooded(keys, k.DICT)
    data += data[7:]  # the same again as values: version, tag and count are seven bytes
    with pytest.raises(plain.BadData, match="one hash"):
        plain.decode(data)


def test_hash_flood_nested():
    """Frozensets of frozensets that share hashes at every level, exponential to compare, are refused."""

    def level(depth, which):
        if depth == 0:
            return [k.BIG, 9, *((5 + which * P).to_bytes(9, "little"))]
        parts = []
        for i in range(8):
            parts += level(depth - 1, which * 8 + i) if depth == 1 else level(depth - 1, i + which)
        return [k.FROZENSET, 8, k.EACH, *parts]

    top = []
    for i in range(12):
        top += level(4, i)
    with pytest.raises(plain.BadData):
        plain.decode(head(k.SET, 12, k.EACH, *top))


@pytest.mark.parametrize("runs", [10, 20, 30])
def test_budget_bounds_comparisons(runs):
    """What the budget lets through costs no more comparisons than it charged."""
    keys = [(Counted(i % runs), i) for i in range(60)]
    keys = [(key, frozenset({key})) for key, _ in keys]
    budget = hashing.Budget()
    budget.charge(keys)
    Counted.compared = 0
    assert len(set(keys)) == 60
    assert (
        0 < Counted.compared <= (hashing.BUDGET - budget.left) // 5000
    )  # what one of another type is charged


def test_tables_of_use_are_cheap():
    """The tables that programs make pass: grids with -1 and -2, which share a hash, and sets of numbers."""
    for table in (
        {(x, y, z) for x in range(-9, 9) for y in range(-9, 9) for z in range(-9, 9)},
        set(range(-20000, 20000)),
        {frozenset({i, -i}) for i in range(5000)},
        {i / 7 for i in range(20000)},
        {(i, str(i)): i for i in range(5000)},
    ):
        assert plain.decode(plain.encode(table)) == table


def test_packed_without_numpy():
    """Something packed crosses as it is where nobody unpacks it, as a key too."""
    value = {plain.Packed("numpy.str", "a"): [plain.Packed("other", (1, b"x"))]}
    assert plain.decode(plain.encode(value)) == value
