"""Throws seeded hostile inputs at the decoders: ``fuzzer.py plain|arrays SEED COUNT``; prints bad, good.

Run by test_fuzz in a process of its own, because it caps its own memory: an allocation that the input did not
pay for ends it.
"""

import collections
import datetime as dt
import random
import resource
import struct
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from reweave.sandbox.inside import channel, frames, plain
from reweave.sandbox.inside import plain_kinds as k

ROOM = 256 << 20  # bytes that may be allocated over what is there when it starts
TAGS = [*range(0x0D), *range(0x20, 0x2B), *range(0x30, 0x3B), 0x80, 0x90, 0x91, 0xFF]
COUNTS = [b"\xff" + struct.pack("<I", n) for n in (0, 1, 255, 1 << 16, 1 << 24, (1 << 31) - 1, (1 << 32) - 1)]
LEAVES = [
    None,
    True,
    1,
    -17,
    1 << 40,
    1 << 100,
    0.5,
    1j,
    "a",
    "\ud800é",
    b"ab",
    ...,
    range(5),
    slice(1, 2),
    Decimal("1.5"),
    Fraction(1, 3),
    dt.date(2020, 1, 1),
    dt.time(1, tzinfo=dt.timezone.utc),  # noqa: UP017 - the type in question
    dt.datetime(2020, 1, 1),  # noqa: DTZ001
    dt.timedelta(1),
    (1, 2),
    frozenset({1, "a"}),
    plain.Packed("numpy.str", "a"),
]


def value(random, depth):
    """Give a value of plain data."""
    if depth == 0 or random.random() < 0.3:
        return random.choice(LEAVES)
    inner = [value(random, depth - 1) for _ in range(random.randrange(4))]
    keys = [random.choice(LEAVES) for _ in range(3)]
    keys = [key for key in keys if type(key) not in (slice, bytearray)]
    return random.choice(
        [
            lambda: inner,
            lambda: tuple(inner),
            lambda: dict(zip(keys, inner, strict=False)),
            lambda: set(keys),
            lambda: frozenset(keys),
            lambda: collections.deque(inner, 9),
            lambda: collections.OrderedDict(zip(keys, inner, strict=False)),
            lambda: collections.Counter(keys),
            lambda: [random.randrange(1 << random.randrange(1, 60)) for _ in range(9)],
            lambda: ["a" * random.randrange(5) for _ in range(9)],
            lambda: [random.random() for _ in range(9)],
        ]
    )()


def mutate(random, data):
    """Give the bytes with one to four things wrong with them, such as this layout's readers may trip over."""
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(data) + 1)
        way = random.randrange(9)
        if way == 0:
            data[at : at + 1] = bytes((random.randrange(256),))
        elif way == 1:
            data[at : at + 1] = bytes((random.choice(TAGS),))
        elif way == 2:
            data[at : at + 1] = random.choice(COUNTS)
        elif way == 3:
            data[at : at + 4] = random.choice(COUNTS)[1:]
        elif way == 4:
            del data[at:]
        elif way == 5:
            del data[at : at + random.randrange(8)]
        elif way == 6:
            other = random.randrange(len(data) + 1)
            data[at:at] = data[other : other + random.randrange(40)]
        elif way == 7:
            data[at:at] = bytes((random.choice(TAGS),)) * random.randrange(1, 300)
        elif at < len(data):
            data[at] ^= 1 << random.randrange(8)
    return bytes(data)


def plain_inputs(random, count):
    """Give hostile inputs: mostly mutated encodings, some of random bytes."""
    bases = [plain.encode([value(random, 4), value(random, 2)]) for _ in range(3000)]
    for _ in range(count):
        if random.random() < 0.1:
            yield bytes((k.VERSION,)) + random.randbytes(random.randrange(40))
        else:
            yield mutate(random, random.choice(bases))


def read_plain(data):
    """Read as the trusted side does, frames included."""
    _, payloads = channel.read(bytes(channel.HEADER) + data)  # as hostile frames
    for payload in payloads:
        attempt(payload)
    assert frames.unpack(frames.pack(data) + data[:3]) == [data]
    return attempt(data)


def attempt(data):
    """Decode; give whether it gave a value."""
    try:
        plain.decode(data)
    except plain.BadData as error:
        return refused(error)
    return True


def refused(error):
    """Give False, the answer for bad data; memory that ran out was asked for without being paid for."""
    if "MemoryError" in str(error):
        raise error
    return False


def array_values():
    """Give arrays and frames of every sort that crosses."""
    import numpy as np
    import pandas as pd

    text = np.array(["a", "é"])
    records = np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")])
    instants = np.array(["2020", "NaT"], "M8[D]")
    dates = pd.date_range("2020", periods=3, freq="D")
    frame = pd.DataFrame(
        {
            "i": [1, 2, 3],
            "s": ["a", None, "c"],
            "o": [1, "x", (1, 2)],
            "z": dates.tz_localize("US/Eastern"),
            "c": pd.Categorical(["a", "b", None]),
            "n": pd.array([1, None, 3], dtype="Int64"),
            "v": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3]),
            "p": pd.period_range("2020", periods=3, freq="M"),
            "q": pd.arrays.SparseArray([0, 0, 1]),
        },
        index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["x", None]),
    )
    arrays = [np.arange(6).reshape(2, 3), np.zeros((0, 3)), text, np.array([True, False]), records, instants]
    scalars = [
        np.float64(1),
        np.datetime64("2020"),
        dates[0],
        pd.Timestamp("2020", tz="UTC"),
        pd.Timedelta(1),
    ]
    others = [
        pd.Period("2020-01", "M"),
        pd.Interval(0, 1),
        pd.NaT,
        dates,
        pd.RangeIndex(4),
        frame["z"],
        frame,
    ]
    columns = [frame[[name]].reset_index(drop=True) for name in frame]
    return [*arrays, np.array([1, "a", None], dtype=object), *scalars, *others, *columns, {np.int64(1): text}]


def array_inputs(random, count):
    """Give mutated encodings of arrays and frames."""
    bases = [plain.encode(each) for each in array_values()]
    for _ in range(count):
        data = random.choice(bases)
        yield mutate(random, data) if random.random() < 0.6 else flip(random, data)


def flip(random, data):
    """Change one byte: what the codec lets through more often, for the libraries to trip over."""
    data = bytearray(data)
    at = random.randrange(1, len(data))
    data[at] = random.choice((data[at] ^ 1 << random.randrange(8), random.randrange(256), data[at] + 1 & 255))
    return bytes(data)


def read_arrays(data):
    """Decode, unpack, and use the result as a judge would."""
    from reweave.sandbox import arrays

    try:
        made = arrays.unpack(plain.decode(data))
    except plain.BadData as error:
        return refused(error)
    if hasattr(made, "equals"):
        made.equals(made)
    return True


def main():
    """Run the fuzzer that the command line names."""
    what, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = random.Random(seed)
    inputs, read = {"plain": (plain_inputs, read_plain), "arrays": (array_inputs, read_arrays)}[what]
    if what == "arrays":
        for (
            each
        ) in array_values():  # whatever is imported when first used is imported before memory is capped
            read(plain.encode(each))
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + ROOM, size + ROOM))
    results = [0, 0]
    data = b""
    try:
        for data in inputs(source, count):
            results[read(data)] += 1
    except BaseException:
        sys.stderr.write(f"input: {data.hex()}\n")
        raise
    sys.stdout.write("{} {}\n".format(*results))


if __name__ == "__main__":
    main()
