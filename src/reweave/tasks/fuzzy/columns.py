"""A frame's columns in the form that is compared: typed where that is possible, else cell by cell.

A column of numbers is an array of integers or of floats, one of instants or durations an array of
nanoseconds; two of one sort are compared at once. numpy and pandas are loaded already where there is a frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reweave.tasks.fuzzy.cells import CLOSE, Rules, canonical, same
from reweave.tasks.fuzzy.marked import Marked

_NEVER = -(1 << 63)  # NaT's integer


@dataclass(slots=True, eq=False)
class Column:
    """One column.

    Args:
        sort: ``int``, ``float``, ``instant``, ``duration``, or ``cells`` where no array is.
        array: Its values, missing ones as NaN or the least integer.
        values: Its canonical cells, once they are known.
    """

    sort: str
    array: Any = None
    values: list[Any] | None = None

    def cells(self) -> list[Any]:
        """Give its canonical cells."""
        if self.values is None:
            found = self.array.tolist()
            if self.sort in ("instant", "duration"):
                self.values = [None if each == _NEVER else Marked(self.sort, each) for each in found]
            else:
                self.values = [None if each != each else each for each in found]  # noqa: PLR0124 - NaN
        return self.values


@dataclass(slots=True, eq=False)
class Table:
    """A frame, or a series.

    Args:
        columns: In their order.
        names: Of the columns, for a person.
        height: Rows.
        spare: Columns that may stand for one of a reference's: a series' index.
    """

    columns: list[Column]
    names: list[str]
    height: int
    spare: list[Column] = field(default_factory=list)

    def within(self, given: "Table", rules: Rules) -> str | None:
        """Say what of this reference is not in a prediction, None where all is."""
        if given.height != self.height:
            return f"{given.height} rows, the reference has {self.height}"
        if self.height == 0:
            return None
        offered = given.columns + given.spare
        if not self.columns:
            return None if not offered else "the reference has no column"
        if len(offered) < len(self.columns):
            return f"{_counted(offered)}, the reference has {len(self.columns)}"
        for wanted, name in zip(self.columns, self.names, strict=True):
            if not any(alike(each, wanted, rules) for each in offered):
                return f"no column is the reference's {name}"
        return None

    def rows(self) -> tuple[Any, ...]:
        """Give its rows as canonical values: those of the one column, or tuples."""
        if len(self.columns) == 1:
            return tuple(self.columns[0].cells())
        if not self.columns:
            return ((),) * self.height
        return tuple(zip(*(each.cells() for each in self.columns), strict=True))


def table(frame: Any) -> Table:
    """Give a frame's form."""
    columns = [column(frame.iloc[:, number]) for number in range(frame.shape[1])]
    return Table(columns, [repr(name) for name in frame.columns], len(frame))


def series(values: Any, *, positions: bool) -> Table:
    """Give a series' form, with its index to spare.

    Args:
        values: The series.
        positions: Whether an index that only counts the rows is one.
    """
    index = values.index
    counts = type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)
    spare = (
        []
        if counts and index.name is None and not positions
        else [column(index.get_level_values(level)) for level in range(index.nlevels)]
    )
    return Table([column(values)], [repr(values.name)], len(values), spare)


def column(values: Any) -> Column:
    """Give the form of a series, an index, or one of pandas' arrays."""
    import numpy as np  # noqa: PLC0415 - loaded already
    import pandas as pd  # noqa: PLC0415 - likewise

    if isinstance(values, pd.MultiIndex):
        return Column("cells", values=[canonical(each) for each in values.tolist()])
    if isinstance(values.dtype, (pd.CategoricalDtype, pd.SparseDtype)):
        values = np.asarray(values)
    values = pd.Series(values)
    try:
        if values.dtype.kind in "iub" and not values.isna().any():
            if values.dtype.kind == "u" and len(values) and int(values.max()) >= -_NEVER:
                return Column("cells", values=values.tolist())
            return Column("int", values.to_numpy(dtype="int64"))
        if values.dtype.kind in "iubf":
            return Column("float", values.to_numpy(dtype="float64", na_value=np.nan))
        if values.dtype.kind == "M":
            if isinstance(values.dtype, pd.DatetimeTZDtype):
                values = values.dt.tz_convert("UTC").dt.tz_localize(None)
            return Column("instant", values.astype("datetime64[ns]").to_numpy().view("i8"))
        if values.dtype.kind == "m":
            return Column("duration", values.astype("timedelta64[ns]").to_numpy().view("i8"))
    except (ValueError, OverflowError):  # beyond what nanoseconds reach
        pass
    return Column("cells", values=[canonical(each) for each in _listed(values)])


def alike(given: Column, wanted: Column, rules: Rules) -> bool:
    """Say whether two columns of one length hold the same, row by row."""
    sorts = {given.sort, wanted.sort}
    if sorts == {"int"} and not rules.close_integers:
        return bool((given.array == wanted.array).all())
    if sorts <= {"int", "float"}:
        return _close(given.array, wanted.array, rules)
    if len(sorts) == 1 and given.array is not None:
        return bool((given.array == wanted.array).all())
    return all(same(one, other, rules) for one, other in zip(given.cells(), wanted.cells(), strict=True))


def _close(given: Any, wanted: Any, rules: Rules) -> bool:
    import numpy as np  # noqa: PLC0415 - loaded already

    given, wanted = given.astype("float64"), wanted.astype("float64")
    gone, missing = np.isnan(given), np.isnan(wanted)
    if rules.missing_is_zero:
        given, wanted = np.where(gone, 0.0, given), np.where(missing, 0.0, wanted)
    elif not np.array_equal(gone, missing):
        return False
    else:
        given, wanted = given[~gone], wanted[~missing]
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(given - wanted) <= CLOSE + rules.relative * np.abs(wanted)
    finite = np.isfinite(given) & np.isfinite(wanted)
    return bool(((given == wanted) | (near & finite)).all())


def _listed(values: Any) -> Any:
    # A series of numpy's instants beyond nanoseconds lists integers; its elements are instants
    return values.array if values.dtype.kind in "mM" else values.tolist()


def _counted(columns: Sequence[Column]) -> str:
    return f"{len(columns)} column{'s' if len(columns) != 1 else ''}"
