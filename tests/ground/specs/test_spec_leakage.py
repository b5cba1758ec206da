"""Leakage levels: what each leaves out or changes, and that no value stands in a value-free text."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from spec_values import frames

from reweave.errors import InputError
from reweave.ground.specs import FORMS, LEAKAGES, example, leaks, spec_text, summary, type_desc

DF = pd.DataFrame(
    {
        "k": ["b", "a", "b", "c"],
        "year": [2021, 2022, 2022, 2021],
        "v": [1.5, 20.25, 13.0, 4.75],
        "w": [5, 6, 7, 8],
    }
)
OUT = DF.groupby("k")["v"].sum().reset_index(name="total").assign(double=lambda each: each["total"] * 2)


def test_oracle_is_as_made():
    """The default is the text that the three functions give."""
    inputs, outputs = {"df": DF}, {"out": OUT}
    assert spec_text("type", inputs, outputs) == f"out: {type_desc(OUT)}"
    assert spec_text("summary", inputs, outputs) == summary(inputs, outputs)
    assert spec_text("example", inputs, outputs) == example(inputs, outputs)


@pytest.mark.parametrize("form", FORMS)
def test_none_is_no_text(form):
    """Where form or level is none there is nothing."""
    assert spec_text(form, {"df": DF}, {"out": OUT}, leakage="none") == ""
    assert spec_text("none", {"df": DF}, {"out": OUT}) == ""


def test_value_free():
    """Names, types and relations stay; cells are holes; columns that a pivot made of values have no name."""
    table = DF.pivot_table(index="k", columns="year", values="v", aggfunc="sum").reset_index()
    inputs = {"df": DF}
    shown = spec_text("example", inputs, {"out": OUT, "n": 40.75}, leakage="value-free")
    assert "k (str) | total (float64) | double (float64)" in shown
    assert "<float64>" in shown
    assert "20.25" not in shown.partition("Output")[2]
    assert "40.75" not in shown
    said = spec_text("summary", inputs, {"out": table}, leakage="value-free")
    assert "k (str, of df) and 2 named by values" in said
    assert "2021" not in said.partition("Output")[2]
    assert "3 rows" not in said.partition("Output")[2]


@pytest.mark.parametrize("form", FORMS[1:])
@settings(max_examples=40, deadline=None)
@given(frames())
def test_value_free_holds_no_value(form, df):
    """The lint finds nothing of the outputs in a value-free text."""
    outputs = {"out": df, "shown": df.to_numpy().ravel().tolist()}
    said = spec_text(form, {}, outputs, leakage="value-free")
    assert leaks("", said, outputs) == []


def test_noisy_is_seeded():
    """The same seed and row give the same text; seeds and rows differ, and the truth is changed."""

    def said(**how):
        return spec_text("summary", {"df": DF}, {"out": OUT}, leakage="noisy", **how)

    assert said(seed=3, record="r1") == said(seed=3, record="r1")
    texts = [said(seed=seed, record=f"r{row}") for seed in range(5) for row in range(10)]
    true = spec_text("summary", {"df": DF}, {"out": OUT})
    assert len(set(texts)) > 20
    assert sum(text != true for text in texts) > 40
    named = " ".join(text.partition("Output")[2] for text in texts)
    assert "new_total" in named or "total_value" in named or "the_total" in named
    assert any(f" {name} (" in named for name in ("year", "v", "w", "id", "rank", "score"))
    assert any("double" not in text for text in texts)


def test_noisy_width_is_that_of_its_names():
    """The type counts the columns that the noisy text has, so that the two do not contradict each other."""
    widths = {
        spec_text("type", {"df": DF}, {"out": OUT}, leakage="noisy", record=str(row)) for row in range(40)
    }
    assert {f"out: a pandas DataFrame with {n} columns" for n in (2, 3)} <= widths


def test_noise_spares_what_has_no_names():
    """Lists, arrays and scalars have no names to change: their types and examples are the true ones."""
    outputs = {"xs": [1, 2], "a": np.zeros(3), "n": 2.5}
    for form in ("type", "example"):
        assert spec_text(form, {}, outputs, leakage="noisy") == spec_text(form, {}, outputs)


def test_unknown_words():
    """Another form or level is refused with what there is."""
    with pytest.raises(InputError, match=f"there are {', '.join(FORMS)}"):
        spec_text("docstring", {}, {})
    with pytest.raises(InputError, match=f"there are {', '.join(LEAKAGES)}"):
        spec_text("type", {}, {}, leakage="some")
