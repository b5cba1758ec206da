"""Summaries and examples: what they say, that values stay out of the one, and that both are bounded."""

import pandas as pd
from hypothesis import given, settings
from spec_values import INPUTS, OUTPUTS

from reweave.ground.specs import example, summary
from reweave.ground.specs.examples import LENGTH as EXAMPLE
from reweave.ground.specs.summaries import LENGTH as SUMMARY

DF = pd.DataFrame({"shop": ["north", "south"] * 6, "day": range(12), "sales": [n * 1.25 for n in range(12)]})


def test_summary_of_groups():
    """Input and output columns, what is new, the groups and the order are named; values are not."""
    out = DF.groupby("shop")["sales"].sum().reset_index(name="total")
    said = summary({"df": DF}, {"out": out})
    assert said.splitlines() == [
        (
            "Input: df is a pandas DataFrame with 3 columns, with 12 rows: shop (str), day (int) and sales "
            "(float)."
        ),
        (
            "Output: out is a pandas DataFrame with 2 columns, with 2 rows, shorter than df. Its columns "
            "are, in this order: shop (str, of df) and total (float, computed). It has one row for each "
            "shop of df. It has a plain index. It has no repetition in shop. It has no missing values."
        ),
    ]


def test_summary_of_a_change_in_place():
    """A variable that is input and output is told apart as it was before."""
    said = summary({"df": DF}, {"df": DF.assign(rank=DF["sales"].rank())})
    assert "sales (float, as in df before)" in said
    assert "rank (float, computed)" in said
    assert "as long as df before" in said


def test_summary_of_scalars_and_lists():
    """A scalar is told by its relation to the inputs, a list by its order."""
    said = summary({"df": DF}, {"most": DF["sales"].max(), "days": [11, 10, 9]})
    assert "It is one of sales of df." in said
    assert "13.75" not in said
    assert "sorted by the values, descending" in said


def test_example_of_a_table():
    """Few rows with element types in the header; of the rest, ranges and members."""
    said = example({"df": DF}, {"most": 13.75})
    assert said.splitlines() == [
        "Input df: a pandas DataFrame with 3 columns",
        " | shop (str) | day (int64) | sales (float64)",
        "0 | north | 0 | 0.0",
        "1 | south | 1 | 1.25",
        "2 | north | 2 | 2.5",
        "3 | south | 3 | 3.75",
        "4 | north | 4 | 5.0",
        "… 5 more rows",
        "10 | north | 10 | 12.5",
        "11 | south | 11 | 13.75",
        "day from 0 to 11; sales from 0.0 to 13.75",
        "shop of 'north' and 'south'",
        "Output most: a float",
        "13.75",
    ]


def test_example_of_a_grouped_series():
    """The index and its name stand before the values."""
    said = example({}, {"out": DF.groupby("shop")["sales"].max()})
    assert said.splitlines()[1:] == ["shop | sales (float64)", "north | 12.5", "south | 13.75"]


def test_example_of_plain_values():
    """Lists are cut, sets and dicts are sorted, text is in quotation marks."""
    said = example(
        {"xs": list(range(100))}, {"s": {"b", "a"}, "d": {"y": 1, "x": [1, 2]}, "t": "a\nb", "n": None}
    )
    assert said.splitlines() == [
        "Input xs: a list of int",
        "[0, 1, 2, 3, 4, 5, 6, 7, … 90 more elements, 98, 99]",
        "the values from 0 to 99",
        "Output s: a set of str",
        "{'a', 'b'}",
        "Output d: a dict of str to int or list of int",
        "{'x': [1, 2], 'y': 1}",
        "Output t: a str",
        "'a\\nb'",
        "Output n: None",
        "None",
    ]


@settings(max_examples=60, deadline=None)
@given(INPUTS, OUTPUTS)
def test_bounded_and_the_same(inputs, outputs):
    """Any values give texts of bounded length, twice the same."""
    for write, most in ((summary, SUMMARY), (example, EXAMPLE)):
        said = write(inputs, outputs)
        assert len(said) <= most
        assert said == write(inputs, outputs)
        said.encode()
