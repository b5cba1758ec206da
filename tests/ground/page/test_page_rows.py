"""Grounded rows as plain data for a page: what a value shows, what is left out, what does not fit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest
from grounded_rows import AXES, HOSTILE, SALES, grounded, rows

import reweave
from reweave.errors import InputError, RowError
from reweave.ground.page import page_row, shown_rows
from reweave.ground.page.values import drawn
from reweave.ground.trace.stored import encode


def shown(value, most=1 << 16):
    return drawn("x", orjson.loads(orjson.dumps(encode(value, most))))


def test_frame():
    """A frame is its index and columns with element types, cells with all their digits, none marked."""
    seen = shown(SALES)
    assert [each[0] for each in seen["head"]] == ["", "region", "price", "day"]
    assert [each[1] for each in seen["head"][2:]] == ["float64", str(SALES["day"].dtype)]
    assert [each[2] for each in seen["head"]] == [True, False, True, False]
    assert seen["side"] == 1
    assert seen["rows"][1] == ["1", "South", "30.833333333333332", "2024-01-02T00:00:00"]
    assert seen["rows"][2][2] == ["nan"]
    assert (seen["kind"], seen["size"], seen["cut"], seen["more_rows"]) == ("DataFrame", [4, 3], False, 0)


def test_large_frame():
    """Of a large frame the first rows and columns are shown, and how many there are besides."""
    seen = shown(pd.DataFrame(np.zeros((50, 40))), 1 << 20)
    assert (len(seen["rows"]), len(seen["rows"][0])) == (20, 17)
    assert (seen["more_rows"], seen["more_columns"]) == (30, 24)


def test_cut_value():
    """Where only a part is stored, that is said, and what is left out counts from the whole."""
    seen = shown(pd.DataFrame({"v": range(10_000)}), 2_000)
    assert seen["cut"]
    assert seen["size"] == [10_000, 1]
    assert seen["more_rows"] == 10_000 - len(seen["rows"])
    nothing = shown("x" * 9_000, 64) | {"text": None}
    assert (nothing["form"], nothing["cut"]) == ("text", True)
    stored = encode(pd.DataFrame(np.zeros((2, 2))), 1)
    assert stored["data"] is None
    assert drawn("x", stored)["text"][0] == stored["shown"]


def test_other_tables():
    """Series, indexes of several levels and arrays are tables, too."""
    series = shown(SALES.groupby("region")["price"].sum())
    assert [each[0] for each in series["head"]] == ["region", "price"]
    assert series["rows"][0] == ["East", "7.0"]
    levels = shown(SALES.set_index(["region", "day"]).index)
    assert [each[0] for each in levels["head"]] == ["region", "day"]
    assert (levels["side"], levels["rows"][0][0]) == (0, "North")
    columns = shown(pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])))
    assert columns["head"][1][0] == "('a', 1)"
    grid = shown(np.arange(6.0).reshape(2, 3))
    assert grid["rows"] == [["0", "0.0", "1.0", "2.0"], ["1", "3.0", "4.0", "5.0"]]
    assert grid["head"][1] == ["0", "float64", True]
    days = shown(np.array(["2024-02-29", "NaT"], "M8[ns]"))
    assert [row[1] for row in days["rows"]] == ["2024-02-29T00:00:00.000000000", ["NaT"]]


@pytest.mark.parametrize(
    ("value", "elements", "more"),
    [
        ([1, "a", None], [["0", "int", "1"], ["1", "str", "'a'"], ["2", "None", "None"]], 0),
        ({"b": 1.5, 2: [3]}, [["'b'", "float", "1.5"], ["2", "list", "[3]"]], 0),
        ({"y", "x"}, [["", "str", "'x'"], ["", "str", "'y'"]], 0),
        (list(range(25)), [[str(n), "int", str(n)] for n in range(20)], 5),
    ],
)
def test_elements(value, elements, more):
    """Lists, dicts and sets are their first elements with their places or keys."""
    seen = shown(value)
    assert (seen["form"], seen["elements"], seen["more"]) == ("elements", elements, more)


def test_scalars():
    """Scalars are words; a text is itself, cut, with what is left out."""
    assert shown(1 / 3)["text"] == ["0.3333333333333333", 0]
    assert shown(None)["text"] == ["None", 0]
    assert shown("a\nb")["text"] == ["a\nb", 0]
    assert shown("x" * 5_000)["text"] == ["x" * 4_000, 1_000]


def test_plots():
    """Figures are described: what is drawn, texts, first points."""
    seen = shown([[AXES]])
    assert seen["form"] == "plots"
    assert dict(seen["axes"][0]) == {
        "drawn": "axes with 1 line, a title and a log scale",
        "title": "'Prices'",
        "lines": "[x [1, 2, 3], y [2.5, 3.5, 4.5]]",
    }


def test_row():
    """A row has its texts, its specifications with what they refuse, its claims by level, its mutants."""
    row = page_row(rows()[0], 0)
    assert row["id"] == "sales/total"
    assert row["card"] == ['Table "sales.csv": 4 rows, 3 columns.', 0]
    assert [(form, accepts, refused) for form, _, _, accepts, refused in row["specs"]] == [
        ("type", True, 1), ("summary", True, 2), ("example", True, 3),
    ]  # fmt: skip
    assert row["judged"] == 4
    assert row["mutants"][0] == ["aggregation", 2, "sum() to mean()", "example"]
    levels = [level for level, *_ in row["claims"]]
    assert levels == sorted(levels, key=["type", "summary", "example"].index)
    assert ["summary", "total", "groups", "one row for each region of df"] in row["claims"]
    kinds = page_row(rows()[2], 2)
    assert kinds["facts"] == [["topic", "kinds of values"]]
    assert kinds["card"] is None
    assert page_row(rows()[1], 1)["evaluation_only"]
    assert page_row(rows()[0] | {"id": None}, 7)["id"] == "7"


def test_bounded():
    """Whatever is in a row, what the page holds of it is of bounded size, and says what is left out."""
    wide = pd.DataFrame([[HOSTILE] * 10_000], columns=[f"{HOSTILE}{n}" for n in range(10_000)])
    mutants = [("kind" * 200, 1, HOSTILE * 200, "missed")] * 2_000
    row = grounded(
        HOSTILE * 50, "x" * 100_000, {"df": wide}, {f"v{n}": ["y" * 9_000] * 50 for n in range(40)},
        context="c" * 100_000, intent="i" * 100_000, mutants=mutants, most=4 << 20,
        **{f"more {n}": "z" * 5_000 for n in range(100)},
    )  # fmt: skip
    made = page_row(row, 0)
    assert len(orjson.dumps(made)) < 700_000
    assert made["code"][1] == 80_000
    assert made["inputs"][0][0]["more_columns"] == 10_000 - 16
    assert made["outputs"][1] == 24
    assert made["more_mutants"] == 1_600
    assert made["facts"][-1] == ["other columns", "70 more"]  # apart, removed and calls are empty


def without(row, *path):
    *parents, last = path
    for name in parents:
        row = row[name]
    del row[last]


BREAKS = {
    "no context": (lambda row: without(row, "context"), "missing-column"),
    "a number as code": (lambda row: row.update(code=3), "not-grounded"),
    "values in a list": (lambda row: row.update(inputs=[]), "not-grounded"),
    "a value that is none": (lambda row: row["inputs"].update(df=3), "not-grounded"),
    "a value without a kind": (lambda row: without(row, "inputs", "df", "kind"), "missing-column"),
    "a damaged value": (lambda row: row["inputs"]["df"].update(data="AAAA"), "damaged-value"),
    "a value that is no base64": (lambda row: row["inputs"]["df"].update(data="%"), "damaged-value"),
    "no form": (lambda row: without(row, "specs", "summary"), "missing-column"),
    "no worth": (lambda row: without(row, "round_trip", "type"), "missing-column"),
    "mutants that are none": (lambda row: row["round_trip"].update(mutants=[3]), "not-grounded"),
    "no contract": (lambda row: row.update(contract={}), "damaged-contract"),
    "an unknown claim": (lambda row: row["contract"]["claims"].append(["a", "nice", 1]), "damaged-contract"),
    "a claim of nothing": (
        lambda row: row["contract"]["claims"].append(["a", "size", 1]),
        "damaged-contract",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_does_not_fit(name):
    """What is no grounded row, or a damaged one, has a reason."""
    damage, reason = BREAKS[name]
    row = json.loads(orjson.dumps(rows()[0]))
    damage(row)
    with pytest.raises(RowError) as raised:
        page_row(row, 0)
    assert raised.value.reason == reason


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A file of thirty rows, with two lines that are none, and one row that does not fit."""
    path = tmp_path_factory.mktemp("many") / "grounded.jsonl"
    made = [grounded(f"r{n}", "y = x", {"x": n}, {"y": n}) for n in range(30)]
    del made[4]["specs"]
    lines = [orjson.dumps(each) for each in made]
    lines[2:2] = [b"{broken", b"[1]"]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_reading(many):
    """Rows that do not fit are told by their places, and lose none of the others."""
    seen = shown_rows(many)
    assert seen.read == 32
    assert [row["id"] for row in seen.rows] == [f"r{n}" for n in range(30) if n != 4]
    assert [(each.id, each.reason) for each in seen.rejects] == [
        ("2", "invalid-json"), ("3", "not-an-object"), ("6", "missing-column"),
    ]  # fmt: skip
    first = shown_rows(many, limit=3)
    assert ([row["id"] for row in first.rows], len(first.rejects), first.read) == (["r0", "r1"], 1, 3)


