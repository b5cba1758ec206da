"""Plans: what falls with a unit, how one is picked, and how a path becomes a number a line."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import HOSTILE, programs

from reweave import Diagnostic, ProgramError
from reweave.edits.lookahead import clauses
from reweave.edits.plan import Plan
from reweave.edits.stream import Stream
from reweave.edits.structure import Structure, logical_structure, parse


def plan_of(text):
    tree = parse(text)
    structure = logical_structure(text, tree)
    return Plan(structure, [*structure.needs, *clauses(tree, structure)])


def flat(weights, needs=()):
    """A plan of one-line units without blocks."""
    count = len(weights)
    lines = [f"{unit}\n" for unit in range(count)]
    structure = Structure(
        lines,
        list(range(count + 1)),
        list(range(1, count + 1)),
        [-1] * count,
        weights,
        [-1, *range(count), -1],
    )
    return Plan(structure, needs)


@st.composite
def plans_and_units(draw):
    try:
        plan = plan_of(draw(programs() | st.sampled_from(sorted(HOSTILE.values()))))
    except ProgramError:
        plan = flat([1, 2, 3], [(2, 0b11), (1, 0b001)])
    return plan, draw(st.lists(st.integers(0, len(plan.texts) - 1), min_size=2, max_size=6))


@settings(max_examples=60, deadline=None)
@given(drawn=plans_and_units())
def test_fall_is_monotone_and_idempotent(drawn):
    """More deletions never leave more; deleting again changes nothing; the order does not matter."""
    plan, units = drawn
    whole = plan.fall(plan.full, units)
    assert whole & ~plan.full == 0
    assert all(not whole >> unit & 1 for unit in units)
    assert plan.fall(whole, units) == whole
    one_by_one = plan.full
    for unit in reversed(units):
        after = plan.fall(one_by_one, [unit])
        assert after & ~one_by_one == 0
        one_by_one = after
    assert one_by_one == whole
    smaller = plan.fall(plan.full, units[:1])
    assert plan.fall(smaller, units[1:2]) & ~plan.fall(plan.full, units[1:2]) == 0


@settings(max_examples=60, deadline=None)
@given(drawn=plans_and_units())
def test_nothing_is_left_standing_that_cannot(drawn):
    """After a fall no clause is violated, and no unit stands without the one it hangs on."""
    plan, units = drawn
    state = plan.fall(plan.full, units)
    for watched in plan.watch:
        for owner, mask in watched:
            assert not state >> owner & 1 or mask & state
    for unit, parent in enumerate(plan.parents):
        if parent >= 0 and state >> unit & 1:
            assert state >> parent & 1


def test_a_clause_holds_while_one_of_its_units_stands():
    """A unit falls with the last of what it needs, not before; what needs it falls on."""
    plan = flat([1] * 4, [(2, 0b0011), (3, 0b0100)])
    assert plan.fall(0b1111, [0]) == 0b1110
    assert plan.fall(0b1110, [1]) == 0
    assert plan.fall(0b1111, [3]) == 0b0111


def test_a_unit_that_needs_itself_stands():
    """A clause whose owner is among what it needs is no clause."""
    plan = flat([1] * 2, [(0, 0b11)])
    assert plan.fall(0b11, [1]) == 0b01


def test_picks_follow_the_weights():
    """Units come in proportion to their weights: 1 to 2 to 5, and never those of weight 0."""
    plan = flat([1, 2, 0, 5])
    counts = Counter(plan.pick(0b1111, plan.table, Stream(1, str(i), 0), 0)[0] for i in range(8_000))
    assert counts[2] == 0
    for unit, weight in ((0, 1), (1, 2), (3, 5)):
        assert counts[unit] == pytest.approx(1_000 * weight, abs=5 * (1_000 * weight) ** 0.5)


def test_picks_from_what_is_left_follow_the_weights():
    """A table that still lists deleted units gives the same proportions among those left."""
    plan = flat([50, 1, 3, 50])
    counts = Counter(plan.pick(0b0110, plan.table, Stream(1, str(i), 0), 0)[0] for i in range(4_000))
    assert set(counts) == {1, 2}
    assert counts[2] == pytest.approx(3_000, abs=150)


def test_text_is_head_units_and_tail():
    """A state's text has the program's lines of no unit, always, and the lines of its units."""
    plan = plan_of("# head\n\nx = 1\n# y\ny = 2\n# tail")
    assert plan.text(0b00) == "# head\n\n# tail"
    assert plan.text(0b10) == "# head\n\n# y\ny = 2\n# tail"
    assert plan.text(plan.full) == "# head\n\nx = 1\n# y\ny = 2\n# tail"


def test_located():
    """A diagnostic of a state is carried to the program's line, line numbers in its message as well."""
    plan = plan_of("# head\n\nx = 1\n# y\ny = 2\ny = 3\n# tail\n")
    state = 0b110
    assert plan.text(state) == "# head\n\n# y\ny = 2\ny = 3\n# tail\n"
    each = plan.located([Diagnostic(line, "E", "") for line in range(1, 7)], state)
    assert [(unit, line) for unit, (line, _, _) in each] == [
        (-1, 1),
        (-1, 2),
        (1, 4),
        (1, 5),
        (2, 6),
        (-1, 7),
    ]
    found = plan.located(
        [Diagnostic(5, "F811", "redefinition of y from line 4"), Diagnostic(9, "E", "end")], state
    )
    assert found == [(2, (6, "F811", "redefinition of y from line 5")), (-1, (0, "E", "end"))]


def test_inserted_at_counts_from_the_last_deletion():
    """The last deletion is the first insertion; what no deletion took comes before it."""
    plan = flat([1] * 3)
    assert plan.inserted_at([0b110, 0b010, 0]) == (2, 0, 1)
    assert plan.inserted_at([0b011, 0]) == (0, 0, 1)
    with_head = plan_of("# head\n\nx = 1\ny = 2\n# tail\n")
    assert with_head.inserted_at([0b01, 0]) == (0, 0, 1, 2, 0)


@settings(max_examples=60, deadline=None)
@given(drawn=plans_and_units())
def test_inserted_at_matches_the_states(drawn):
    """Lines numbered up to k are just the state's before the deletion k + 1 steps from the end."""
    plan, units = drawn
    states = []
    state = plan.full
    for unit in [*units, *range(len(plan.texts))]:
        after = plan.fall(state, [unit])
        if after != state:
            states.append(after)
            state = after
    at = plan.inserted_at(states)
    lines = plan.structure.lines
    texts = [
        "".join([line for line, number in zip(lines, at, strict=True) if number <= edit])
        for edit in range(max(at) + 1)
    ]
    expected = [plan.text(state) for state in (plan.full, *states)][::-1]
    assert texts == [text for text in expected if text]


def test_streams_are_reproducible_and_apart():
    """A stream depends on seed, record and path, each; and on nothing else."""

    def draws(*key):
        return [Stream(*key).below(k, 1 << 60) for k in (20, 0, 3)]

    assert draws(1, "a", 0) == draws(1, "a", 0)
    seen = {tuple(draws(*key)) for key in [(1, "a", 0), (2, "a", 0), (1, "b", 0), (1, "a", 1), (1, "a\0", 0)]}
    assert len(seen) == 5
    assert all(0 <= Stream(1, "a", 0).below(k, 7) < 7 for k in range(500))


def test_stream_bytes_are_fixed():
    """The generator never changes, or data sets of the past could not be made again."""
    assert [Stream(1, "a", 0).below(k, 1_000_000) for k in range(4)] == [354_959, 388_614, 223_387, 576_924]
