"""Contracts: they accept what they were made from, survive JSON, are monotone, and reject what differs."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from spec_values import INPUTS, OUTPUTS, VALUES, frames

from reweave.errors import InputError
from reweave.ground.specs import LEVELS, Contract, contract
from reweave.sandbox import NotPlain

DF = pd.DataFrame(
    {
        "k": ["b", "a", "b", "c", "a", "c"],
        "v": [1.5, 20.25, 13.0, 4.75, 15.5, 6.0],
        "n": [31, 12, 55, 40, 23, 18],
    }
)


def rejected(right, wrong, inputs=None):
    """Give the levels that reject ``wrong`` under the contract of ``right``."""
    inputs = {"df": DF} if inputs is None else inputs
    made = contract(inputs, {"out": right})
    assert made.check(inputs, {"out": right}) == []
    return [level for level in LEVELS if made.at(level).check(inputs, {"out": wrong})]


@settings(max_examples=80, deadline=None)
@given(INPUTS, OUTPUTS)
def test_accepts_its_own(inputs, outputs):
    """Whatever the values, a contract accepts them, before and after JSON."""
    made = contract(inputs, outputs)
    assert made.check(inputs, outputs) == []
    again = Contract.from_json(json.dumps(made.to_json(), allow_nan=False))
    assert again == made
    assert again.check(inputs, outputs) == []


def derived(df, way):
    """Give what a program may make of a frame."""
    first = df.columns[0]
    return {
        "head": lambda: df.head(3),
        "sorted": lambda: df.sort_values(first, ascending=False),
        "sizes": df.groupby(first).size,
        "means": lambda: df.groupby(first, as_index=False).mean(numeric_only=True),
        "distinct": lambda: [*df[first].unique()],
        "counts": lambda: df[first].value_counts().to_dict(),
        "first": lambda: df[first].iloc[0],
        "mask": df[first].isna,
        "columns": lambda: list(df.columns),
        "array": df.to_numpy,
    }[way]()


@pytest.mark.parametrize(
    "way", ["head", "sorted", "sizes", "means", "distinct", "counts", "first", "mask", "columns", "array"]
)
@settings(max_examples=25, deadline=None)
@given(frames())
def test_accepts_what_is_made_of_an_input(way, df):
    """Relations to an input that were found are found again."""
    try:
        out = derived(df, way)
    except Exception:  # noqa: BLE001 - pandas raises what it likes
        return  # the frame is too odd for that operation
    inputs, outputs = {"df": df}, {"out": out}
    made = Contract.from_json(json.dumps(contract(inputs, outputs).to_json()))
    assert made.check(inputs, outputs) == []


@settings(max_examples=50, deadline=None)
@given(INPUTS, VALUES, VALUES)
def test_monotone(inputs, right, wrong):
    """What a level rejects the next one rejects, for the same reasons and more."""
    made = contract(inputs, {"out": right})
    broken = [made.at(level).check(inputs, {"out": wrong}) for level in LEVELS]
    for lower, higher in pairwise(broken):
        assert set(lower) <= set(higher)


def test_made_at_a_level():
    """A contract made at a level is the higher one cut there, and says its level in JSON."""
    whole = contract({"df": DF}, {"out": DF})
    for level in LEVELS:
        assert contract({"df": DF}, {"out": DF}, level) == whole.at(level)
        assert whole.at(level).to_json()["level"] == level
    assert whole.at("type").at("example") == whole.at("type")


@pytest.mark.parametrize(
    ("right", "wrong", "first"),
    [
        (DF, DF.to_numpy(), "type"),
        (DF, DF[["k", "v"]], "type"),
        (DF["v"], DF["n"], "type"),
        (3, 3.0, "type"),
        ([1, 2], (1, 2), "type"),
        ({"a": 1}, {"a": "1"}, "type"),
        (NotPlain("an Axes"), NotPlain("a Figure"), "type"),
        (None, 0, "type"),
        (DF, DF.rename(columns={"v": "w"}), "summary"),
        (DF, DF[["v", "k", "n"]], "summary"),
        (DF, DF.astype({"n": "float64"}), "summary"),
        (DF, DF.head(4), "summary"),
        (DF, DF.set_index("k", drop=False), "summary"),
        (DF.sort_values("v"), DF.sort_values("v", ascending=False), "summary"),
        (DF.sort_values("v"), DF, "summary"),
        (DF.groupby("k")["v"].sum(), DF.groupby("k")["v"].sum().reset_index(drop=True), "summary"),
        (DF.groupby("k")["v"].sum(), DF.groupby("k", sort=False)["v"].sum(), "summary"),
        (DF.groupby("k")["v"].sum(), DF.head(3).set_index("k")["v"], "summary"),
        (DF.assign(v=DF["v"].shift()), DF.assign(v=DF["v"].shift().fillna(0.0)), "summary"),
        (DF[DF["v"] > 5], DF[DF["v"] > 5].assign(k="z"), "summary"),
        (DF["k"].drop_duplicates(), pd.Series(["b", "a", "q"], index=[0, 1, 3], name="k"), "summary"),
        ("one\ntwo", "one two", "summary"),
        ([30, 20, 10], [20, 10, 30], "summary"),
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}, "summary"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "summary"),
        (-1.5, 1.5, "summary"),
        (15.5, 15.25, "summary"),
        (DF.groupby("k")["v"].sum(), DF.groupby("k")["v"].max(), "example"),
        (DF.assign(v=DF["v"] * 2), DF.assign(v=DF["v"] * 2 + 0.01), "example"),
        (0.3, 0.30001, "example"),
        ("abc", "abd", "example"),
        ({1, 2, 3}, {1, 2, 4}, "example"),
    ],
)
def test_first_level_that_sees_it(right, wrong, first):
    """A wrong output is rejected from this level on."""
    assert rejected(right, wrong) == list(LEVELS[LEVELS.index(first) :])


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (0.3, 0.1 + 0.2),
        (3, np.int64(3)),
        (1.5, np.float64(1.5)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"x", "y", "z"}, {"z", "y", "x"}),
        (DF, DF.astype({"n": "int32"})),
        (DF["v"], DF["v"] * (1 + 1e-9)),
        (DF, DF.astype({"k": object})),
        ([1.0, float("nan")], [1.0, float("nan")]),
    ],
)
def test_what_is_the_same(right, wrong):
    """Rounding, widths, libraries and an order that is not meant make no difference."""
    assert rejected(right, wrong) == []


def test_rows_left_out():
    """Of rows that an example leaves out, ranges and few texts are held against."""
    right = pd.DataFrame({"t": ["lo", "hi"] * 20, "x": [float(n % 7) for n in range(40)]})
    for column, value in (("t", "mid"), ("x", 7.5)):
        wrong = right.copy()
        wrong.loc[20, column] = value
        assert "example" in rejected(right, wrong, {})
    wrong = right.copy()
    wrong.loc[20, "x"] = 0.5
    assert rejected(right, wrong, {}) == []


def test_relation_is_to_the_inputs_at_hand():
    """A relation is looked up in the inputs that are given, and broken where they are gone."""
    made = contract({"df": DF}, {"out": DF.sort_values("v")})
    other = DF.assign(k=DF["k"].str.upper())
    claims = [each.claim for each in made.at("summary").check({"df": other}, {"out": DF.sort_values("v")})]
    assert "origin" in claims
    assert "rows" in [each.claim for each in made.check({}, {"out": DF.sort_values("v")})]


def test_words_of_violations():
    """A violation names the output, the claim and what was expected."""
    made = contract({"df": DF}, {"out": DF.sort_values("v", ascending=False), "n": 6})
    found = [str(each) for each in made.at("summary").check({"df": DF}, {"out": DF})]
    assert found[0] == "n: expected, and not there"
    assert "out: expected sorted by v, descending" in found
    assert all(len(each) < 500 for each in found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", "not a contract"),
        ("{", "not a contract"),
        ({"version": 2}, "version 2"),
        ({"version": 1, "level": "all", "outputs": [], "claims": []}, "no level 'all'"),
        (
            {"version": 1, "level": "type", "outputs": ["x"], "claims": [["x", "magic", 1]]},
            "no claim 'magic'",
        ),
    ],
)
def test_json_that_is_none(content, says):
    """What is no contract is refused with the reason."""
    with pytest.raises(InputError, match=says):
        Contract.from_json(content)
