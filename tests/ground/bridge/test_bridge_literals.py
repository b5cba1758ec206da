"""Values as source text: what the text gives, evaluated, is the value; what has no text says why."""

import datetime as dt
import math

import pytest

from reweave.errors import RowError
from reweave.ground.bridge.checks import tests_of as made
from reweave.ground.bridge.literals import literal

np = pytest.importorskip("numpy", reason="the data extra is not installed")
pd = pytest.importorskip("pandas", reason="the data extra is not installed")
SPACE = {"np": np, "pd": pd, "datetime": dt, "math": math}
DF = pd.DataFrame({"k": ["a", "b"], "v": [1, 2], "f": [0.1, float("nan")], "ok": [True, False]})


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        0.1,
        float("inf"),
        "it's\n",
        b"\x00",
        [],
        (1,),
        {"a": [1, (2, 3)], 4: None},
        set(),
        {3, 1},
        frozenset({"a"}),
        dt.datetime(2024, 2, 29, 12),  # noqa: DTZ001
        dt.date(2024, 2, 29),
        np.int64(5),
        np.float64(2.5),
        pd.Timestamp("2024-01-02T03:04:05.000000006"),
        pd.Timedelta("3h"),
    ],
)
def test_plain_values_come_back(value):
    again = eval(literal(value), SPACE)
    assert again == value
    assert isinstance(value, (np.generic, type(again)))


@pytest.mark.parametrize(
    "frame",
    [
        DF,
        DF.set_index("k"),
        DF.groupby("k")[["v"]].sum(),
        DF[::-1],
        DF.assign(day=pd.to_datetime(["2024-01-01", None])),
        DF.astype({"v": "int8", "f": "float32"}),
        DF.set_index(["k", "v"]),
        pd.DataFrame({3: [1], 4: ["x"]}),
        pd.DataFrame({"a": pd.Series([], dtype="float64")}),
    ],
)
def test_frames_come_back(frame):
    """Values, order, indexes and element types."""
    pd.testing.assert_frame_equal(eval(literal(frame), SPACE), frame, check_index_type=False)


@pytest.mark.parametrize(
    "series",
    [DF["v"], DF["f"], DF.set_index("k")["v"], DF["k"].value_counts(), pd.Series([None, "a"]), DF["v"][::-1]],
)
def test_series_come_back(series):
    pd.testing.assert_series_equal(eval(literal(series), SPACE), series, check_index_type=False)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.array([0.5, np.nan]),
        np.array(["a", "bc"]),
        np.array([True]),
        np.array([]),
    ],
)
def test_arrays_come_back(array):
    again = eval(literal(array), SPACE)
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "not-plain-enough"),
        (DF.assign(k=DF["k"].astype("category")), "not-plain-enough"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "not-plain-enough"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "not-plain-enough"),
        (pd.Timestamp("2024-01-01", tz="UTC"), "not-plain-enough"),
        (pd.Series(pd.date_range("2024", periods=2, tz="UTC")), "not-plain-enough"),
        (list(range(1000)), "too-long"),
        ([10**5000], "too-long"),
        ([[[[[[[[1]]]]]]]], "not-plain-enough"),
    ],
)
def test_refused(value, reason):
    with pytest.raises(RowError) as caught:
        literal(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, 2.5, float("nan"), float("inf"), "a", [1, 2], [1.5, 2], {"a": 1.5}),
        *(DF, DF["v"], DF.columns, np.array([1.5, 2.5]), np.array([1, 2])),
        *(np.float64(1.5), np.int64(3), pd.Timestamp("2024-01-01")),
    ],
)
def test_tests_hold_their_value_and_no_other(value):
    """A function that gives the value passes them, one that gives something else does not."""
    text = made("f", {"x": 1}, {"y": value}, 5000)
    exec(text, {"f": lambda x: value})
    for other in ("something", [1, 2, 3], DF.iloc[:1]):
        with pytest.raises(Exception):  # noqa: B017, PT011 - comparing with a table may raise any
            exec(text, {"f": lambda x, other=other: other})


def test_tests_of_several_outputs():
    text = made("f", {"x": 1, "t": DF}, {"y": 2, "z": [0.5, 1]}, 5000)
    exec(text, {"f": lambda x, t: {"y": x * 2, "z": [0.5 + 1e-9, 1]}})
    with pytest.raises(AssertionError):
        exec(text, {"f": lambda x, t: {"y": x * 2, "z": [0.5, 2]}})
    with pytest.raises(RowError, match="too-long"):
        made("f", {"x": "a" * 500}, {"y": 1}, 300)
    with pytest.raises(RowError, match="not-plain-enough"):
        made("f", {}, {"y": [float("nan")]}, 300)
