"""What a column holds: type, missing values, how many different ones, examples, range. From all rows.

The first columns are looked at, up to the number that is described; of the others only types are counted.
"""

import math
import re
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.text import visible
from reweave.ground.contexts.values import kind, show

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 1_000  # values that are present, for examples
_KINDS = 5
_DTYPE_CHARACTERS = 40
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:[T ][0-9]{2}:[0-9]{2}.{0,20})?"


@dataclass(frozen=True, slots=True)
class Column:
    """A column, as the record has it. Texts are cut, and without what cannot be seen.

    Attributes:
        name: Its name.
        dtype: As pandas has it; ``object`` with the types that are in it.
        nulls: How many values are missing.
        null_share: Of all rows; 0 where there is none.
        distinct: How many different values there are; None where they cannot be compared.
        examples: The first different ones.
        min: The smallest number or earliest date; None for what has no order.
        max: Likewise.
        infinite: How many numbers are infinite; the range is of the others.
        dates_in_text: Whether it is text, and all of it begins like a date.
    """

    name: str
    dtype: str
    nulls: int
    null_share: float
    distinct: int | None
    examples: tuple[str, ...]
    min: str | None = None
    max: str | None = None
    infinite: int = 0
    dates_in_text: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give it as the record's ``columns`` has it."""
        return asdict(self)


def profile(frame: "pd.DataFrame", config: ContextsConfig) -> list[Column]:
    """Describe a frame's first columns."""
    shown = min(len(frame.columns), config.columns)
    return [_column(frame.iloc[:, place], name_of(frame, place, config), config) for place in range(shown)]


def name_of(frame: "pd.DataFrame", place: int, config: ContextsConfig) -> str:
    """Give a column's name as text; one of several levels as a tuple."""
    return visible(str(frame.columns[place]), config.name_chars)


def other_types(frame: "pd.DataFrame", described: int) -> Counter[str]:
    """Count the types of the columns that are not described."""
    types = islice(frame.dtypes, described, None)
    return Counter(visible(str(dtype), _DTYPE_CHARACTERS) for dtype in types)


def _column(series: "pd.Series", name: str, config: ContextsConfig) -> Column:
    series = series.reset_index(drop=True)
    gone = series.isna()
    nulls = int(gone.sum())
    present = series[~gone] if nulls else series
    kinds = _kinds(present)
    low, high, infinite, dated = _range(present, kinds)
    return Column(
        name,
        _dtype(series, kinds),
        nulls,
        round(nulls / len(series), 6) if len(series) else 0.0,
        _distinct(present),
        _examples(present, config),
        None if low is None else show(low, config.value_chars),
        None if high is None else show(high, config.value_chars),
        infinite,
        dated,
    )


def _kinds(present: "pd.Series") -> list[str]:
    """Name the types in a column of objects."""
    if str(present.dtype) != "object":
        return []
    first = {type(value): value for value in present}
    return sorted({kind(value) for value in first.values()})


def _dtype(series: "pd.Series", kinds: list[str]) -> str:
    name = visible(str(series.dtype), _DTYPE_CHARACTERS)
    if not kinds:
        return name
    more = " …" if len(kinds) > _KINDS else ""
    return f"{name} of {', '.join(visible(each, 20) for each in kinds[:_KINDS])}{more}"


def _distinct(present: "pd.Series") -> int | None:
    try:
        return int(present.nunique())
    except TypeError:  # lists and objects have no hash: compared as JSON
        pass
    try:
        return len({orjson.dumps(value, default=str, option=_CANONICAL) for value in present})
    except (TypeError, ValueError, RecursionError):
        return None


def _examples(present: "pd.Series", config: ContextsConfig) -> tuple[str, ...]:
    shown: dict[str, None] = {}
    for value in present.head(_LOOKED_AT).tolist():
        if len(shown) == config.examples:
            break
        shown[show(value, config.value_chars)] = None
    return tuple(shown)


def _range(present: "pd.Series", kinds: list[str]) -> tuple[Any, Any, int, bool]:
    """Give the smallest and the largest value, how many are infinite, and whether they are dates in text."""
    if not len(present):
        return None, None, 0, False
    letter = getattr(present.dtype, "kind", "O")
    if letter in "iuMm":
        return present.min(), present.max(), 0, False
    if letter == "f":
        low, high = present.min(), present.max()
        if math.isfinite(low) and math.isfinite(high):
            return low, high, 0, False
        infinite = int(present.abs().eq(math.inf).sum())
        if infinite:
            present = present[present.abs().ne(math.inf)]
        return (
            (present.min(), present.max(), infinite, False) if len(present) else (None, None, infinite, False)
        )
    if str(present.dtype) in {"str", "string"} or kinds == ["str"]:
        if _dates(present):
            return present.min(), present.max(), 0, True
        return None, None, 0, False
    return _range_of_objects(present, kinds)


def _range_of_objects(present: "pd.Series", kinds: list[str]) -> tuple[Any, Any, int, bool]:
    if not kinds:
        return None, None, 0, False
    values = list(present)
    if set(kinds) <= {"int", "float", "Decimal"}:
        finite = [value for value in values if isinstance(value, int) or math.isfinite(value)]
        infinite = len(values) - len(finite)
        return (min(finite), max(finite), infinite, False) if finite else (None, None, infinite, False)
    if len(kinds) == 1 and kinds[0] in {"date", "time", "datetime", "timedelta"}:
        try:
            return min(values), max(values), 0, False
        except TypeError:  # some with a time zone, some without
            pass
    return None, None, 0, False


def _dates(present: "pd.Series") -> bool:
    """Tell whether all texts begin like a date: of most columns the first text says that they do not."""
    if not re.fullmatch(_DATE, present.iloc[0]):
        return False
    return bool(present.str.len().max() <= 40) and bool(present.str.fullmatch(_DATE).all())
