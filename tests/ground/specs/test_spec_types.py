"""TypeDesc: what is said of each sort of value, and that it stays short."""

import collections
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from spec_values import VALUES

from reweave.ground.specs import type_desc
from reweave.sandbox import NotPlain


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (pd.DataFrame({"a": [1], "b": [2], "c": [3]}), "a pandas DataFrame with 3 columns"),
        (pd.DataFrame({"a": [1]}), "a pandas DataFrame with 1 column"),
        (pd.Series([1.5, None]), "a pandas Series of float"),
        (pd.Series(["x", None]), "a pandas Series of str"),
        (pd.Series(["x", None], dtype=object), "a pandas Series of str"),
        (pd.Series(["x", 1], dtype=object), "a pandas Series of mixed"),
        (pd.Series(pd.to_datetime(["2024-01-31"])), "a pandas Series of datetime"),
        (pd.Index([1, 2]), "a pandas Index of int"),
        (pd.MultiIndex.from_tuples([("a", 1)]), "a pandas MultiIndex of 2 levels"),
        (pd.Categorical(["a"]), "a pandas Categorical of category with 1 dimension"),
        (pd.Timestamp("2024-01-31"), "a pandas Timestamp"),
        (pd.Timedelta("1h"), "a pandas Timedelta"),
        (pd.Period("2024-01", "M"), "a pandas Period"),
        (pd.NaT, "a missing value (NaT)"),
        (pd.NA, "a missing value (NA)"),
        (np.zeros((2, 3)), "a numpy ndarray of float with 2 dimensions"),
        (np.array(["a"]), "a numpy ndarray of str with 1 dimension"),
        (np.int32(3), "a numpy int32"),
        (np.float64("nan"), "a numpy float64"),
        (None, "None"),
        (True, "a bool"),
        (3, "an int"),
        (float("nan"), "a float"),
        (1j, "a complex"),
        ("text", "a str"),
        (b"data", "a bytes"),
        ([1, 2], "a list of int"),
        ([1, "a", None], "a list of NoneType, int or str"),
        ([], "an empty list"),
        ([[1.5]], "a list of list of float"),
        ((1, "a"), "a tuple of (int, str)"),
        (tuple(range(9)), "a tuple of int"),
        ({1, 2}, "a set of int"),
        (frozenset({1}), "a frozenset of int"),
        ({"a": [1, 2]}, "a dict of str to list of int"),
        ({}, "an empty dict"),
        (collections.Counter("aab"), "a collections Counter of str to int"),
        ({"a": pd.Series([1])}, "a dict of str to pandas Series of int"),
        (dt.date(2024, 1, 31), "a datetime date"),
        (NotPlain("an Axes"), "an Axes"),
        (NotPlain("more than 9 bytes"), "a value that is not carried over (more than 9 bytes)"),
        ([[{"xscale": "linear", "yscale": "log"}]], "1 matplotlib figure with 1 axes"),
    ],
)
def test_words(value, words):
    """The type is said so."""
    assert type_desc(value) == words


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_short_and_the_same(value):
    """Any value has one description, on one line of at most 210 characters."""
    said = type_desc(value)
    assert 0 < len(said) <= 210
    assert "\n" not in said
    assert said == type_desc(value)
