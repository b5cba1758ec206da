"""Near-duplicates as they come, against what looks at all rows at once."""

from reweave.curate.duplicates import Column, find_duplicates
from reweave.curate.near import NearIndex
from reweave.curate.shingles import shingle
from reweave.curate.tokens import words
from reweave.edits.stream import Stream


def drawn(count):
    """Texts of forty words, every second one with a word or three of an earlier one changed."""
    stream, texts = Stream(1, "near", 0), []
    for i in range(count):
        said = [f"w{stream.below(i * 50 + j, 400)}" for j in range(40)]
        if i % 2:
            said = texts[stream.below(i * 50 + 41, i)].split()
            for j in range(1 + i % 3):
                said[stream.below(i * 50 + 42 + j, 40)] = f"new{i}"
        texts.append(" ".join(said))
    return texts


def test_the_same_as_at_once():
    """It finds what the search over all rows finds, where the first is kept."""
    texts = drawn(400)
    index = NearIndex(0.6)
    found = {i: int(like) for i, text in enumerate(texts) if (like := index.take(str(i), text)) is not None}
    column = Column(permutations=128, threshold=0.6, seed=1)
    column.add(shingle([words(text) for text in texts], 5))
    wanted = {row: each.of for row, each in find_duplicates([column]).items()}
    assert len(wanted) > 50
    assert found == wanted


def test_below_the_threshold():
    """A shared bucket is no duplicate: similarity is measured."""
    one = "a b c d e f g h i j k l"
    index = NearIndex(0.9, ngram=1)
    assert index.take("one", one) is None
    assert index.take("two", one.replace("l", "m")) is None  # 11 of 13
    assert index.take("three", one.upper()) == "one"


def test_texts_without_words():
    """Texts without tokens are like nothing, not like each other."""
    index = NearIndex(0.5)
    assert [index.take(str(i), text) for i, text in enumerate(["", "...", "", "word", "word"])] == [
        None, None, None, None, "3",
    ]  # fmt: skip
