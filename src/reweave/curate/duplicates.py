"""Near-duplicates: which rows to keep, and of which kept row each other one is a copy.

Rows are looked at from the best to the worst. A row is a duplicate where a row that was kept before it is as
similar as the threshold asks; else it is kept. So no two kept rows are that similar (but for pairs that no
bucket held, see `minhash`), every duplicate has a kept row to show for it, and a chain of small changes does
not take its far ends for one: a cluster's members are all near its representative. The published filter
(SelfCodeAlign) takes a shared bucket for a duplicate, whatever the similarity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reweave.curate.arrays import NDArray, np
from reweave.curate.minhash import MinHash, Signatures, bands, buckets
from reweave.curate.shingles import Shingles, jaccard, offsets_of

_MANY = 64  # candidates above which signatures say first who is worth measuring
_DEVIATIONS = 5  # standard deviations by which a signature may be off


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that is not kept.

    Attributes:
        of: The kept row that is most like it.
        similarity: Their Jaccard similarity, exact; by `match` the largest or the smallest of the columns'.
        column: The number of the column that has it.
    """

    of: int
    similarity: float
    column: int


class Column:
    """One column's sets and signatures, row by row.

    Args:
        permutations: Places of a signature.
        threshold: The least Jaccard similarity of duplicates.
        seed: Of the hash functions.
    """

    def __init__(self, *, permutations: int, threshold: float, seed: int) -> None:
        self.threshold = threshold
        self._minhash = MinHash(permutations, seed)
        self._cut = bands(permutations, threshold)
        self._permutations = permutations
        self._parts: list[Shingles] = []
        self._signatures: list[Signatures] = []

    def add(self, shingles: Shingles) -> None:
        """Add the next rows."""
        self.add_signed(shingles, self._minhash.signatures(shingles))

    def add_signed(self, shingles: Shingles, signatures: Signatures) -> None:
        """Add the next rows, whose signatures were made elsewhere."""
        self._parts.append(shingles)
        self._signatures.append(signatures)

    def close(self) -> "_Closed":
        """Give all rows, to be looked up."""
        lengths = [np.diff(part.offsets) for part in self._parts] or [np.zeros(0, np.int64)]
        hashes = np.concatenate([part.hashes for part in self._parts] or [np.zeros(0, np.uint64)])
        signatures = np.concatenate(self._signatures or [np.zeros((0, self._permutations), np.uint32)])
        self._parts, self._signatures = [], []
        return _Closed(
            Shingles(hashes, offsets_of(np.concatenate(lengths))), signatures, self._cut, self.threshold
        )


class _Closed:
    """One column: who shares a bucket with whom, and how similar they are."""

    def __init__(
        self, sets: Shingles, signatures: Signatures, cut: tuple[int, int], threshold: float
    ) -> None:
        self._sets = sets
        self._signatures = signatures
        self.threshold = threshold
        shared = list(buckets(signatures, *cut))  # only those that somebody shares: most rows are in none
        sizes = [len(rows) for rows in shared]
        rows: Any = np.concatenate(shared) if shared else np.zeros(0, np.int64)
        order = np.argsort(rows, kind="stable")
        self._buckets: Any = np.repeat(np.arange(len(shared)), sizes)[order]  # those of row 0, of row 1, …
        self._begins: Any = offsets_of(np.bincount(rows, minlength=len(sets)))
        self._places: Any = offsets_of(sizes)  # where each bucket's kept rows go
        self._kept: Any = np.zeros(len(rows), np.int64)
        self._filled: Any = np.zeros(len(shared), np.int64)

    def __len__(self) -> int:
        return len(self._sets)

    def shares(self, row: int) -> bool:
        """Whether any other row is in one of its buckets."""
        return bool(self._begins[row] < self._begins[row + 1])

    def candidates(self, row: int) -> list[int]:
        """Kept rows that share a bucket with it, ascending; of many those that their signatures speak for."""
        begins = self._places[(own := self._own(row))]
        parts = [self._kept[a:b] for a, b in zip(begins, begins + self._filled[own], strict=True)]
        together = np.concatenate(parts) if parts else self._kept[:0]
        near: Any = np.unique(together)
        if len(near) > _MANY:
            places = self._signatures.shape[1]
            agree = np.count_nonzero(self._signatures[near] == self._signatures[row], axis=1)
            spread = (places * self.threshold * (1 - self.threshold)) ** 0.5
            near = near[agree >= places * self.threshold - _DEVIATIONS * spread]
        found: list[int] = near.tolist()
        return found

    def keep(self, row: int) -> None:
        """Take a row among those that others are compared with."""
        own = self._own(row)
        self._kept[self._places[own] + self._filled[own]] = row
        self._filled[own] += 1

    def similarity(self, row: int, other: int) -> float:
        """The Jaccard similarity of two rows."""
        return jaccard(self._sets[row], self._sets[other])

    def _own(self, row: int) -> Any:
        return self._buckets[self._begins[row] : self._begins[row + 1]]


def find_duplicates(
    columns: Sequence[Column], *, match: str = "any", scores: Sequence[float] | None = None
) -> dict[int, Duplicate]:
    """Say which rows are duplicates of rows that are kept.

    Args:
        columns: All with the same rows; they are closed by this.
        match: ``any``: two rows are duplicates if one column is similar enough; ``all``: if all are.
        scores: One a row; of duplicates the one with the highest is kept, of equal ones the first. None: the
        first.

    Returns:
        By row number, each row that is not kept.
    """
    closed = [column.close() for column in columns]
    count = len(closed[0])
    order: Sequence[int] | NDArray[np.int64] = range(count)
    if scores is not None:
        order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    found: dict[int, Duplicate] = {}
    combine = min if match == "all" else max
    for row in map(int, order):
        if not any(column.shares(row) for column in closed):
            continue
        near = sorted({each for column in closed for each in column.candidates(row)})
        best: Duplicate | None = None
        for other in near:
            # by how much each column is over its own threshold
            values = [(column.similarity(row, other), i) for i, column in enumerate(closed)]
            enough = [value >= closed[i].threshold for value, i in values]
            if all(enough) if match == "all" else any(enough):
                similarity, column = combine(value for value, ok in zip(values, enough, strict=True) if ok)
                if best is None or similarity > best.similarity:
                    best = Duplicate(other, similarity, column)
        if best is None:
            for each in closed:
                each.keep(row)
        else:
            found[row] = best
    return found
