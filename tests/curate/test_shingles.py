"""Sets of hashed n-grams against plain Python sets of tuples."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reweave.curate.shingles import jaccard, shared_count, shingle

texts = st.lists(st.lists(st.sampled_from("abcdef"), max_size=12), min_size=1, max_size=8)


def grams(tokens, n):
    """The n-grams; of fewer tokens the one run there is."""
    if not tokens:
        return set()
    return {tuple(tokens[i : i + n]) for i in range(max(len(tokens) - n + 1, 1))}


@settings(deadline=None)
@given(texts, st.integers(1, 5))
def test_sets(rows, n):
    """As many members, as many shared, the same similarity, as sets of tuples have."""
    sets = shingle(rows, n)
    plain = [grams(row, n) for row in rows]
    assert [len(sets[i]) for i in range(len(sets))] == [len(each) for each in plain]
    for i, one in enumerate(plain):
        for j, other in enumerate(plain):
            assert shared_count(sets[i], sets[j]) == len(one & other)
            expected = len(one & other) / len(one | other) if one and other else 0.0
            assert jaccard(sets[i], sets[j]) == expected


def test_hashes_stay():
    """The hashes are the same in every process: a run goes on with those of an earlier one."""
    hashes = shingle([["the", "same"], ["everywhere"]], 2).hashes
    assert hashes.tolist() == [12095890487999043725, 15853672482170534333]
