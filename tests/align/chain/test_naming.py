"""Names of concepts: split where they should be, and one for each concept."""

import pytest

from reweave.align.chain.inventory import Inventory
from reweave.align.chain.mixing import mixes
from reweave.align.chain.naming import normalise, split_concepts


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("- handling of None, True and False\n- slicing", ["handling of None, True and False", "slicing"]),
        ("1. slicing\n2) sorting\n(3) loops", ["slicing", "sorting", "loops"]),
        ("* slicing\n\n+ sorting", ["slicing", "sorting"]),
        ("slicing, calls such as max(a, b), loops", ["slicing", "calls such as max(a, b)", "loops"]),
        ("- one concept, with a comma", ["one concept, with a comma"]),
        ("3D geometry\n2-opt search", ["3D geometry", "2-opt search"]),
    ],
)
def test_split(text, concepts):
    """A comma within a name does not divide it: the published pipeline split on every comma."""
    assert split_concepts(text) == concepts


@pytest.mark.parametrize(
    ("names", "one"),
    [
        (["List Index", "list index", " list  index. ", '"List indices"', "list indexes"], "list index"),
        (["dictionaries", "Dictionary"], "dictionary"),
        (["hash classes", "hash class"], "hash class"),
        (["branches", "branch"], "branch"),
        (["caches", "cache"], "cache"),
        (["`functools.wraps`", "functools.wraps"], "functools.wraps"),
        (["binary analysis"], "binary analysis"),
        (["statistics"], "statistics"),
        (["**kwargs"], "kwargs"),
        (["-", "...", ""], ""),
        (["so many words that this is a sentence and not at all the name of one"], ""),
    ],
)  # fmt: skip
def test_normalise(names, one):
    """Case, plural and punctuation do not make another concept; a sentence is none."""
    assert {normalise(name) for name in names} == {one}


def test_normalise_again():
    """A name that is normalised stays as it is."""
    for name in ("data classes", "Indices", "regexes", "process queues", "bias", "matrices of rows"):
        assert normalise(normalise(name)) == normalise(name)


def test_cap(tmp_path):
    """A concept is used in as many rows as the cap says, and named in all; the file says both."""
    inventory, taken = Inventory(cap=2), []
    for number in range(4):
        concepts, left_out = inventory.take(["Loops", f"idea {number}", "loop"], most=5)
        inventory.use(concepts)
        taken.append((concepts, left_out))
    assert taken == [
        (["loop", "idea 0"], 0), (["loop", "idea 1"], 0), (["idea 2"], 1), (["idea 3"], 1),
    ]  # fmt: skip
    inventory.write(tmp_path / "inventory.jsonl")
    first = (tmp_path / "inventory.jsonl").read_text().splitlines()[0]
    assert first == '{"concept":"loop","named":4,"used":2}'


def test_mixes():
    """Combinations take from several rows, are repeated by their seed, and differ from seed to seed."""
    rows = [(f"r{n}", [f"a{n}", f"b{n}", f"c{n}"]) for n in range(10)]
    drawn = list(mixes(1, rows, 20, 2, 4))
    assert drawn == list(mixes(1, rows, 20, 2, 4)) != list(mixes(2, rows, 20, 2, 4))
    assert list(mixes(1, rows, 5, 2, 4)) == drawn[:5]  # more of them changes none
    for ids, concepts in drawn:
        assert len(set(ids)) == 2
        assert len(set(concepts)) == 4
        assert {int(name[1:]) for name in concepts} == {int(name[1:]) for name in ids}
