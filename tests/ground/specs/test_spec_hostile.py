"""Values that are large, deep, odd or hostile: nothing raises, and texts and contracts stay short."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from reweave.ground.specs import FORMS, LEAKAGES, contract, leaks, spec_text, type_desc

MEGABYTE = "x" * (1 << 20)


def loop():
    """A list that holds itself, twice."""
    made = [1]
    made += [made, {"again": made}]
    return made


def deep():
    """Lists within lists, a thousand times."""
    made = []
    for _ in range(1000):
        made = [made, 1]
    return made


def cells(*values):
    """Cells of a column, which pandas does not look at."""
    held = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        held[at] = value
    return pd.Series(held, dtype=object)


class Odd:
    """It raises whatever is asked of it."""

    def __getattribute__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError

    __hash__ = None


class OddList(list):
    """A list that cannot be looked at."""

    def __len__(self):
        raise RuntimeError

    def __iter__(self):
        raise RuntimeError


class Number(float):
    """A number that compares with nothing."""

    def __ne__(self, other):
        raise RuntimeError

    def __float__(self):
        raise RuntimeError

    __hash__ = float.__hash__


VALUES = {
    "wide": pd.DataFrame(np.arange(20_000.0).reshape(2, 10_000)),
    "long": pd.DataFrame({"a": np.arange(1_000_000), "b": np.arange(1_000_000) % 5}),
    "text": MEGABYTE,
    "texts": pd.DataFrame({"a": cells(MEGABYTE, "\ud800|\n" * 1000), MEGABYTE: [1, 2]}),
    "loop": loop(),
    "deep": deep(),
    "list": list(range(300_000)),
    "set": {str(n) for n in range(100_000)},
    "dict": {n: [n] for n in range(100_000)},
    "bytes": MEGABYTE.encode(),
    "digits": 1 << 400_000,
    "range": range(10**100),
    "odd": Odd(),
    "odd list": OddList([1]),
    "odd number": Number(2.5),
    "odd cells": pd.DataFrame({"a": cells(Odd(), None), "b": cells(loop(), deep())}),
    "dates": pd.Series(pd.date_range("1700-01-01", periods=100_000, freq="h")),
    "strange labels": pd.DataFrame([[1, 2]], columns=pd.Index([None, (1, "a")], tupleize_cols=False)),
    "columns of levels": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])),
    "repeated": pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
    "no rows": pd.DataFrame({"a": []}),
    "no columns": pd.DataFrame(index=range(3)),
    "structured": np.zeros(3, dtype=[("a", "i4"), ("b", "U3")]),
    "cube": np.arange(2.0**15).reshape((2,) * 15),
    "zero": np.zeros((0, 3)),
    "infinite": [float("inf"), float("-inf"), float("nan"), 1e308],
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_each(name):
    """Every text is made and short, the contract is small and accepts the value, as output and as input."""
    value = VALUES[name]
    assert len(type_desc(value)) <= 210
    for inputs, outputs in (
        ({}, {"out": value}),
        ({"df": value}, {"out": value}),
        ({"df": value}, {"n": 12.5}),
    ):
        for form in FORMS:
            for leakage in LEAKAGES:
                said = spec_text(form, inputs, outputs, leakage=leakage)
                assert len(said) <= 16_000
        made = contract(inputs, outputs)
        assert made.check(inputs, outputs) == []
        assert len(json.dumps(made.to_json())) < 50_000
        assert leaks("x = 1", "nothing of it", outputs, inputs=inputs) == []


def test_many_variables():
    """Of thousands of variables the first are told, and how many more there are."""
    many = {f"v{n}": n for n in range(5000)}
    for form in ("summary", "example"):
        assert "4,992 more" in spec_text(form, many, {"out": 1})
    assert len(spec_text("type", many, many)) < 1000
    assert contract(many, many).check(many, many) == []


def test_no_library_is_loaded():
    """Where no value is numpy's or pandas', neither is imported."""
    code = (
        "import sys\nfrom reweave.ground.specs import *\n"
        "for form in FORMS: spec_text(form, {'xs': [1, 2.5]}, {'out': {'a': 'b'}, 'n': float('nan')})\n"
        "contract({'xs': [1]}, {'out': (1, None)}).check({}, {'out': 2})\n"
        "leaks('a + b', 'text', {'out': 12.5})\n"
        "print({'numpy', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_same_in_another_process():
    """Sets of text, whose order is another in each process, give the same bytes."""
    code = (
        "import json\nfrom reweave.ground.specs import *\n"
        "out = {'s': {str(n) for n in range(3000)}, 'd': {'a': {'x', 'y', 'z'}}, 'm': {1, 'a', None, (2,)}}\n"
        "print([spec_text(f, {'df': {'p', 'q'}}, out, leakage=l) for f in FORMS for l in LEAKAGES])\n"
        "print(json.dumps(contract({'df': {'p', 'q'}}, out).to_json()))"
    )
    said = set()
    for seed in ("1", "2", "3"):
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
        )
        said.add(done.stdout)
    assert len(said) == 1
