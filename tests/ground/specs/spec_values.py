"""Generated values of every sort that a specification may be made of. Not a test itself."""

import datetime as dt
import decimal
import fractions

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from reweave.sandbox import NotPlain

LABELS = st.one_of(
    st.sampled_from(["k", "v", "day", "", "a|b", "new\nline", "\ud800", "ß"]),
    st.integers(-3, 3),
    st.none(),
    st.floats(allow_nan=True),
    st.tuples(st.sampled_from("ab"), st.integers(0, 2)),
    st.just(pd.Timestamp("2024-01-31")),
)
DATES = st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2200, 1, 1))  # noqa: DTZ001 - frames hold such
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=1 << 70),
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters(exclude_categories=()), max_size=12),
    st.binary(max_size=8),
    st.dates(),
    st.times(),
    DATES,
    st.datetimes(timezones=st.just(dt.UTC)),
    st.timedeltas(),
    st.decimals(),
    st.fractions(),
)
SCALARS = st.one_of(
    PLAIN,
    hnp.arrays(hnp.scalar_dtypes().filter(lambda d: d.str[1:] not in ("f16", "c32")), 1).map(
        lambda array: array[0]
    ),
    st.sampled_from(
        [
            pd.NaT,
            pd.NA,
            pd.Timestamp("2024-02-29", tz="Europe/Paris"),
            pd.Timestamp.max,
            pd.Timedelta("3h"),
            pd.Period("2024-05", "M"),
            pd.Interval(0, 1.5),
            np.datetime64("NaT"),
            np.str_("é"),
            NotPlain("an Axes"),
            NotPlain("at ['x']: a function"),
            object(),
            type,
            len,
            Ellipsis,
            decimal.Decimal("sNaN"),
            fractions.Fraction(1, 3),
        ]
    ),
)
HASHABLE = st.one_of(
    st.integers(-5, 5),
    st.text(max_size=3),
    st.none(),
    st.floats(),
    st.tuples(st.integers(0, 2), st.text(max_size=1)),
)
CONTAINERS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=14),
        st.tuples(inner, inner),
        st.dictionaries(HASHABLE, inner, max_size=12),
        st.frozensets(HASHABLE, max_size=12),
        st.sets(HASHABLE, max_size=4),
        st.just(range(7)),
    ),
    max_leaves=20,
)
ARRAYS = hnp.arrays(
    hnp.scalar_dtypes().filter(lambda d: d.itemsize and d.str[1:] not in ("f16", "c32"))
    | hnp.array_dtypes(max_size=2),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=12),
)


@st.composite
def columns(draw, rows):
    """A column of so many rows."""
    of = draw(
        st.sampled_from(
            [
                "int",
                "small",
                "float",
                "str",
                "bool",
                "datetime",
                "category",
                "object",
                "Int64",
                "string",
                "period",
                "zoned",
                "list",
            ]
        )
    )
    cells = {
        "int": st.integers(-(2**62), 2**62),
        "small": st.integers(0, 3),
        "float": st.floats(),
        "str": st.sampled_from(["red", "green", "blue", "x" * 60]),
        "bool": st.booleans(),
        "datetime": st.one_of(DATES, st.none()),
        "zoned": DATES,
        "category": st.sampled_from(["lo", "hi", None]),
        "object": SCALARS,
        "Int64": st.one_of(st.integers(0, 9), st.none()),
        "string": st.one_of(st.text(max_size=5).filter(lambda t: t.isprintable()), st.none()),
        "period": st.integers(0, 40).map(lambda n: pd.Period("2020-01", "M") + n),
        "list": st.lists(st.integers(0, 3), max_size=3),
    }[of]
    values = draw(st.lists(cells, min_size=rows, max_size=rows))
    if of == "datetime":
        return pd.Series(pd.array(values, dtype="datetime64[us]"))
    if of == "zoned":
        return pd.Series(pd.array(values, dtype="datetime64[us]")).dt.tz_localize("UTC")
    if of == "period":
        return pd.Series(pd.PeriodIndex(values, freq="M"))
    if of in {"object", "list"}:
        held = np.empty(rows, dtype=object)
        for at, value in enumerate(values):
            held[at] = value
        return pd.Series(held, dtype=object)
    dtype = {"small": "int64", "int": "int64", "float": "float64", "str": "str"}.get(
        of, "boolean" if of == "bool" else of
    )
    return pd.Series(values, dtype=dtype)


@st.composite
def indexes(draw, rows):
    """An index of so many rows."""
    of = draw(st.sampled_from(["range", "ints", "texts", "days", "multi"]))
    if of == "range":
        return pd.RangeIndex(rows)
    if of == "multi":
        pairs = draw(
            st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), min_size=rows, max_size=rows)
        )
        return (
            pd.MultiIndex.from_tuples(pairs, names=["k", None])
            if rows
            else pd.MultiIndex.from_arrays([[], []])
        )
    cells = {"ints": st.integers(-5, 50), "texts": st.text("abc", max_size=2), "days": DATES}[of]
    values = draw(st.lists(cells, min_size=rows, max_size=rows))
    return pd.Index(
        values,
        name=draw(st.sampled_from([None, "k", "day"])),
        dtype="datetime64[us]" if of == "days" else None,
    )


@st.composite
def frames(draw):
    """A frame, labels repeated or odd at times."""
    rows = draw(st.integers(0, 14))
    width = draw(st.integers(0, 12))
    parts = [draw(columns(rows)) for _ in range(width)]
    frame = pd.DataFrame(dict(enumerate(parts)), index=pd.RangeIndex(rows))
    frame.index = draw(indexes(rows))
    labels = draw(st.lists(LABELS, min_size=width, max_size=width))
    frame.columns = pd.Index(labels, tupleize_cols=False, dtype=object)
    return frame


@st.composite
def pandas_values(draw):
    """A frame, or a part of one."""
    frame = draw(frames())
    part = draw(st.sampled_from(["frame", "series", "index", "columns", "array"]))
    if part == "index" or (part in {"series", "array"} and not frame.shape[1]):
        return frame.index
    if part == "series":
        return frame.iloc[:, 0]
    if part == "array":
        return frame.iloc[:, 0].array
    return frame.columns if part == "columns" else frame


VALUES = st.one_of(CONTAINERS, ARRAYS, pandas_values())
INPUTS = st.dictionaries(st.sampled_from(["df", "xs", "n"]), VALUES, max_size=3)
OUTPUTS = st.dictionaries(st.sampled_from(["out", "df", "_"]), VALUES, min_size=1, max_size=2)
