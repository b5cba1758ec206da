"""Benchmark items in training rows: by n-grams of words, and by programs in normal form.

Two ways to be found, each with its evidence:

- **ngram**: a row holds so large a part of an item's n-grams (of its prompt, or of its solution) that chance
is no
  explanation. N-grams that many items of a benchmark share are its frame, not a mark of one item, and are not
  counted.
- **program**: a function or class of the row is a solution's, in normal form: renamed, re-indented, commented
anew.

The published pipeline looked for literal substrings, which one changed word escapes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reweave.curate.arrays import NDArray, np
from reweave.curate.normal import digests
from reweave.curate.shingles import Hashes, Shingles, shingle
from reweave.curate.tokens import words

How = Literal["ngram", "program"]

_OWN = 0.5  # of a solution's nodes: its small helpers, such as a test for primes, are everybody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a benchmark's task must not be found by.

    Args:
        benchmark: Its name.
        id: The task's.
        texts: By part (``prompt``, ``solution``), its text.
        programs: Its solutions.
    """

    benchmark: str
    id: str
    texts: Mapping[str, str]
    programs: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An item that a row holds.

    Attributes:
        benchmark: Whose.
        id: The task's.
        how: ``ngram`` or ``program``.
        part: Which part of the item, or which function of the row.
        share: For n-grams, the part of the item's that the row holds; 1 for a program.
        shared: How many n-grams that is; 0 for a program.
    """

    benchmark: str
    id: str
    how: How
    part: str
    share: float
    shared: int = 0


class BenchmarkIndex:
    """Items, to be looked for in rows.

    Args:
        items: Of all benchmarks.
        ngram: Words of an n-gram.
        share: The least part of an item's n-grams that is a hit.
        common: An n-gram that more items of one benchmark have than this is not counted.
        nodes: Nodes of the smallest program that is looked for; 0: no programs are.

    Attributes:
        items: How many.
        unseen: Parts of items that have no n-gram of their own, as ``benchmark id part``: they cannot be
        found by text.
    """

    def __init__(self, items: Iterable[Item], *, ngram: int, share: float, common: int, nodes: int) -> None:
        self._ngram, self._share, self._nodes = ngram, share, nodes
        self._parts: list[tuple[str, str, str]] = []
        self._programs: dict[bytes, tuple[str, str]] = {}
        texts: list[list[str]] = []
        benchmarks: list[int] = []
        numbers: dict[str, int] = {}
        self.items = 0
        for item in items:
            self.items += 1
            for part, text in item.texts.items():
                self._parts.append((item.benchmark, item.id, part))
                texts.append(words(text))
                benchmarks.append(numbers.setdefault(item.benchmark, len(numbers)))
            for program in item.programs if nodes else ():
                for digest in digests(program, nodes, _OWN):
                    self._programs.setdefault(digest, (item.benchmark, item.id))
        sets = shingle(texts, ngram)
        owners: Any = np.repeat(np.arange(len(texts)), np.diff(sets.offsets))
        # An item shorter than an n-gram would be found wherever its few words are the whole text.
        lengths = np.asarray([len(each) for each in texts], np.int64)
        kept = _rare(sets, owners, np.asarray(benchmarks, np.int64), common) & (lengths[owners] >= ngram)
        order = np.argsort(sets.hashes[kept], kind="stable")
        self._hashes: Hashes = sets.hashes[kept][order]
        self._owners: NDArray[np.int64] = owners[kept][order]
        self._sizes = np.bincount(owners[kept], minlength=len(texts))
        self.unseen = [" ".join(self._parts[i]) for i in np.flatnonzero(self._sizes == 0)]

    def find(self, texts: Sequence[str], programs: Sequence[str] = ()) -> list[Hit]:
        """Look for the items in a row.

        Args:
            texts: What the row holds.
            programs: Those of them that may be programs.

        Returns:
            The hits, the largest share first; of an item the best.
        """
        hits = self._by_ngrams(texts) + self._by_programs(programs)
        best: dict[tuple[str, str], Hit] = {}
        for hit in sorted(hits, key=lambda each: (-each.share, -each.shared, each.benchmark, each.id)):
            best.setdefault((hit.benchmark, hit.id), hit)
        return list(best.values())

    def _by_ngrams(self, texts: Sequence[str]) -> list[Hit]:
        sets = shingle([words(text) for text in texts], self._ngram)
        own = np.unique(sets.hashes)
        begins: Any = np.searchsorted(self._hashes, own, side="left")
        ends: Any = np.searchsorted(self._hashes, own, side="right")
        shared: dict[int, int] = defaultdict(int)
        for begin, end in zip(begins[ends > begins].tolist(), ends[ends > begins].tolist(), strict=True):
            for owner in self._owners[begin:end].tolist():
                shared[owner] += 1
        found = []
        for owner, count in shared.items():
            share = count / int(self._sizes[owner])
            if share >= self._share:
                benchmark, name, part = self._parts[owner]
                found.append(
                    Hit(benchmark=benchmark, id=name, how="ngram", part=part, share=share, shared=count)
                )
        return found

    def _by_programs(self, programs: Sequence[str]) -> list[Hit]:
        if not self._nodes:
            return []
        return [
            Hit(benchmark=known[0], id=known[1], how="program", part=name, share=1.0)
            for program in programs
            for digest, name in digests(program, self._nodes).items()
            if (known := self._programs.get(digest)) is not None
        ]


def _rare(
    sets: Shingles, owners: NDArray[np.int64], benchmarks: NDArray[np.int64], common: int
) -> NDArray[np.bool_]:
    """Say of each n-gram whether at most so many items of its benchmark have it."""
    of = benchmarks[owners] if len(owners) else owners
    order = np.lexsort((sets.hashes, of))
    hashes, groups = sets.hashes[order], of[order]
    first: Any = np.ones(len(hashes), bool)
    first[1:] = (hashes[1:] != hashes[:-1]) | (groups[1:] != groups[:-1])
    which = np.cumsum(first) - 1
    counts = np.bincount(which) if len(which) else which
    rare: Any = np.empty(len(hashes), bool)
    rare[order] = counts[which] <= common
    return rare
