"""Reading result files, whose every byte is the program's."""

import os

from hypothesis import given
from hypothesis import strategies as st

from reweave.sandbox.inside import plain
from reweave.sandbox.judge.data_form import plan
from reweave.sandbox.judge.verdicts import judge_data, read_calls, read_exit, read_test_end, shown
from reweave.sandbox.results import NotPlain, NotReached, Raised, Returned

RETURNED = plain.encode(("returned", 5))
END = plain.encode(("end", "passed", ""))


def test_outcomes_in_order():
    """One outcome a call; what is not there was not reached."""
    payloads = [RETURNED, plain.encode(("raised", "E", "m", 3)), plain.encode(("not-plain", "a module"))]
    outcomes, end = read_calls(payloads, 4)
    assert outcomes == (Returned(5), Raised("E", "m", 3), NotPlain("a module"), NotReached())
    assert end is None


def test_nothing_after_the_end_counts():
    """A record behind the end is not an answer, nor is one more than was asked for."""
    outcomes, end = read_calls([RETURNED, END, RETURNED], 3)
    assert outcomes == (Returned(5), NotReached(), NotReached())
    assert end == ("passed", "")
    assert read_calls([RETURNED] * 9, 2) == ((Returned(5), Returned(5)), None)


@given(st.lists(st.binary(max_size=60) | st.sampled_from([RETURNED, END]), max_size=6), st.integers(0, 4))
def test_any_bytes_whatever(payloads, count):
    """No payload makes a reader fail, and there are always as many outcomes as calls."""
    outcomes, _ = read_calls(payloads, count)
    assert len(outcomes) == count
    read_test_end(payloads)
    read_exit(payloads)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.just("end")
        | st.just("returned"),
        lambda inner: st.lists(inner, max_size=4).map(tuple) | st.lists(inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_record_whatever(record):
    """No record makes a reader fail; one of no known kind is no answer."""
    outcomes, _ = read_calls([plain.encode(record)], 1)
    assert len(outcomes) == 1
    read_test_end([plain.encode(record)])


def test_an_invented_reason_is_a_failure():
    """An end with a reason of the program's making does not pass."""
    assert read_test_end([plain.encode(("end", "harness-error", ""))])[0] == "failed"
    assert read_test_end([plain.encode(("end", "needs-in-process", "x"))]) == ("needs-in-process", "x")
    assert read_test_end([os.urandom(9)]) is None


def test_numpys_scalars_equal_pythons():
    """A numpy number where a number is expected is right; another number is wrong."""
    planned = plan("assert f(1) == 3.0\nassert f(2) == [1, 2]")
    three = plain.Packed("numpy.scalar", ("<f8", b"\0\0\0\0\0\0\x08@"))
    ones = [plain.Packed("numpy.scalar", ("<i8", bytes([n, *[0] * 7]))) for n in (1, 2)]
    assert judge_data(planned, [Returned(three), Returned(ones)])[0] == "passed"
    assert judge_data(planned, [Returned(ones[0]), Returned(ones)])[0] == "failed"
    assert (
        judge_data(planned, [Returned(plain.Packed("numpy.scalar", ("<f8", b"?"))), Returned(1)])[0]
        == "failed"
    )


def test_messages_are_bounded():
    """Whatever the answer, its text is short."""
    for value in (10**100_000, "x" * 10**6, list(range(10**5)), {i: i for i in range(10**5)}, b"x" * 10**6):
        assert len(shown(value)) < 2000
