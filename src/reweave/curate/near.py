"""Near-duplicates of texts as they come, one by one: who was there before that is like this one.

`duplicates` looks at all rows at once and keeps the best; here the first stays, since what comes later would
cost something: an instruction is compared before its responses are paid for.
"""

from collections import defaultdict
from typing import Any

from reweave.curate.arrays import np
from reweave.curate.minhash import MinHash, bands
from reweave.curate.shingles import Hashes, Shingles, jaccard, shingle
from reweave.curate.tokens import TOKENS, View


class NearIndex:
    """Remembers texts, and finds the one that a new text is a near-duplicate of.

    Args:
        threshold: The least Jaccard similarity of duplicates, above 0.
        view: What of a text is compared: see ``tokens``.
        ngram: Tokens of an n-gram.
        permutations: Hash functions of a signature.
        seed: Of the hash functions.

    >>> index = NearIndex(0.7)
    >>> index.take("a", "Write a function that sorts a list of words by their length.")
    >>> index.take("b", "Write a function that sorts a list of words by their length")
    'a'
    """

    def __init__(
        self,
        threshold: float,
        *,
        view: View = "text",
        ngram: int = 5,
        permutations: int = 128,
        seed: int = 1,
    ) -> None:
        self._threshold, self._tokens, self._ngram = threshold, TOKENS[view], ngram
        self._minhash = MinHash(permutations, seed)
        self._count, self._places = bands(permutations, threshold)
        self._sets: list[Hashes] = []
        self._ids: list[str] = []
        self._buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)

    def take(self, name: str, text: str) -> str | None:
        """Give the id of an earlier text that is like this one; None where there is none: it is remembered.

        Of several the most similar, of equals the first. A text without tokens is like no other.
        """
        sets = shingle([self._tokens(text)], self._ngram)
        if not len(sets[0]):
            return None
        keys = self._keys(sets)
        near = sorted({each for key in keys for each in self._buckets.get(key, ())})
        likeness = [(jaccard(sets[0], self._sets[each]), -each) for each in near]
        if likeness and max(likeness)[0] >= self._threshold:
            return self._ids[-max(likeness)[1]]
        for key in keys:
            self._buckets[key].append(len(self._ids))
        self._ids.append(name)
        self._sets.append(sets[0])
        return None

    def _keys(self, sets: Shingles) -> list[tuple[int, bytes]]:
        signature: Any = np.ascontiguousarray(self._minhash.signatures(sets)[0])
        cut = range(0, self._count * self._places, self._places)
        return [(at, signature[at : at + self._places].tobytes()) for at in cut]
