"""Which rows are duplicates, against a plain comparison of every row with every other."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reweave.curate.duplicates import Column, find_duplicates
from reweave.curate.shingles import shingle

WORDS = [f"w{i}" for i in range(400)]


def grams(tokens, n=5):
    return {tuple(tokens[i : i + n]) for i in range(max(len(tokens) - n + 1, 1))} if tokens else set()


def similarity(one, other):
    one, other = grams(one), grams(other)
    return len(one & other) / len(one | other) if one and other else 0.0


def column(rows, threshold=0.7, permutations=128):
    made = Column(permutations=permutations, threshold=threshold, seed=1)
    made.add(shingle(rows, 5))
    return made


def mutated(chance, tokens, share):
    """Change some tokens into others."""
    return [chance.choice(WORDS) if chance.random() < share else token for token in tokens]


def families(seed, count):
    """Texts, and copies of them with few and with many changes, in a random order."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        base = [chance.choice(WORDS) for _ in range(chance.randrange(3, 80))]
        rows += [base, *(mutated(chance, base, share) for share in (0, 0.005, 0.02, 0.05, 0.2))]
    chance.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_as_compared_one_by_one(seed):
    """As a comparison of all with all has it; each row dropped names the most similar one kept."""
    rows = families(seed, 60)
    kept, expected = [], {}
    for number, row in enumerate(rows):
        near = [(similarity(row, rows[other]), -other) for other in kept]
        value, other = max(near, default=(0.0, 0))
        if value >= 0.7:
            expected[number] = (-other, value)
        else:
            kept.append(number)
    # So many hash functions that no pair is missed
    found = find_duplicates([column(rows, permutations=1024)])
    assert {number: (each.of, each.similarity) for number, each in found.items()} == expected
    assert 60 < len(expected) < 300


def test_the_usual_signatures_miss_little():
    """With 128 hash functions, of pairs at the threshold or above at most one in a hundred."""
    rows = families(4, 150)
    everything = find_duplicates([column(rows, permutations=1024)])
    assert len(find_duplicates([column(rows)]).keys() ^ everything.keys()) <= len(everything) // 100


def test_the_best_is_kept():
    """Of equal rows the one with the highest score stays, of equal scores the first."""
    rows = [["a", "b", "c"] * 3] * 4 + [["x", "y", "z"] * 3] * 2
    found = find_duplicates([column(rows)], scores=[1, 5, 5, 2, float("-inf"), float("-inf")])
    assert {number: each.of for number, each in found.items()} == {0: 1, 2: 1, 3: 1, 5: 4}


def test_a_chain_is_not_one_cluster():
    """B is like A and C is like B, but C is not like A: C stays, for A alone stands for B."""
    a = WORDS[:60]
    b = WORDS[6:66]
    c = WORDS[12:72]
    assert similarity(a, b) >= 0.7 <= similarity(b, c)
    assert similarity(a, c) < 0.7
    assert find_duplicates([column([a, b, c])]).keys() == {1}


def test_any_and_all():
    """Rows alike in one of two columns: duplicates by ``any``, none by ``all``; alike in both: by either."""
    texts = [WORDS[:20], WORDS[:20], WORDS[30:50], WORDS[30:50]]
    codes = [WORDS[60:80], WORDS[90:110], WORDS[120:140], WORDS[120:140]]
    found = find_duplicates([column(texts), column(codes)], match="any")
    assert {number: each.of for number, each in found.items()} == {1: 0, 3: 2}
    assert find_duplicates([column(texts), column(codes)], match="all").keys() == {3}


def test_nothing_is_like_nothing():
    """Rows without any token are nobody's duplicates."""
    assert find_duplicates([column([[], [], ["a"], ["a"]])]).keys() == {3}
    assert find_duplicates([column([])]) == {}


def test_many_alike_but_not_enough():
    """Hundreds of rows share a frame just below the threshold: all stay, and true copies are found."""
    chance = random.Random(5)
    frame = WORDS[:60]
    rows = [frame + [chance.choice(WORDS[60:]) for _ in range(24)] for _ in range(400)]
    rows += rows[7:17]
    found = find_duplicates([column(rows)])
    assert {number: each.of for number, each in found.items()} == {400 + i: 7 + i for i in range(10)}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=8), max_size=30))
def test_no_two_kept_are_alike(rows):
    """Whatever the rows: kept ones are below the threshold of each other, dropped ones at it or above."""
    found = find_duplicates([column(rows, permutations=512)])
    kept = [number for number in range(len(rows)) if number not in found]
    assert all(similarity(rows[a], rows[b]) < 0.7 for a in kept for b in kept if a < b)
    assert all(each.of in kept for each in found.values())
    assert all(similarity(rows[n], rows[each.of]) == each.similarity >= 0.7 for n, each in found.items())
