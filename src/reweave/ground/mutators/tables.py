"""What stands in the place of what: methods, keywords and words of pandas, one table a kind of change."""

from typing import Any

AGGREGATIONS: dict[str, tuple[str, ...]] = {
    "sum": ("mean", "max"), "mean": ("sum", "median"), "median": ("mean",), "min": ("max", "first"),
    "max": ("min", "last"), "count": ("size", "sum"), "size": ("count",), "first": ("last",),
    "last": ("first",), "nunique": ("count",), "std": ("var",), "var": ("std",), "prod": ("sum",),
    "idxmax": ("idxmin",), "idxmin": ("idxmax",), "cumsum": ("cummax",), "cummax": ("cumsum",),
    "argmax": ("argmin",), "argmin": ("argmax",), "any": ("all",), "all": ("any",),
}  # fmt: skip
"""The aggregation's name, as a method or as a text, and what is tried instead."""

AGGREGATING = {"agg", "aggregate", "transform", "apply", "pivot_table", "crosstab"}
"""Calls whose arguments name aggregations."""

ORDERS = {"nlargest": "nsmallest", "nsmallest": "nlargest"}
COMPARISONS = {
    "gt": "le", "le": "gt", "lt": "ge", "ge": "lt", "eq": "ne", "ne": "eq", "isna": "notna",
    "notna": "isna", "isnull": "notnull", "notnull": "isnull",
}  # fmt: skip
FILTERS = {"isin", "between", "duplicated", "contains", "startswith", "endswith"}
"""Methods that give a filter."""

FILLS = {"ffill": "bfill", "bfill": "ffill"}

STEPS = {"reset_index", "drop", "dropna", "drop_duplicates", "sort_values", "sort_index", "fillna"}
"""Steps of a chain that may have been forgotten."""

COUNTED = {
    "head", "tail", "nth", "nlargest", "nsmallest", "shift", "diff", "pct_change", "rolling", "round", "get",
}  # fmt: skip
"""Methods whose first argument counts."""

CONVERSIONS = {"to_numeric", "to_datetime", "to_timedelta"}

JOINS = ("inner", "left", "right", "outer")

ABSENT: dict[str, tuple[tuple[str, str, Any], ...]] = {
    "sort_values": (("order", "ascending", False),),
    "sort_index": (("order", "ascending", False),),
    "rank": (("order", "ascending", False),),
    "value_counts": (("order", "ascending", True), ("normalize", "normalize", True)),
    "sorted": (("order", "reverse", True),),
    "merge": (("join", "how", "left"), ("join", "how", "outer")),
    "concat": (("join", "join", "inner"),),
    "drop_duplicates": (("keep", "keep", "last"),),
    "duplicated": (("keep", "keep", "last"),),
    "reset_index": (("index", "drop", True),),
    "head": (("position", "n", 4), ("position", "n", 6)),
    "tail": (("position", "n", 4), ("position", "n", 6)),
}
"""By call: the kind, and the keyword with a value that is not its default, where it says nothing."""

KEYWORDS: dict[str, tuple[str, dict[Any, tuple[Any, ...]]]] = {
    "axis": (
        "axis",
        {0: (1,), 1: (0,), -1: (0,), "index": ("columns",), "rows": ("columns",), "columns": ("index",)},
    ),
    "ascending": ("order", {True: (False,), False: (True,)}),
    "reverse": ("order", {True: (False,), False: (True,)}),
    "how": ("join", {one: tuple(other for other in JOINS if other != one) for one in JOINS}),
    "join": ("join", {"inner": ("outer",), "outer": ("inner",)}),
    "inplace": ("inplace", {True: (False,)}),
    "normalize": ("normalize", {True: (False,), False: (True,)}),
    "keep": ("keep", {"first": ("last",), "last": ("first",), False: ("first",)}),
    "drop": ("index", {True: (False,), False: (True,)}),
    "as_index": ("index", {True: (False,), False: (True,)}),
    "ignore_index": ("index", {True: (False,)}),
    "method": (
        "fill",
        {"ffill": ("bfill",), "bfill": ("ffill",), "pad": ("backfill",), "backfill": ("pad",)},
    ),
}
"""By keyword: the kind, and by value what is tried instead."""

NUMBERED = {"n", "periods", "window", "decimals", "shift"}
"""Keywords that count."""

FILLED = {"value", "fill_value"}
"""Keywords that fill."""