def test_sample(many):
    """A sample is drawn by its seed alone, stays in order, and is the same each time."""
    drawn_rows = [shown_rows(many, sample=8, seed=seed) for seed in (1, 1, 2)]
    ids = [[row["id"] for row in seen.rows] for seen in drawn_rows]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0] == sorted(ids[0], key=lambda each: int(each[1:]))
    assert all(len(seen.rows) + len(seen.rejects) == 8 for seen in drawn_rows)
    assert len(shown_rows(many, sample=99).rows) == 29


def test_no_such_file(tmp_path):
    """What is not there is an error, not an empty page."""
    with pytest.raises(InputError):
        shown_rows(tmp_path / "none.jsonl")


def test_same_data_whatever_the_hashes(tmp_path):
    """Sets, whose order differs from process to process, are shown in the same one."""
    path = tmp_path / "rows.jsonl"
    made = [
        grounded("sets", "", {"s": {f"w{n}" for n in range(30)}}, {"t": [{"q", "r", "s"}, {1: {"u", "v"}}]})
    ]
    path.write_bytes(orjson.dumps(made[0]))
    program = (
        "import sys, orjson, pathlib; from reweave.ground.page import shown_rows;"
        "sys.stdout.buffer.write(orjson.dumps(shown_rows(pathlib.Path(sys.argv[1])).rows))"
    )
    env = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
    told = {
        subprocess.run(
            [sys.executable, "-c", program, path],
            env=env | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
