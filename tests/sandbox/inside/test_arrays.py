"""Arrays and frames across the boundary and back."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal

from reweave.sandbox import arrays
from reweave.sandbox.inside import plain


def back(value):
    return arrays.unpack(plain.decode(plain.encode(value)))


@settings(max_examples=200)
@given(
    hnp.arrays(
        hnp.scalar_dtypes().filter(lambda d: d.itemsize and d.str[1:] not in ("f16", "c32")),
        hnp.array_shapes(min_side=0),
    )
)
def test_law(array):
    """An array comes back with its element type, shape and bytes."""
    again = back(array)
    assert type(again) is np.ndarray
    assert (again.dtype, again.shape, again.tobytes()) == (array.dtype, array.shape, array.tobytes())


@pytest.mark.parametrize(
    "value",
    [
        np.int64(3),
        np.float32(1.5),
        np.bool_(True),
        np.str_("é"),
        np.str_(""),
        np.bytes_(b"x\0"),
        np.datetime64("2020"),
        np.timedelta64(3, "D"),
        np.complex128(1j),
        np.dtype("f4"),
        np.dtype(object),
        pd.Timestamp("2020-01-02 03:04:05.678"),
        pd.Timestamp("2020", tz="Europe/Berlin"),
        pd.Timestamp("2020", tz=dt.timezone(dt.timedelta(hours=1))),
        pd.Timedelta("1h"),
        pd.Interval(1, 2),
        pd.Period("2020-01", "M"),
        pd.CategoricalDtype(["a", "b"]),
    ],
    ids=repr,
)
def test_scalars(value):
    """Scalars and element types come back as what they were, as keys too."""
    assert type(back(value)) is type(value)
    assert back(value) == value
    assert back({value: [value]}) == {value: [value]}


def test_missing():
    """NaT and NA come back as themselves."""
    assert back([pd.NaT, pd.NA]) == [pd.NaT, pd.NA] or back(pd.NaT) is pd.NaT
    assert back(pd.NA) is pd.NA


DATES = pd.date_range("2020", periods=3)
COLUMNS = {
    "int": [1, 2, 3],
    "small": np.array([1, 2, 3], "i1"),
    "float": [1.5, None, 2],
    "text": ["a", None, "c"],
    "mixed": [1, "x", (1, 2)],
    "bool": [True, False, True],
    "dates": DATES,
    "zone": DATES.tz_localize("US/Eastern"),
    "offset": DATES.tz_localize(dt.timezone(dt.timedelta(hours=1))),
    "spans": pd.to_timedelta([1, 2, None]),
    "category": pd.Categorical(["a", "b", None], ordered=True),
    "Int64": pd.array([1, None, 3], dtype="Int64"),
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "Float32": pd.array([1.5, None, 3], dtype="Float32"),
    "string": pd.array(["a", None, "b"], dtype="string"),
    "cut": pd.cut([1, 2, 3], 2),
    "interval": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3]),
    "period": pd.period_range("2020", periods=3, freq="M"),
    "sparse": pd.arrays.SparseArray([0, 0, 1]),
    "nested": [np.arange(2), pd.NaT, [1]],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns(name):
    """A column of every sort comes back, alone and in a frame."""
    series = pd.Series(COLUMNS[name], name=name, index=["x", "y", "x"])
    assert_series_equal(back(series), series)
    assert_frame_equal(back(series.to_frame()), series.to_frame())


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(3, name="q"),
        pd.Index([1, 2]),
        pd.Index([1.5]),
        pd.Index(["a", "b"], name=("t", 1)),
        pd.Index([True, False]),
        pd.Index([], dtype=object),
        pd.Index([(1, 2), (3, 4)], tupleize_cols=False),
        pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None]),
        pd.date_range("2020", periods=4, freq="D"),
        pd.bdate_range("2020", periods=4),
        pd.date_range("2020", periods=4, tz="UTC"),
        pd.timedelta_range("1h", periods=3),
        pd.period_range("2020", periods=3, freq="M"),
        pd.CategoricalIndex(["a", "b"]),
        pd.IntervalIndex.from_breaks([0, 1, 2]),
    ],
    ids=lambda index: f"{type(index).__name__}-{index.dtype}",
)
def test_indexes(index):
    """An index comes back with its class, names and frequency."""
    assert_index_equal(back(index), index, exact=True)
    assert getattr(back(index), "freq", None) == getattr(index, "freq", None)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        pd.DataFrame([[1, 2], [3, "4"]], columns=[1, "a"]),
        pd.DataFrame(index=[1, 2]),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame(),
        pd.DataFrame(np.eye(4), columns=pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["p", "q"])),
        pd.DataFrame({"a": [1]}, index=pd.Index([5], name="n")),
    ],
    ids=lambda frame: str(list(frame.columns)),
)
def test_frames(frame):
    """Frames come back whatever their columns are called."""
    assert_frame_equal(back(frame), frame)


def test_anywhere():
    """Arrays are found within every container."""
    value = {"a": [(np.arange(3),)], np.int64(1): {np.str_("x")}, "i": iter([np.float64(2)])}
    again = back(value)
    assert again["a"][0][0].tolist() == [0, 1, 2]
    assert again[1] == {"x"}
    assert list(again["i"]) == [2.0]
    untouched = plain.decode(plain.encode([1, {"a": (2,)}]))
    assert arrays.unpack(untouched) == untouched


class Frame(pd.DataFrame):
    """Could do anything."""


@pytest.mark.parametrize(
    "value",
    [
        Frame({"a": [1]}),
        np.ma.array([1]),
        np.rec.array([(1,)]),
        np.longdouble(3),
        np.array([object()]),
        pd.DataFrame({"a": [object()]}),
        np.zeros(1 << 25),
        np.broadcast_to(0, (1 << 40,)),
        pd.RangeIndex(1 << 40),
    ],
    ids=lambda value: type(value).__name__,
)
def test_refused(value):
    """Subclasses, objects within, and what is too large are refused."""
    with pytest.raises(plain.NotPlain):
        plain.encode([value])


ONES = plain.Packed("numpy.array", ("<i8", (1,), bytes(8)))
NAMES = plain.Packed("pandas.index", (("numpy", ONES), None, None))


@pytest.mark.parametrize(
    "packed",
    [
        ("numpy.array", ("<i8", (1 << 40,), bytes(8))),
        ("numpy.array", ("<i8", (-1, -1), bytes(8))),
        ("numpy.array", ("<i8", (1,), bytes(7))),
        ("numpy.array", ("<i8", (1 << 62, 0), b"")),
        ("numpy.array", ("|O", (1,), bytes(8))),
        ("numpy.array", ("|V8", (1,), bytes(8))),
        ("numpy.array", ("<U0", (1 << 40,), b"")),
        ("numpy.array", ("<U1", (1,), b"\xff\xff\xff\xff")),
        ("numpy.array", ("|b1", (1,), b"\2")),
        ("numpy.array", ([("a", "|O")], (1,), bytes(8))),
        ("numpy.array", ("i8,i8", (1,), bytes(16))),
        ("numpy.array", None),
        ("numpy.objects", ((5,), (1,))),
        ("numpy.scalar", ("<U1", bytes(4))),
        ("numpy.nothing", None),
        ("pandas.range", (0, 1 << 60, 1, None)),
        ("pandas.frame", (NAMES, NAMES, [])),
        ("pandas.series", (NAMES, None, ("numpy", plain.Packed("numpy.array", ("<i8", (2,), bytes(16)))))),
        ("pandas.series", (NAMES, None, ("zoned", ONES, "/etc/passwd"))),
        ("pandas.series", (NAMES, None, ("zoned", ONES, "dateutil//etc/passwd"))),
        ("pandas.array", ("categorical", ONES, 5, False)),
        ("pandas.timestamp", ("<M8[ns]", 1 << 70, None)),
        ("pandas.period", (1, "M" * 100)),
        ("os.system", "true"),
    ],
    ids=lambda packed: f"{packed[0]} {packed[1]}"[:60],
)
def test_hostile(packed):
    """Payloads that nothing could have packed are refused before anything is made of them."""
    with pytest.raises(plain.BadData):
        arrays.unpack(plain.Packed(*packed))


def test_keys_of_one_hash():
    """Arrays cannot be keys; scalars that become equal to another key are refused."""
    with pytest.raises(plain.BadData):
        arrays.unpack({ONES: 1})
    one = plain.Packed("numpy.scalar", ("<i8", bytes([1]) + bytes(7)))
    with pytest.raises(plain.BadData, match="twice"):
        arrays.unpack({one: 1, 1: 2})
