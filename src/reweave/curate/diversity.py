"""How varied a data set is: its words, program shapes, calls, concepts, and how many rows are like no other.

Each of these numbers depends on how many rows there are, so that a data set before and after a filter cannot
be compared as they stand: beside the value of all rows stands its mean over random parts of one common size,
with the interval in which 95 % of such parts lie.

No embeddings: what is counted can be looked at. Distinct-n as in Li et al. (arXiv 1510.03055); entropies in
bits, of program shapes (the syntax tree without names and constants), of calls and their sequences, of
concepts.
"""

import ast
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reweave.curate.arrays import NDArray, np
from reweave.curate.duplicates import Column, find_duplicates
from reweave.curate.normal import parse
from reweave.curate.shingles import Shingles, offsets_of, shingle
from reweave.curate.tokens import code_tokens, words

DRAWS = 20
"""Parts of the common size that are measured."""
_ALIKE = 0.5  # Jaccard similarity from which two rows count as one
_NGRAM = 3  # tokens, for that

_Rows: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a data set.

    Attributes:
        name: What is measured.
        n: Rows it is of.
        value: Of all of them.
        size: Rows of a part; None where there are no parts.
        mean: Over parts of that size.
        interval: Where 95 % of such parts lie (mean and 1.96 standard deviations).
    """

    name: str
    n: int
    value: float
    size: int | None = None
    mean: float | None = None
    interval: tuple[float, float] | None = None


class Diversity:
    """Takes rows, then measures.

    Args:
        seed: Of the parts.
    """

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._texts: list[list[str]] = []
        self._codes: list[list[str]] = []
        self._shapes: list[str] = []
        self._calls: list[list[str]] = []
        self._concepts: list[list[str]] = []
        self.unparsed = 0

    def add(self, *, text: str | None = None, code: str | None = None, concepts: Sequence[str] = ()) -> None:
        """Take a row: its instruction, its program, its concepts, as far as it has them."""
        if text:
            self._texts.append(words(text))
        if code:
            self._codes.append(code_tokens(code))
            tree = parse(code)
            if tree is None:
                self.unparsed += 1
            else:
                self._shapes.append(shape(tree))
                self._calls.append(calls(tree))
        if concepts:
            self._concepts.append(list(concepts))

    def sizes(self) -> dict[str, int]:
        """How many rows have each kind of content."""
        kinds: dict[str, Sequence[object]] = {
            "text": self._texts,
            "code": self._codes,
            "parsed": self._shapes,
            "concepts": self._concepts,
        }
        return {kind: len(rows) for kind, rows in kinds.items() if rows}

    def measure(self, common: dict[str, int] | None = None) -> list[Measure]:
        """Give all measures.

        Args:
            common: By kind of content, the size of parts to measure too.
        """
        found = []
        for kind, name, count, function in self._measures():
            size = None if common is None else common.get(kind)
            found.append(_measured(name, count, function, size, self._seed))
        return found

    def _measures(self) -> Iterable[tuple[str, str, int, Callable[[_Rows], float]]]:
        if self._texts:
            for n in (1, 2, 3):
                grams = _repeated(self._texts, n)
                yield "text", f"text: distinct-{n}", len(self._texts), _distinct(grams)
            yield "text", "text: word entropy", len(self._texts), _entropy(_repeated(self._texts, 1))
            yield "text", "text: share like no other", len(self._texts), _unlike(self._texts)
        if self._codes:
            yield "code", "code: share like no other", len(self._codes), _unlike(self._codes)
        if self._shapes:
            shapes = _repeated([[each] for each in self._shapes], 1)
            yield "parsed", "code: shape entropy", len(self._shapes), _entropy(shapes)
            chains = _repeated([[" ".join(each)] for each in self._calls], 1)
            yield "parsed", "code: call sequence entropy", len(self._calls), _entropy(chains)
            yield "parsed", "code: call entropy", len(self._calls), _entropy(_repeated(self._calls, 1))
        if self._concepts:
            yield (
                "concepts",
                "concepts: entropy",
                len(self._concepts),
                _entropy(_repeated(self._concepts, 1)),
            )


def shape(tree: ast.AST) -> str:
    """Give the shape of a program: its node types in their nesting, without names and constants."""
    inner = "".join(
        shape(child) for child in ast.iter_child_nodes(tree) if not isinstance(child, ast.expr_context)
    )
    return f"{type(tree).__name__}({inner})"


def calls(tree: ast.AST) -> list[str]:
    """Give what a program calls, in the order of its text: a function's name, or a method's with a dot.

    >>> calls(ast.parse("print(sorted(x.split(',')))"))
    ['print', 'sorted', '.split']
    """
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if isinstance(node.func, ast.Attribute):
                name = f".{node.func.attr}"
            if name:
                found.append(((node.lineno, node.col_offset), name))
    return [name for _, name in sorted(found, key=lambda each: each[0])]


def _measured(
    name: str, count: int, function: Callable[[_Rows], float], size: int | None, seed: int
) -> Measure:
    value = function(np.arange(count))
    if size is None or size >= count:
        return Measure(name, count, value, size, value if size is not None else None)
    drawn = [function(np.sort(_order(seed, draw, count)[:size])) for draw in range(DRAWS)]
    mean, spread = float(np.mean(drawn)), 1.96 * float(np.std(drawn, ddof=1))
    return Measure(name, count, value, size, mean, (mean - spread, mean + spread))


def _order(seed: int, draw: int, count: int) -> _Rows:
    """Give rows in an order that is the same on every machine."""
    salt = int.from_bytes(hashlib.blake2b(f"{seed} {draw}".encode(), digest_size=8).digest(), "little")
    value = np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
    return np.argsort(value ^ (value >> np.uint64(31)), kind="stable")


@dataclass(frozen=True, slots=True)
class _Grams:
    """All n-grams of rows, repetitions too, as numbers from 0."""

    numbers: _Rows
    offsets: _Rows

    def of(self, rows: _Rows) -> _Rows:
        if len(rows) == len(self.offsets) - 1:
            return self.numbers
        parts = [self.numbers[self.offsets[row] : self.offsets[row + 1]] for row in rows]
        return np.concatenate(parts) if parts else self.numbers[:0]


def _repeated(rows: Sequence[Sequence[str]], n: int) -> _Grams:
    known: dict[tuple[str, ...], int] = {}
    numbers: list[int] = []
    offsets = [0]
    for row in rows:
        grams = zip(*(row[i:] for i in range(n)), strict=False)
        numbers.extend(known.setdefault(gram, len(known)) for gram in grams)
        offsets.append(len(numbers))
    return _Grams(np.asarray(numbers, np.int64), np.asarray(offsets, np.int64))


def _distinct(grams: _Grams) -> Callable[[_Rows], float]:
    def function(rows: _Rows) -> float:
        chosen = grams.of(rows)
        return len(np.unique(chosen)) / len(chosen) if len(chosen) else 0.0

    return function


def _entropy(grams: _Grams) -> Callable[[_Rows], float]:
    def function(rows: _Rows) -> float:
        chosen = grams.of(rows)
        if not len(chosen):
            return 0.0
        counts = np.bincount(chosen)
        shares = counts[counts > 0] / len(chosen)
        return float(-(shares * np.log2(shares)).sum()) + 0.0

    return function


def _unlike(rows: Sequence[Sequence[str]]) -> Callable[[_Rows], float]:
    sets = shingle(rows, _NGRAM)

    def function(chosen: _Rows) -> float:
        column = Column(permutations=64, threshold=_ALIKE, seed=1)
        column.add(_chosen(sets, chosen))
        return 1 - len(find_duplicates([column])) / len(chosen)

    return function


def _chosen(sets: Shingles, rows: _Rows) -> Shingles:
    if len(rows) == len(sets):
        return sets
    return Shingles(np.concatenate([sets[row] for row in rows]), offsets_of(np.diff(sets.offsets)[rows]))
