"""Counting edit sequences: against slow and obvious ways of counting the same."""

import json
import statistics as stdlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.edits.statistics import Statistics, count_hunks, count_tokens, summarize
from reweave.records import EditSequence, Reject


def sequence(
    inserted_at: list[int], *, name: str = "a", path: int = 0, text: str | None = None
) -> EditSequence:
    program = "".join(f"x{i} = {i}\n" for i in range(len(inserted_at))) if text is None else text
    return EditSequence(name, path, None, program, inserted_at, "none (made by hand)", "default", 0)


def renumbered(drawn: list[int]) -> list[int]:
    """Edits count from 0 without a gap."""
    order = sorted(set(drawn))
    return [order.index(each) for each in drawn]


paths = st.lists(st.integers(0, 6), max_size=20).map(renumbered)


def slow_hunks(inserted_at: list[int]) -> list[int]:
    """Build each state and count the runs of new lines in it."""
    counts = []
    for edit in range(max(inserted_at, default=-1) + 1):
        new = [at == edit for at in inserted_at if at <= edit]
        counts.append(sum(1 for before, now in zip([False, *new], new, strict=False) if now and not before))
    return counts


@given(paths)
def test_hunks_are_runs_in_the_state_after_the_edit(inserted_at: list[int]) -> None:
    """The one-pass count is that of building every state."""
    assert count_hunks(inserted_at) == slow_hunks(inserted_at)


def test_hunks_by_hand() -> None:
    """Lines of a later edit between two new lines do not part them; lines of an earlier one do."""
    assert count_hunks([0, 1, 0]) == [1, 1]
    assert count_hunks([1, 0, 1]) == [1, 2]
    assert count_hunks([]) == []


@given(st.lists(st.tuples(st.integers(0, 3), paths), max_size=12))
def test_counts(drawn: list[tuple[int, list[int]]]) -> None:
    """Programs, distinct paths, duplicates and all histograms are those of a plain count over everything."""
    drawn.sort(key=lambda each: (each[0], len(each[1])))
    statistics = Statistics()
    distinct = {}
    for program, path in drawn:
        # Programs of other lengths are other programs.
        name = f"{program}-{len(path)}"
        new = (name, tuple(path)) not in distinct
        distinct[name, tuple(path)] = path
        assert statistics.add(sequence(path, name=name)) is new
    rows = list(distinct.values())
    assert statistics.paths == len(rows)
    assert statistics.duplicates == len(drawn) - len(rows)
    assert statistics.programs == len({name for name, _ in distinct})
    assert statistics.edits_per_path == Counter(len(set(row)) for row in rows)
    assert statistics.lines_per_edit == Counter(n for row in rows for n in Counter(row).values())
    assert statistics.hunks_per_edit == Counter(n for row in rows for n in slow_hunks(row))
    assert statistics.lines_per_program == Counter(len(path) for _, path in dict(iter(distinct)).items())


def test_tokens_of_edits_add_up_to_the_program() -> None:
    """A program's tokens are counted once, its edits' once a path, and a path's edits sum to the program."""
    text = "def f(x):\n    return x[1:] + y  # no\n\n"
    statistics = Statistics()
    for path, inserted_at in enumerate([[0, 1, 0], [0, 0, 1]]):
        statistics.add_tokens(sequence(inserted_at, path=path, text=text))
    total = sum(count_tokens(line) for line in text.splitlines(keepends=True))
    assert statistics.tokens_per_program == {total: 1}
    assert sum(value * n for value, n in statistics.tokens_per_edit.items()) == 2 * total
    assert sum(statistics.tokens_per_edit.values()) == 4


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("", 0),
        ("\n", 1),
        ("a", 1),
        ("ab_1 c", 2),
        ("    return x[1:] + y\n", 9),
        ("1.5e3j", 1),
        ("é中 == 'x'", 5),
    ],
)
def test_count_tokens(text: str, n: int) -> None:
    """Words, numbers and runs of operators take one space before them; other white space is a token a run."""
    assert count_tokens(text) == n


def filled() -> Statistics:
    statistics = Statistics(read=9, kept=4)
    for name in "ab":
        for path, inserted_at in enumerate([[0, 1, 0], [1, 0, 1], [0, 1, 0]]):
            each = sequence(inserted_at, name=name, path=path)
            if statistics.add(each):
                statistics.add_tokens(each)
    for outcome, reason in (("rejected", "syntax-error"), ("rejected", "empty"), ("failed", "timeout")):
        statistics.add_reject(Reject("c", outcome, reason, "detail"))
    statistics.add_duplicates(2)
    return statistics


def test_json_round_trip() -> None:
    """Through JSON text and back nothing changes, and the text does not depend on the order of counting."""
    statistics = filled()
    text = json.dumps(statistics.to_json())
    assert Statistics.from_json(json.loads(text)) == statistics
    assert Statistics.from_json(statistics.to_json()) == statistics
    assert statistics.duplicates == 4
    other = Statistics()
    other.add(sequence([0, 0], name="z"))
    one, two = filled(), Statistics.from_json(other.to_json())
    one.merge(other)
    two.merge(filled())
    assert json.dumps(one.to_json()) == json.dumps(two.to_json())
    again = Statistics.from_json(json.loads(text))
    again.add(sequence([0]))
    assert again != statistics


@given(st.lists(paths, max_size=10), st.integers(0, 10))
def test_merging_parts_is_counting_the_whole(drawn: list[list[int]], cut: int) -> None:
    """However programs are dealt out, the merged counts are those of one count."""
    whole, left, right = Statistics(), Statistics(read=2), Statistics(read=3)
    for index, path in enumerate(drawn):
        each = sequence(path, name=f"{index}")
        whole.add(each)
        whole.add_tokens(each)
        part = left if index < cut else right
        part.add(each)
        part.add_tokens(each)
    whole.read = 5
    left.merge(right)
    assert left == whole


def test_merge_adds_rejects() -> None:
    """Rejects add up by outcome and reason; what was merged in is left as it was."""
    one, two = filled(), filled()
    one.merge(two)
    assert (one.rejected, one.failed, one.read, one.kept) == (4, 2, 18, 8)
    assert one.rejects["rejected", "empty"] == 2
    assert two == filled()


@given(st.lists(st.integers(0, 40), min_size=2, max_size=60))
def test_summary_is_that_of_the_observations(values: list[int]) -> None:
    """Mean, spread and nearest-rank percentiles from the histogram are those of the list."""
    row = summarize("x", Counter(values))
    ordered = sorted(values)
    assert row.n == len(values)
    assert row.mean == pytest.approx(stdlib.fmean(values))
    assert row.stdev == pytest.approx(stdlib.stdev(values), abs=1e-9)
    for percent, found in ((5, row.p5), (50, row.median), (95, row.p95)):
        # The smallest value that at least this share of the observations does not exceed.
        at_most = [sum(each <= value for each in ordered) * 100 >= percent * len(values) for value in ordered]
        assert found == ordered[at_most.index(True)]
    assert row.max == max(values)


def test_summary_of_little() -> None:
    """No observation has no mean, one has no spread; both say their n. Tokens not counted have no row."""
    empty = summarize("x", {})
    assert (empty.n, empty.mean, empty.stdev, empty.max) == (0, None, None, None)
    single = summarize("x", {7: 1})
    assert (single.n, single.mean, single.stdev, single.p5, single.p95) == (1, 7, None, 7, 7)
    assert [row.name for row in Statistics().summary()] == [
        "edits a path", "lines an edit", "hunks an edit", "lines a program",
    ]  # fmt: skip
    assert len(filled().summary()) == 6
