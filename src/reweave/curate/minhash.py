"""Which sets may be similar: MinHash signatures, cut into bands (locality-sensitive hashing).

A signature holds, for each of P hash functions, the least hash of a set; two sets agree in a place with a
chance that is their Jaccard similarity. Signatures are cut into bands of r places, and sets that agree in a
whole band share a bucket: they are candidates, with a chance of 1 - (1 - J**r)**bands. Candidates are no
duplicates yet: the published filter took them for that, and `duplicates` measures each.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from reweave.curate.arrays import NDArray, np
from reweave.curate.shingles import Shingles

Signatures: TypeAlias = NDArray[np.uint32]

MISSED = 0.01  # the share of pairs at the very threshold that no bucket may hold, at most
_EMPTY = np.uint32(0xFFFFFFFF)


class MinHash:
    """The hash functions: multiply, add, take the upper half.

    Args:
        permutations: How many.
        seed: Which.
    """

    def __init__(self, permutations: int, seed: int) -> None:
        # Of splitmix64, so that they are the same under every version of numpy.
        stream = _splitmix(seed, 2 * permutations)
        self._factors = stream[:permutations] | np.uint64(1)
        self._terms = stream[permutations:]

    def signatures(self, shingles: Shingles) -> Signatures:
        """Give each set's signature. Shape [texts, permutations]; a set of nothing has the largest values."""
        found: Any = np.full((len(shingles), len(self._factors)), _EMPTY, np.uint32)
        filled = np.flatnonzero(np.diff(shingles.offsets))
        if not len(filled):
            return found
        begins = shingles.offsets[filled]
        for place, (factor, term) in enumerate(zip(self._factors, self._terms, strict=True)):
            hashed = ((shingles.hashes * factor + term) >> np.uint64(32)).astype(np.uint32)
            found[filled, place] = np.minimum.reduceat(hashed, begins)
        return found


def bands(permutations: int, threshold: float) -> tuple[int, int]:
    """Choose how to cut signatures: as long bands as miss few pairs at the threshold.

    Args:
        permutations: Places of a signature.
        threshold: The least Jaccard similarity of duplicates, above 0.

    Returns:
        The number of bands, and the places of each.

    >>> bands(128, 0.7)
    (32, 4)
    """
    for places in range(permutations, 1, -1):
        count = permutations // places
        if (1 - threshold**places) ** count <= MISSED:
            return count, places
    return permutations, 1


def buckets(signatures: Signatures, count: int, places: int) -> Iterator[NDArray[np.int64]]:
    """Give the rows of each bucket that holds more than one, in ascending order.

    Args:
        signatures: Shape [texts, permutations]; those of empty sets are in no bucket.
        count: The number of bands.
        places: Of each band.
    """
    filled = np.flatnonzero((signatures != _EMPTY).any(axis=1))
    for band in range(count):
        part = signatures[filled, band * places : (band + 1) * places]
        keys: Any = np.zeros(len(part), np.uint64)
        for place in range(places):
            keys = (keys ^ part[:, place]) * np.uint64(0xD6E8FEB86659FD93)
            keys ^= keys >> np.uint64(32)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        borders: Any = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        ends = np.concatenate([borders, [len(keys)]])
        starts = np.concatenate([[0], borders])
        for which in np.flatnonzero(ends - starts > 1):
            yield filled[order[starts[which] : ends[which]]]


def _splitmix(seed: int, count: int) -> NDArray[np.uint64]:
    state = np.uint64(seed % 2**64) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
