"""What a set of edit sequences is made of, counted as they go by: edits, lines, hunks, tokens, rejects.

A ``Statistics`` is a handful of counters and sparse histograms. It takes a few microseconds a sequence and
constant memory, so that a run keeps one a shard and merges them; the order of merging does not matter.
Sequences of one program are expected one after the other, as ``reweave edits`` writes them: that is how a
program is counted once and an equal path is noticed without remembering every id.

Left to others: drawing (``view.table``, ``view.plots``), choosing what to count.
The quantities are those of LintSeq, section 3 and appendix; what a hunk is, is said at ``count_hunks``.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from reweave.records import EditSequence, Reject, split_lines

Histogram = dict[int, int]
"""How often each value was seen."""

# In the order of the printed table.
HISTOGRAMS = {
    "edits_per_path": "edits a path",
    "lines_per_edit": "lines an edit",
    "hunks_per_edit": "hunks an edit",
    "lines_per_program": "lines a program",
    "tokens_per_edit": "tokens an edit",
    "tokens_per_program": "tokens a program",
}
_COUNTS = ("read", "kept", "programs", "paths", "duplicates")

# A word or a number with the space before it, a run of operator characters, a run of white space.
_TOKEN = re.compile(r" ?(?:[^\W\d]\w*|\d[\w.]*|[^\w\s]+)|\s+")


def _histogram() -> Histogram:
    return defaultdict(int)


@dataclass(frozen=True, slots=True)
class Summary:
    """One quantity in numbers. Without observations (``n == 0``) the numbers are None.

    Attributes:
        name: What was counted, in words.
        n: How many observations.
        stdev: The sample's standard deviation (n - 1); None below two observations. It describes the spread;
            edits of one program are not independent, so a standard error is not derived from it.
        p5: Nearest-rank percentile: the smallest value that at least 5 % of the observations do not exceed.
    """

    name: str
    n: int
    mean: float | None
    stdev: float | None
    p5: int | None
    median: int | None
    p95: int | None
    max: int | None


@dataclass(slots=True)
class Statistics:
    """Counts over edit sequences; every field but the histograms is a plain number.

    Attributes:
        read: Input records read; set by the caller, who reads.
        kept: Input records that gave at least one path; set by the caller.
        rejects: Records that gave none, by outcome (``rejected``, ``failed``) and reason.
        programs: Programs with at least one path here.
        paths: Distinct paths; the histograms count these.
        duplicates: Paths that equal an earlier path of their program; counted here and nowhere else.
    """

    read: int = 0
    kept: int = 0
    programs: int = 0
    paths: int = 0
    duplicates: int = 0
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    edits_per_path: Histogram = field(default_factory=_histogram)
    lines_per_edit: Histogram = field(default_factory=_histogram)
    hunks_per_edit: Histogram = field(default_factory=_histogram)
    lines_per_program: Histogram = field(default_factory=_histogram)
    tokens_per_edit: Histogram = field(default_factory=_histogram)
    tokens_per_program: Histogram = field(default_factory=_histogram)
    # The program at hand (id and text) and the paths seen of it; the one last tokenized, its tokens a line.
    _program: tuple[str, str] | None = field(default=None, compare=False, repr=False)
    _seen: set[tuple[int, ...]] = field(default_factory=set, compare=False, repr=False)
    _tokenized: tuple[str, str] | None = field(default=None, compare=False, repr=False)
    _line_tokens: list[int] = field(default_factory=list, compare=False, repr=False)

    def add(self, sequence: EditSequence) -> bool:
        """Count one sequence.

        Returns:
            Whether its path is new; a path that equals an earlier one of its program is a duplicate.
        """
        path = tuple(sequence.inserted_at)
        program = (sequence.id, sequence.program)
        if program != self._program:
            self._program = program
            self._seen = {path}
            self.programs += 1
            self.lines_per_program[len(path)] += 1
        elif path in self._seen:
            self.duplicates += 1
            return False
        else:
            self._seen.add(path)
        self.paths += 1
        lines, hunks = _per_edit(path)
        self.edits_per_path[len(lines)] += 1
        histogram = self.lines_per_edit
        for n in lines:
            histogram[n] += 1
        histogram = self.hunks_per_edit
        for n in hunks:
            histogram[n] += 1
        return True

    def add_tokens(self, sequence: EditSequence) -> None:
        """Count the tokens of a sequence that ``add`` found new; apart from it, because it takes far longer.

        The tokens of an edit are those of the lines it inserts, without diff headers: the edits of a path add
        up to its program. What a token is, is said at ``count_tokens``.
        """
        program = (sequence.id, sequence.program)
        if program != self._tokenized:
            self._tokenized = program
            self._line_tokens = [count_tokens(line) for line in split_lines(sequence.program)]
            self.tokens_per_program[sum(self._line_tokens)] += 1
        tokens = [0] * (max(sequence.inserted_at, default=-1) + 1)
        for edit, n in zip(sequence.inserted_at, self._line_tokens, strict=True):
            tokens[edit] += n
        for n in tokens:
            self.tokens_per_edit[n] += 1

    def add_duplicates(self, n: int) -> None:
        """Count paths that the maker sampled, found equal to another, and did not keep."""
        self.duplicates += n

    def add_reject(self, reject: Reject) -> None:
        """Count a record that gave no sequence."""
        self.rejects[reject.outcome, reject.reason] += 1

    @property
    def rejected(self) -> int:
        """Records whose program is at fault."""
        return sum(n for (outcome, _), n in self.rejects.items() if outcome == "rejected")

    @property
    def failed(self) -> int:
        """Records on which a tool failed."""
        return sum(n for (outcome, _), n in self.rejects.items() if outcome == "failed")

    def merge(self, other: "Statistics") -> None:
        """Add another's counts to these. A program whose paths are spread over both counts in each."""
        self.merge_json(other.to_json())

    def merge_json(self, counts: Mapping[str, Any]) -> None:
        """Add what another's ``to_json`` gave, without making it a ``Statistics`` first."""
        for name in _COUNTS:
            if n := counts[name]:
                setattr(self, name, getattr(self, name) + n)
        for outcome, reason, n in counts["rejects"]:
            self.rejects[outcome, reason] += n
        for name in HISTOGRAMS:
            if pairs := counts[name]:
                histogram = getattr(self, name)
                for value, n in pairs:
                    histogram[value] += n

    def summary(self) -> list[Summary]:
        """One row a quantity, in a fixed order; tokens only when they were counted."""
        rows = [summarize(label, getattr(self, name)) for name, label in HISTOGRAMS.items()]
        return [row for row in rows if row.n or not row.name.startswith("tokens")]

    def to_json(self) -> dict[str, Any]:
        """Everything counted, as lists, numbers and strings in a fixed order; ``from_json`` gives it back."""
        counts: dict[str, Any] = {name: getattr(self, name) for name in _COUNTS}
        counts["rejects"] = [[outcome, reason, n] for (outcome, reason), n in sorted(self.rejects.items())]
        return counts | {name: sorted(map(list, getattr(self, name).items())) for name in HISTOGRAMS}

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave, before or after a trip through JSON text."""
        made = cls()
        made.merge_json(counts)
        return made


def count_tokens(text: str) -> int:
    r"""Count tokens the way byte-pair vocabularies first cut text; it needs no vocabulary and no download.

    A token is a word or number or a run of operator characters, each with one space before it, or any other
    run of white space. A model's own tokenizer splits long words further, so its counts are higher.

    >>> count_tokens("    return x[1:] + y\n")   # indent, return, " x", "[", "1", ":]", " +", " y", newline
    9
    """
    return sum(1 for _ in _TOKEN.finditer(text))


def count_hunks(inserted_at: Iterable[int]) -> list[int]:
    """How many hunks each edit has: runs of its lines that are adjacent in the state right after it.

    >>> count_hunks([0, 2, 1, 2, 0])   # the lines of edit 2 have the line of edit 1 between them
    [1, 1, 2]
    """
    return _per_edit(tuple(inserted_at))[1]


def _per_edit(path: Sequence[int]) -> tuple[list[int], list[int]]:
    """Lines and hunks of each edit, in one pass.

    A line begins a hunk when the nearest line above that is there by then (its edit is not later) belongs to
    an earlier edit, or when there is none. ``above`` holds the edits of the lines that can still be nearest
    to a line to come: strictly increasing, since a line hides those of later edits above it.
    """
    n = max(path, default=-1) + 1
    lines = [0] * n
    hunks = [0] * n
    above = [-1]
    nearest = -1
    for edit in path:
        lines[edit] += 1
        if edit != nearest:
            while edit < nearest:
                above.pop()
                nearest = above[-1]
            if edit != nearest:
                hunks[edit] += 1
                above.append(edit)
                nearest = edit
    return lines, hunks


def summarize(name: str, histogram: Mapping[int, int]) -> Summary:
    """Reduce a histogram to one row, exactly: sums are integers until the last division."""
    n = sum(histogram.values())
    if n == 0:
        return Summary(name, 0, None, None, None, None, None, None)
    values = sorted(histogram.items())
    total = sum(value * times for value, times in values)
    squares = sum(value * value * times for value, times in values)
    stdev = math.sqrt((n * squares - total * total) / (n * (n - 1))) if n > 1 else None
    return Summary(
        name=name,
        n=n,
        mean=total / n,
        stdev=stdev,
        p5=_percentile(values, n, 5),
        median=_percentile(values, n, 50),
        p95=_percentile(values, n, 95),
        max=values[-1][0],
    )


def _percentile(values: list[tuple[int, int]], n: int, percent: int) -> int:
    rank = max(1, -(-n * percent // 100))
    seen = 0
    for value, times in values:
        seen += times
        if seen >= rank:
            return value
    raise AssertionError("the histogram holds n observations")
