"""Grounded rows made by hand: values by the real codec, real specifications, mutants written down.

Not a test itself.
"""

import numpy as np
import pandas as pd

from reweave.ground.specs import LEVELS, contract, spec_text
from reweave.ground.trace.stored import encode

HOSTILE = "</script><img src=x onerror='window.hacked=1'><script>window.hacked=1</script>\u2028\u202e\x07"
SALES = pd.DataFrame(
    {
        "region": ["North", "South", "North", "East"],
        "price": [12.25, 30.833333333333332, float("nan"), 7.0],
        "day": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-02-29"]),
    }
)
AXES = {
    "title": "Prices",
    "xscale": "linear",
    "yscale": "log",
    "lines": [{"label": "a", "x": [1, 2, 3], "y": [2.5, 3.5, 4.5]}],
}


def grounded(name, code, inputs, outputs, *, context="", intent="", mutants=(), most=1 << 16, **more):
    """Give a row as ``reweave ground trace`` writes it; ``mutants`` are (kind, line, change, outcome)."""
    ends = [outcome for *_, outcome in mutants]
    forms = {
        form: {"accepts": True, "rejected": sum(end in LEVELS[: at + 1] for end in ends)}
        for at, form in enumerate(LEVELS)
    }
    tried = [dict(zip(("kind", "line", "what", "outcome"), each, strict=True)) for each in mutants]
    judged = sum(end in {*LEVELS, "missed"} for end in ends)
    return {
        "id": name,
        "context": context,
        "intent": intent,
        "code": code,
        **more,
        "inputs": {key: encode(value, most) for key, value in inputs.items()},
        "outputs": {key: encode(value, most) for key, value in outputs.items()},
        "apart": {},
        "removed": [],
        "printed": "",
        "calls": [],
        "specs": {form: spec_text(form, inputs, outputs) for form in LEVELS},
        "contract": contract(inputs, outputs).to_json(),
        "round_trip": {"judged": judged, **forms, "mutants": tried},
    }


def rows():
    """Give rows of every kind of value."""
    total = SALES.groupby("region")["price"].sum()
    return [
        grounded(
            "sales/total",
            "by = df.groupby('region')  # each region\ntotal = by['price'].sum()\n",
            {"df": SALES},
            {"total": total},
            context="import pandas as pd\n\ndf = pd.read_csv('sales.csv')\n",
            card='Table "sales.csv": 4 rows, 3 columns.',
            intent="How much is sold in each region?",
            mutants=[
                ("aggregation", 2, "sum() to mean()", "example"),
                ("column", 1, "'region' to 'day'", "summary"),
                ("name", 2, "sum to abs", "not-run"),
                ("constant", 2, "'price' to 'price '", "missed"),
                ("index", 2, "without .sum()", "type"),
            ],
        ),
        grounded(
            "plain",
            "ranked = sorted(prices, reverse=True)\nbest = ranked[0]\n",
            {"prices": [12.5, 48.75, 31.25]},
            {"ranked": [48.75, 31.25, 12.5], "best": 48.75},
            context="prices = [12.5, 48.75, 31.25]",
            intent="Rank the prices.",
            mutants=[("constant", 1, "True to False", "summary"), ("constant", 2, "0 to 1", "example")],
            evaluation_only=True,
        ),
        grounded(
            "kinds",
            "words = {'b': 'two', 'a': None}",
            {"grid": np.arange(6.0).reshape(2, 3), "seen": {"y", "x"}},
            {"words": {"b": "two", "a": None}, "Plots": [[AXES]], "said": "a\tb\nc"},
            topic="kinds of values",
        ),
    ]
