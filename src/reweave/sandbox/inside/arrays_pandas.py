"""pandas' frames, series, indexes and scalars as plain data: see ``arrays``.

A column is a tuple of its sort and parts: arrays, which ``arrays_numpy`` packs, and plain values. It crosses
between pandas 1.5 and 3: what the other side's pandas does not have becomes its nearest older relative (text
becomes objects, an index's ``freq`` that it cannot read becomes None).
"""

import datetime  # noqa: ICN001 - its many names are wanted whole
import re

import numpy as np
import pandas as pd

from .plain_kinds import ITEMS, BadData, NotPlain, Packed

_INDEXES = {pd.Index, pd.MultiIndex, pd.CategoricalIndex, pd.IntervalIndex}
_INDEXES |= {pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex}
_INDEXES |= {
    type(pd.Index(np.zeros(1, code))) for code in ("i8", "u8", "f8")
}  # classes of their own before pandas 2
_ZONE = re.compile(r"(?!dateutil)[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_FREQUENCY = re.compile(r"-?[0-9]{0,6}[A-Za-z]{1,8}(?:-[0-9A-Z]{1,8})?")
_PLAIN_ARRAY = getattr(pd.arrays, "NumpyExtensionArray", None) or pd.arrays.PandasArray
_CLOSED = ("left", "right", "both", "neither")
# Names of periods that pandas 3 spells otherwise.
_RENAMED = {"A": "Y", "H": "h", "T": "min", "S": "s", "L": "ms", "U": "us", "N": "ns", "BA": "BY"}


def pack(value, limit):
    """Give the ``Packed`` form of one of pandas' exact types; None for anything else. Raises ``NotPlain``."""
    kind = type(value)
    if kind is pd.DataFrame:
        if value.size > limit:
            raise NotPlain("a frame of %d values" % value.size)
        columns = [_column(value.iloc[:, i].array) for i in range(value.shape[1])]
        return Packed("pandas.frame", (value.index, value.columns, columns))
    if kind is pd.Series:
        return Packed("pandas.series", (value.index, value.name, _column(value.array)))
    if kind is pd.RangeIndex:
        if len(value) > ITEMS:
            raise NotPlain("an index of %d numbers" % len(value))
        return Packed("pandas.range", (value.start, value.stop, value.step, value.name))
    if kind is pd.MultiIndex:
        codes = [np.asarray(code) for code in value.codes]
        return Packed("pandas.multi", (list(value.levels), codes, list(value.names)))
    if kind in _INDEXES:
        return Packed("pandas.index", (_column(value.array), value.name, getattr(value, "freqstr", None)))
    if kind is pd.Timestamp:
        code = value.asm8
        return Packed("pandas.timestamp", (code.dtype.str, int(code.view("i8")), _zone(value.tzinfo)))
    if kind is pd.Timedelta:
        code = value.asm8
        return Packed("pandas.timedelta", (code.dtype.str, int(code.view("i8"))))
    if value is pd.NaT or value is pd.NA:
        return Packed("pandas.missing", "NaT" if value is pd.NaT else "NA")
    if kind is pd.Interval:
        return Packed("pandas.interval", (value.left, value.right, value.closed))
    if kind is pd.Period:
        return Packed("pandas.period", (value.ordinal, value.freqstr))
    return _pack_array(value)


def _pack_array(value):
    """Give the ``Packed`` form of an array or element type that pandas adds to numpy's."""
    if (
        issubclass(type(value), pd.api.extensions.ExtensionArray)
        and type(value).__module__.partition(".")[0] == "pandas"
    ):
        return Packed("pandas.array", _column(value))
    if (
        issubclass(type(value), pd.api.extensions.ExtensionDtype)
        and type(value).__module__.partition(".")[0] == "pandas"
    ):
        return Packed("pandas.dtype", _column(pd.array([], dtype=value)))
    return None


def _column(array):
    dtype = array.dtype
    if isinstance(dtype, np.dtype) or type(array) is _PLAIN_ARRAY:
        return ("numpy", array.to_numpy())
    if isinstance(dtype, pd.CategoricalDtype):
        return ("categorical", np.asarray(array.codes), dtype.categories, bool(dtype.ordered))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ("zoned", array.tz_convert("UTC").tz_localize(None).to_numpy(), _zone(dtype.tz))
    if isinstance(dtype, pd.StringDtype):
        missing = array.isna()
        pairs = zip(array.to_numpy(dtype=object), missing)  # noqa: B905 - Python 3.8
        texts = tuple(None if gone else text for text, gone in pairs)
        return ("string", "NA" if dtype.na_value is pd.NA else "nan", dtype.storage.partition("_")[0], texts)
    if isinstance(dtype, pd.IntervalDtype):
        return ("interval", array.left, array.right, array.closed)
    if isinstance(dtype, pd.PeriodDtype):
        return ("period", np.asarray(array.asi8), dtype.name[len("period[") : -1])
    if isinstance(dtype, pd.SparseDtype):
        return ("sparse", array.to_dense(), dtype.fill_value)
    if getattr(dtype, "numpy_dtype", None) is not None and dtype.name in _MASKED:
        return ("masked", array.to_numpy(dtype=dtype.numpy_dtype, na_value=0), np.asarray(array.isna()))
    raise NotPlain("a column of %s" % str(dtype)[:40])


_MASKED = {
    "boolean": pd.arrays.BooleanArray,
    **{"%sInt%d" % (u, n): pd.arrays.IntegerArray for u in ("", "U") for n in (8, 16, 32, 64)},
    "Float32": pd.arrays.FloatingArray,
    "Float64": pd.arrays.FloatingArray,
}


def _zone(zone):
    """Give a time zone's name, or a fixed offset as a ``datetime.timezone``."""
    if zone is None:
        return None
    offset = zone.utcoffset(None)
    if offset is not None:
        return datetime.timezone(offset)
    if not _ZONE.fullmatch(str(zone)):
        raise NotPlain("a time zone without a name")
    return str(zone)


def _expect(condition, what):
    if not condition:
        raise BadData(what)


def _make_zone(zone):
    _expect(type(zone) is datetime.timezone or (type(zone) is str and _ZONE.fullmatch(zone)), "a time zone")
    return zone


def _ints(values, what):
    _expect(type(values) is np.ndarray and values.ndim == 1 and values.dtype.kind == "i", what)
    return values


def _make_numpy(values):
    _expect(type(values) is np.ndarray and values.ndim == 1 and values.dtype.kind in "biufcmMO", "a column")
    return values


def _make_categorical(codes, categories, ordered):
    _expect(isinstance(categories, pd.Index) and type(ordered) is bool, "categories")
    return pd.Categorical.from_codes(_ints(codes, "codes"), dtype=pd.CategoricalDtype(categories, ordered))


def _make_zoned(instants, zone):
    _expect(type(instants) is np.ndarray and instants.ndim == 1 and instants.dtype.kind == "M", "instants")
    return pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(_make_zone(zone)).array


def _make_string(missing, storage, texts):
    _expect(type(texts) is tuple and {type(text) for text in texts} <= {str, type(None)}, "a column of text")
    _expect(missing in ("NA", "nan") and storage in ("python", "pyarrow"), "a column of text")
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    options = {} if missing == "NA" else {"na_value": np.nan}
    for name in (storage, "python"):
        try:
            return pd.array(values, dtype=pd.StringDtype(name, **options))
        except ImportError:  # no pyarrow here
            continue
        except TypeError:  # an older pandas, whose text columns are objects
            break
    values[[text is None for text in texts]] = np.nan
    return values


def _make_interval(left, right, closed):
    _expect(isinstance(left, pd.Index) and isinstance(right, pd.Index) and closed in _CLOSED, "intervals")
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=closed)


