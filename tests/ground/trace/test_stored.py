"""Values as JSON and back: exactly, or cut and said so."""

import datetime as dt
import math
import os
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given, settings

import reweave
from reweave.errors import RowError
from reweave.ground.trace.ran import bits
from reweave.ground.trace.stored import decode, encode

pd = pytest.importorskip("pandas", reason="the data extra is not installed")
np = pytest.importorskip("numpy", reason="the data extra is not installed")

FLOATS = st.floats() | st.sampled_from([math.nan, math.inf, -0.0])
LEAVES = st.none() | st.booleans() | st.integers() | FLOATS | st.text() | st.binary() | st.dates()
PLAIN = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
CELLS = (st.integers(-(2**40), 2**40), FLOATS, st.text() | st.none())
COLUMNS = st.one_of([st.lists(each, min_size=3, max_size=3) for each in CELLS])
FRAMES = st.lists(COLUMNS, max_size=4).map(
    lambda columns: pd.DataFrame(dict(enumerate(columns)), index=["x", "x", "y"])
)


def through(value, most=1 << 20):
    stored = orjson.loads(orjson.dumps(encode(value, most)))
    return stored, decode(stored)


@settings(max_examples=200, deadline=None)
@given(PLAIN | FRAMES)
def test_whole(value):
    """What is kept whole comes back bit for bit, through JSON."""
    stored, back = through(value)
    assert not stored["cut"]
    assert type(back) is type(value)
    assert bits(back) == bits(value)


@settings(max_examples=200, deadline=None)
@given(PLAIN | FRAMES, st.integers(1, 200))
def test_bounded(value, most):
    """No value takes more than it may; what is cut says so."""
    stored = encode(value, most)
    assert len(stored["data"] or "") <= (most + 2) // 3 * 4
    assert len(stored["shown"]) <= 1000
    assert stored["cut"] == (len(bits(value)) > most)


@pytest.mark.parametrize(
    "value",
    [
        pd.Series([1, 2], name="n", index=pd.date_range("2020-01-01", periods=2)),
        pd.Categorical(["a", "b"], ordered=True),
        pd.Timestamp("2020-01-01", tz="Europe/Rome"),
        pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None]),
        pd.DataFrame([[1, "x"], [2, None]], columns=["a", "a"]),
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
        pd.DataFrame(index=[1, 2]),
        np.array([[1.5, np.nan], [np.inf, -0.0]], dtype="f4"),
        np.array(["a", None, 3], dtype=object),
        np.float64("nan"),
        np.array(3),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        pytest.param(10**5000, id="an integer of many digits"),
        {"a": [{1, 2}, (None, True)]},
    ],
)
def test_kinds(value):
    """Arrays, tables and their scalars come back as what they were."""
    stored, back = through(value)
    assert (stored["kind"], stored["cut"]) == (type(value).__name__, False)
    assert bits(back) == bits(value)


def test_cut():
    """Tables are cut to their first rows and columns, sequences to their first elements."""
    table = pd.DataFrame({f"c{n}": range(1000) for n in range(5)})
    stored, part = through(table, 4000)
    assert (stored["cut"], stored["size"]) == (True, [1000, 5])
    assert 10 < len(part) < 200
    pd.testing.assert_frame_equal(part, table.head(len(part)))
    wide = pd.DataFrame([range(5000)])
    stored, part = through(wide, 4000)
    assert part.shape[0] == 1
    assert 10 < part.shape[1] < 5000
    some = range(9999)
    for value in ([*some], "x" * 9999, dict.fromkeys(some), np.zeros(9999), pd.Series(some)):
        stored, part = through(value, 2000)
        assert (stored["cut"], stored["size"]) == (True, [9999])
        assert 100 < len(part) < 9999


def test_too_large_for_any_part():
    """What cannot be cut small enough has no data, and says so when it is asked for."""
    stored = encode({frozenset(range(1000))}, 100)
    assert stored["cut"]
    assert stored["data"] is None
    with pytest.raises(RowError, match="no part was stored"):
        decode(stored)


@pytest.mark.parametrize("data", ["AA", "!!", "", "AQ==", 3])
def test_damaged(data):
    """What nobody wrote is refused in one sentence."""
    with pytest.raises(RowError, match="damaged-value"):
        decode({"kind": "list", "data": data})


def test_same_whatever_hashes():
    """Sets are written alike in every process."""
    code = (
        "from reweave.ground.trace.stored import encode\n"
        "print(encode({'a', 'b', 'c'}, 999)['data'], encode({'d': {'x', 'y'}}, 999)['data'])"
    )
    env = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env=env | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "123"
    }
    assert len(runs) == 1
