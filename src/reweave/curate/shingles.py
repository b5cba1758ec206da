"""Sets of hashed n-grams, of many texts at once.

A text of m tokens has the m - n + 1 runs of n tokens (one run, if it is shorter), each hashed to 64 bits; the
set of these is what is compared. The hashes are the same in every process and on every machine. Two runs that
differ have the same hash with a chance of 2**-64: Jaccard similarities are exact for all purposes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reweave.curate.arrays import NDArray, np

Hashes: TypeAlias = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_VOCABULARY = 1_000_000  # tokens remembered, so that a stream of ever new ones does not fill the memory


class _Vocabulary(dict[str, int]):
    """Each token's hash, computed once."""

    def __missing__(self, token: str) -> int:
        digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        value = int.from_bytes(digest, "little")
        if len(self) >= _VOCABULARY:
            self.clear()
        self[token] = value
        return value


_vocabulary = _Vocabulary()


@dataclass(frozen=True, slots=True)
class Shingles:
    """The sets of several texts, one after the other.

    Args:
        hashes: Of all texts, each text's sorted and without repetition. Shape [total].
        offsets: Where each text's begin, and at last the total. Shape [texts + 1].
    """

    hashes: Hashes
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.offsets) - 1

    def __getitem__(self, text: int) -> Hashes:
        """One text's set."""
        return self.hashes[self.offsets[text] : self.offsets[text + 1]]


def shingle(texts: Iterable[Sequence[str]], n: int) -> Shingles:
    """Hash the n-grams of texts.

    Args:
        texts: Their tokens. A text without any has the empty set.
        n: Tokens of an n-gram, at least 1.
    """
    flat: list[int] = []
    counts: list[int] = []
    for tokens in texts:
        before = len(flat)
        flat.extend(map(_vocabulary.__getitem__, tokens))
        short = n - len(tokens)
        if 0 < short < n:
            flat.extend([0] * short)
        counts.append(len(flat) - before)
    lengths = np.asarray(counts, np.int64)
    runs = np.maximum(lengths - (n - 1), 0)
    hashes = _runs(np.asarray(flat, np.uint64), n)
    # Runs that reach into the next text are nobody's.
    ends = np.cumsum(lengths)
    owner: Any = np.repeat(np.arange(len(counts)), lengths)[: len(hashes)]
    own = np.arange(len(hashes)) + n <= ends[owner] if len(hashes) else np.zeros(0, bool)
    return _sets(hashes[own], np.repeat(np.arange(len(counts)), runs), len(counts))


def offsets_of(lengths: Any) -> Any:
    """Give where each of several parts begins, laid one after the other, and at last their total length."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def jaccard(one: Hashes, other: Hashes) -> float:
    """Give the Jaccard similarity of two sets: what both have over what either has; 0 for empty ones."""
    if not len(one) or not len(other):
        return 0.0
    shared = shared_count(one, other)
    return shared / (len(one) + len(other) - shared)


def shared_count(one: Hashes, other: Hashes) -> int:
    """Count what two sets share."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    at: Any = np.searchsorted(large, small)
    at[at == len(large)] = 0
    return int(np.count_nonzero(large[at] == small))


def _runs(tokens: Hashes, n: int) -> Hashes:
    """Hash each run of n: a polynomial, mixed so that near values lie apart."""
    if len(tokens) < n:
        return np.zeros(0, np.uint64)
    count = len(tokens) - n + 1
    value: Any = np.zeros(count, np.uint64)
    for i in range(n):
        value = value * _BASE + tokens[i : i + count]
    for shift, factor in ((30, _MIX[0]), (27, _MIX[1])):
        value ^= value >> np.uint64(shift)
        value *= factor
    return value ^ (value >> np.uint64(31))


def _sets(hashes: Hashes, owners: NDArray[Any], texts: int) -> Shingles:
    """Sort each text's hashes and take out what comes twice."""
    order = np.lexsort((hashes, owners))
    hashes, owners = hashes[order], owners[order]
    if len(hashes):
        first: Any = np.ones(len(hashes), bool)
        first[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
        hashes, owners = hashes[first], owners[first]
    return Shingles(hashes, offsets_of(np.bincount(owners, minlength=texts)))