def _frequency(name):
    """Give the type of periods of a name, older pandas' names included."""
    _expect(type(name) is str and _FREQUENCY.fullmatch(name), "a frequency")
    try:
        return pd.PeriodDtype(name)
    except (ValueError, KeyError):
        count, word, rest = re.fullmatch(r"(-?[0-9]*)([A-Za-z]+)(.*)", name).groups()
        return pd.PeriodDtype(count + _RENAMED[word] + rest)


def _make_period(ordinals, name):
    _expect(_ints(ordinals, "periods").dtype == np.int64, "periods")
    return pd.arrays.PeriodArray(ordinals, dtype=_frequency(name))


def _make_sparse(values, fill):
    return pd.arrays.SparseArray(_make_numpy(values), fill_value=fill)


def _make_masked(data, mask):
    for part, kinds in ((data, "biuf"), (mask, "b")):
        _expect(type(part) is np.ndarray and part.ndim == 1 and part.dtype.kind in kinds, "a masked column")
    _expect(len(data) == len(mask), "a masked column")
    maker = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}.get(
        data.dtype.kind, pd.arrays.IntegerArray
    )
    return maker(data, mask)


_COLUMNS = {
    "numpy": _make_numpy,
    "categorical": _make_categorical,
    "zoned": _make_zoned,
    "string": _make_string,
    "interval": _make_interval,
    "period": _make_period,
    "sparse": _make_sparse,
    "masked": _make_masked,
}


