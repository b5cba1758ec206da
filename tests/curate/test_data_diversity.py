"""Measures of variety against counts made by hand, and parts that make data sets comparable."""

import ast
import json
import math
from collections import Counter

import pytest
import small

from reweave.curate.diversity import Diversity, calls, shape

TEXTS = ["sort the list", "sort the words", "count the words of a text", "sort the list"]
CODES = [
    "def f(x):\n    return sorted(x)\n",
    "def g(y):\n    return sorted(y)\n",
    "def h(t):\n    return len(t.split())\n",
    "def broken(:\n",
]


def entropy(values):
    counts = Counter(values)
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values())


@pytest.fixture
def measured():
    """The measures of four rows, by name."""
    diversity = Diversity()
    for text, code in zip(TEXTS, CODES, strict=True):
        diversity.add(text=text, code=code, concepts=["sorting"] if "sort" in text else ["text", "counting"])
    assert diversity.unparsed == 1
    return {each.name: each for each in diversity.measure()}


def test_counts(measured):
    """Distinct n-grams and entropies are those counted by hand."""
    words = [word for text in TEXTS for word in text.split()]
    assert measured["text: distinct-1"].value == len(set(words)) / len(words)
    pairs = [pair for text in TEXTS for pair in zip(text.split(), text.split()[1:], strict=False)]
    assert measured["text: distinct-2"].value == len(set(pairs)) / len(pairs)
    assert measured["text: word entropy"].value == pytest.approx(entropy(words))
    assert measured["code: shape entropy"].value == pytest.approx(entropy("aab"))
    assert measured["code: shape entropy"].n == 3
    assert measured["code: call sequence entropy"].value == pytest.approx(entropy("aab"))
    assert measured["code: call entropy"].value == pytest.approx(
        entropy(["sorted", "sorted", "len", ".split"])
    )
    concepts = ["sorting"] * 3 + ["text", "counting"]
    assert measured["concepts: entropy"].value == pytest.approx(entropy(concepts))
    assert measured["text: share like no other"].value == 0.75
    assert measured["code: share like no other"].value == 0.75


def test_shape_and_calls():
    """Names and constants are not of the shape; calls come in the order of the text."""
    assert shape(ast.parse("x = a + 1")) == shape(ast.parse("y = b + 1.5")) != shape(ast.parse("x = a + b"))
    assert calls(ast.parse("a = f(g(1))\nb.c(d)\n(lambda: 1)()")) == ["f", "g", ".c"]


def test_parts_make_sizes_comparable():
    """More rows have fewer distinct words each; parts of one size say how much of that is size alone."""
    small_set, large, repeated = Diversity(), Diversity(), Diversity()
    for number in range(400):
        text = f"task {number} with words w{number * 7 % 400} and w{number * 11 % 400} alpha beta"
        large.add(text=text)
        if number < 100:
            small_set.add(text=text)
            for _ in range(4):
                repeated.add(text=text)
    name = "text: distinct-1"
    common = {"text": 100}
    few, many, copies = (
        {each.name: each for each in one.measure(common)}[name] for one in (small_set, large, repeated)
    )
    assert many.value < few.value  # by its size alone
    assert few.mean == few.value
    assert few.interval is None
    low, high = many.interval
    assert low <= few.value <= high
    assert copies.interval[1] < low  # copies are less varied at the same size


def test_verb(tmp_path):
    """Two files side by side, in the table and in JSON; rows that cannot be read are told."""
    rows = [{"instruction": text, "program": code} for text, code in zip(TEXTS, CODES, strict=True)]
    one = small.write_lines(tmp_path / "one.jsonl", [*rows * 5, '{"instruction": 1}', "x"])
    two = small.write_lines(tmp_path / "two.jsonl", rows * 2)
    done = small.reweave("curate", "diversity", one, two, "-o", tmp_path / "numbers.json")
    assert done.returncode == 0, done.stderr
    assert "at 8 rows" in done.stdout
    assert "5 programs do not parse" in done.stdout
    assert "1 rows cannot be read" in done.stdout
    first, second = json.loads((tmp_path / "numbers.json").read_text())
    assert (first["rows"], second["rows"], first["rejects"]) == (22, 8, 1)
    measures = {each["name"]: each for each in first["measures"]}
    assert measures["text: distinct-1"]["size"] == 8
    low, high = measures["text: distinct-1"]["interval"]
    assert low <= measures["text: distinct-1"]["mean"] <= high
    assert small.reweave("curate", "diversity", tmp_path / "none.jsonl").returncode == 1
