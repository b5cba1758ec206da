"""RandSeq: lines in random chunks, no checker."""

from collections import Counter

import pytest
from programs import HOSTILE

from reweave import decode, edit_sequences, encode
from reweave.edits.random_chunks import random_chunks
from reweave.edits.stream import Stream
from reweave.records import split_lines


@pytest.mark.parametrize("lines", [1, 2, 3, 10, 500])
def test_every_line_has_an_edit(lines):
    """Each line gets a number; the numbers run from 0 without a gap."""
    for path in range(20):
        at = random_chunks(lines, Stream(1, "a", path))
        assert len(at) == lines
        assert set(at) == set(range(max(at) + 1))


def test_no_lines():
    """An empty program has no edits."""
    assert random_chunks(0, Stream(1, "a", 0)) == ()


def test_reproducible():
    """The stream decides, and nothing else."""
    assert random_chunks(30, Stream(1, "a", 0)) == random_chunks(30, Stream(1, "a", 0))
    assert len({random_chunks(30, Stream(1, "a", path)) for path in range(20)}) == 20


def test_chunk_sizes_are_uniform():
    """The last edit of a program of n lines inserts 1 to n - 1 of them, each as often, any line of them."""
    sizes, lines = Counter(), Counter()
    for path in range(6_000):
        at = random_chunks(4, Stream(1, "a", path))
        chunk = [line for line in range(4) if at[line] == max(at)]
        sizes[len(chunk)] += 1
        lines.update(chunk)
    assert set(sizes) == {1, 2, 3}
    assert all(count == pytest.approx(2_000, abs=200) for count in sizes.values())
    assert all(lines[line] == pytest.approx(3_000, abs=200) for line in range(4))


def test_as_a_sampler():
    """Through the library: no checker is named, paths replay, and states may well be broken."""
    sequences = list(edit_sequences(HOSTILE.values(), sampler="random", checker="pylint", paths=3))
    assert {int(sequence.id) for sequence in sequences} == set(range(len(HOSTILE)))
    assert {sequence.checker for sequence in sequences} == {"none"}
    for sequence in sequences:
        assert decode(encode(sequence)) == sequence.program
        assert len(sequence.inserted_at) == len(split_lines(sequence.program))