def _make_column(column):
    _expect(type(column) is tuple and column and type(column[0]) is str and column[0] in _COLUMNS, "a column")
    return _COLUMNS[column[0]](*column[1:])


def _make_series(payload):
    index, name, column = payload
    return _series(_make_column(column), index, name)


def _series(values, index, name=None):
    _expect(
        isinstance(index, pd.Index) and len(values) == len(index), "a series whose index is of another length"
    )
    return pd.Series(values, index=index, name=name, dtype=values.dtype)


def _make_frame(payload):
    index, columns, values = payload
    _expect(isinstance(index, pd.Index) and isinstance(columns, pd.Index) and type(values) is list, "a frame")
    _expect(len(columns) == len(values), "a frame of %d columns with %d names" % (len(values), len(columns)))
    frame = pd.DataFrame(
        {i: _series(_make_column(column), index) for i, column in enumerate(values)}, index=index
    )
    frame.columns = columns
    return frame


def _make_range(payload):
    start, stop, step, name = payload
    _expect(all(type(n) is int and abs(n) < 1 << 62 for n in (start, stop, step)), "a range")
    _expect(step and len(range(start, stop, step)) <= ITEMS, "a range")
    return pd.RangeIndex(start, stop, step, name=name)


def _make_multi(payload):
    levels, codes, names = payload
    _expect(len(levels) == len(codes) == len(names), "levels")
    _expect(all(isinstance(level, pd.Index) for level in levels), "levels")
    codes = [_ints(code, "codes") for code in codes]
    return pd.MultiIndex(levels, codes, names=names, verify_integrity=True)


def _make_index(payload):
    column, name, freq = payload
    values = _make_column(column)
    if freq is not None and type(values) is not pd.arrays.PeriodArray:
        _expect(type(freq) is str and _FREQUENCY.fullmatch(freq), "a frequency")
        maker = pd.TimedeltaIndex if values.dtype.kind == "m" else pd.DatetimeIndex
        try:
            return maker(values, name=name, freq=freq)
        except ValueError:  # this pandas spells it otherwise
            return maker(values, name=name)
    return pd.Index(values, name=name, dtype=values.dtype, tupleize_cols=False)


def _instant(code, value, kind):
    _expect(type(code) is str and re.fullmatch(r"[<>]%s8\[(s|ms|us|ns)\]" % kind, code), "an instant")
    _expect(type(value) is int and -1 << 63 < value < 1 << 63, "an instant")
    return np.array([value], code[0] + "i8").view(code)[0]


def _make_timestamp(payload):
    code, value, zone = payload
    stamp = pd.Timestamp(_instant(code, value, "M"))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(_make_zone(zone))


def _make_timedelta(payload):
    return pd.Timedelta(_instant(*payload, "m"))


def _make_missing(payload):
    return {"NaT": pd.NaT, "NA": pd.NA}[payload]


def _make_one_interval(payload):
    left, right, closed = payload
    _expect(closed in _CLOSED, "an interval")
    return pd.Interval(left, right, closed)


def _make_one_period(payload):
    ordinal, name = payload
    _expect(type(ordinal) is int and -1 << 63 <= ordinal < 1 << 63, "a period")
    return pd.Period(ordinal=ordinal, freq=_frequency(name).freq)


MAKE = {
    "pandas.frame": _make_frame,
    "pandas.series": _make_series,
    "pandas.range": _make_range,
    "pandas.multi": _make_multi,
    "pandas.index": _make_index,
    "pandas.array": _make_column,
    "pandas.dtype": lambda column: _make_column(column).dtype,
    "pandas.timestamp": _make_timestamp,
    "pandas.timedelta": _make_timedelta,
    "pandas.missing": _make_missing,
    "pandas.interval": _make_one_interval,
    "pandas.period": _make_one_period,
}
