"""Items of benchmarks in rows: what is found, by what, and what is not taken for an item."""

import pytest

from reweave.curate.contamination import BenchmarkIndex, Item

FRAME = "You are an expert Python programmer and here is your task to be solved in one function now:"
PROMPTS = {
    "1": "Given a river with seven stones of different weight decide which frog jumps farthest before noon",
    "2": "Count the lamps along a winding road whose light reaches at least three of the houses behind them",
    "3": "Merge two shelves of books so that no red book stands beside another one of the same author",
    "4": "",
}
SOLUTION = """
def farthest(stones, frogs):
    best = None
    for frog in frogs:
        jump = sum(stones[: frog % 7]) - frog
        if best is None or jump > best[0]:
            best = (jump, frog)
    return best[1]
"""
RENAMED = """
def solve(weights, animals):
    '''Another name for everything.'''
    top = None
    for a in animals:
        d = sum(weights[:a % 7]) - a
        if top is None or d > top[0]: top = (d, a)
    return top[1]
"""


@pytest.fixture
def index():
    """Four items with a common frame, one with a solution."""
    items = [
        Item(
            benchmark="planted",
            id=name,
            texts={"prompt": f"{FRAME} {prompt}"} | ({"solution": SOLUTION} if name == "1" else {}),
            programs=[SOLUTION] if name == "1" else [],
        )
        for name, prompt in PROMPTS.items()
    ]
    return BenchmarkIndex(items, ngram=10, share=0.2, common=2, nodes=24)


def found(index, *texts, programs=()):
    return [(hit.id, hit.how, hit.part) for hit in index.find(texts, programs)]


def test_a_prompt_within_a_text(index):
    """Word for word, with other case and punctuation, in the middle of something else."""
    text = f"Hello!\n{PROMPTS['2'].upper().replace(' ', ', ')}. Thank you."
    assert found(index, text) == [("2", "ngram", "prompt")]


def test_one_word_changed(index):
    """One word of eighteen changed: a substring no more, but found."""
    text = PROMPTS["1"].replace("noon", "midnight")
    assert PROMPTS["1"] not in text
    assert found(index, text) == [("1", "ngram", "prompt")]


def test_a_solution(index):
    """As text word for word; in other words by its form alone, and with the name of the function it is."""
    assert found(index, f"Sure:\n{SOLUTION}") == [("1", "ngram", "solution")]
    assert found(index, RENAMED) == []
    assert found(index, RENAMED, programs=[f"import math\n\n{RENAMED}"]) == [("1", "program", "solve")]


def test_the_frame_is_no_item(index):
    """What all items begin with is in no one's mark."""
    assert found(index, f"{FRAME} Sort a list of numbers from the largest to the smallest one") == []


def test_other_tasks(index):
    """Some of the words in another order are nobody's item."""
    words = PROMPTS["3"].split()
    assert found(index, " ".join(words[::-1]), "Merge two shelves of books") == []


def test_best_first(index):
    """Two items in one row: each once, the one held wholly first."""
    text = " ".join(PROMPTS["3"].split()[:13]) + " / " + PROMPTS["2"]
    hits = index.find([text])
    assert [hit.id for hit in hits] == ["2", "3"]
    assert hits[0].share > hits[1].share >= 0.2


def test_what_cannot_be_found_is_told(index):
    """An item without an n-gram of its own is named, not passed over."""
    assert index.unseen == ["planted 4 prompt"]
    assert index.items == 4


def test_a_helper_of_a_solution_is_no_item():
    """A small function that a long solution happens to have is nobody's; the long one is found."""
    helper = "def is_prime(n):\n    return n > 1 and all(n % i for i in range(2, int(n**0.5) + 1))\n"
    item = Item(benchmark="planted", id="1", texts={"prompt": ""}, programs=[SOLUTION + helper])
    index = BenchmarkIndex([item], ngram=10, share=0.2, common=2, nodes=10)
    assert index.find([], [helper]) == []
    assert [hit.id for hit in index.find([], [RENAMED + helper])] == ["1"]
