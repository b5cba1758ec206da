"""Cards: words that are bounded, on lines of their own, and the same whatever the display options."""

import pytest

from reweave.ground.contexts import ContextsConfig
from reweave.ground.contexts.text import literal, quoted, visible
from reweave.ground.contexts.values import show

from .hostile import CELLS, NAMES, OBJECTS


def test_a_card(context):
    """What a card says of an ordinary table."""
    record = context(
        "sales.csv", b"region;price;day\nNorth;1.5;2024-01-01\nSouth;;2024-01-02\nNorth;2;2024-01-03\n"
    )
    assert record["card"] == (
        'Table "sales.csv" (CSV, utf-8), loaded as df: 3 rows, 3 columns.\n'
        "Columns, with statistics of all rows:\n"
        '- "region" (str): no nulls, 2 distinct; such as "North", "South"\n'
        '- "price" (float64): 33.3% null, 2 distinct, from 1.5 to 2; such as 1.5, 2\n'
        '- "day" (str): no nulls, 3 distinct, text of dates from "2024-01-01" to "2024-01-03"; '
        'such as "2024-01-01", "2024-01-02", "2024-01-03"'
    )
    assert record["head"] == (
        "  | region | price | day\n"
        '0 | North  | 1.5   | "2024-01-01"\n'
        '1 | South  | null  | "2024-01-02"\n'
        '2 | North  | 2     | "2024-01-03"'
    )
    assert record["columns"][1] == {
        "name": "price", "dtype": "float64", "nulls": 1, "null_share": 0.333333, "distinct": 2,
        "examples": ("1.5", "2"), "min": "1.5", "max": "2", "infinite": 0, "dates_in_text": False,
    }  # fmt: skip


def test_ten_thousand_columns(context, same_frame):
    """The first are described, the others counted by type; everything else is bounded, too."""
    names = ",".join(f'"a rather long name, number {place}"' for place in range(10_000))
    row = ",".join(["1", "x", "2.5", "2024-01-01"] * 2_500)
    data = f"{names}\n{row}\n{row}\n".encode()
    record = context("wide.csv", data)
    assert (record["rows"], record["column_count"], len(record["columns"])) == (2, 10_000, 30)
    assert record["card"].splitlines()[-1] == (
        "and 9,970 more columns (4,985 str, 2,493 float64, 2,492 int64)"
    )
    assert len(record["card"]) <= 6_000
    assert len(record["head"]) <= 6 * 12 * 27
    same_frame((record, data))


def test_columns_that_do_not_fit(context):
    """A small card has fewer columns, and still counts the others."""
    data = (
        b",".join(b"name %d" % place for place in range(30)) + b"\n" + b",".join([b"long text"] * 30) + b"\n"
    )
    record = context("a.csv", data, card_chars=1000)
    described = record["card"].count("\n- ")
    assert 5 < described < 30
    assert record["card"].endswith(f"and {30 - described} more columns ({30 - described} str)")
    assert len(record["card"]) <= 1000
    assert len(record["columns"]) == 30


def test_display_options_change_nothing(context):
    """The record does not depend on how pandas and numpy would print."""
    import numpy as np
    import pandas as pd

    data = b"a,b\n1.23456789012345,x\n2,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n"
    plain = context("a.csv", data)
    options = ("display.max_rows", 1, "display.precision", 2, "display.max_colwidth", 5, "display.width", 10)
    with pd.option_context(*options), np.printoptions(precision=1, threshold=1):
        assert context("a.csv", data) == plain


@pytest.mark.parametrize("limit", [8, 9, 13, 40, 1000])
def test_nothing_shown_is_too_long_or_unseen(limit):
    """Every value and name fits, is on one line, and can be encoded."""
    for value in [
        *CELLS,
        *NAMES,
        *OBJECTS,
        "\ud800",
        b"\0\xff" * 500,
        ["x"] * 1000,
        {"k": "\u202e"},
        2**5000,
    ]:
        text = show(value, limit)
        assert len(text) <= limit
        assert text.isprintable(), (value, text)
        text.encode()
    assert visible("abc", 3) == "abc"
    assert visible("abcd", 3) == "ab…"
    assert visible("\u202e\u202e", 8) == "\\u202e…"


def test_literals_are_python():
    """A quoted text that is not cut is the same text to Python."""
    import ast

    for text in [*CELLS, *NAMES, "\U0001f469\u200d", "\U000e0001", "\x85"]:
        assert ast.literal_eval(literal(text)) == text
    assert quoted('a"b', 20) == r'"a\"b"'


def test_the_smallest_card_holds_what_is_not_columns():
    """Six notes of any length leave it within its bound."""
    import pandas as pd

    from reweave.ground.contexts.card import card
    from reweave.ground.contexts.profile import profile
    from reweave.ground.contexts.table import Table

    config = ContextsConfig(card_chars=1000)
    index = pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["n" * 500, "\n" * 500])
    frame = pd.DataFrame({"a" * 500: [1, 2]}, index=index)
    table = Table(frame, "read_csv", {}, "utf-8", ("note " * 100,) * 9)
    text = card("f" * 500, "csv", table, profile(frame, config), config)
    assert len(text) <= 1000
    assert "(int64): no nulls, 2 distinct, from 1 to 2; such as 1, 2" in text
