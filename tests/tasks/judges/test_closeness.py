"""When two values are equal enough, against numpy's own rule."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.tasks.judges.closeness import FLOATS, RTOL, close, equal, tolerance


@pytest.mark.parametrize(
    ("answer", "expected", "atol", "verdict"),
    [
        (1, 1.0, 0, True),
        (1.0000001, 1.0, 0, False),
        (1.0000001, 1.0, 1e-6, True),
        (1, 1.0000001, 1e-6, False),  # of two types
        ([1.0, 2.0000001], [1.0, 2.0], 1e-6, True),
        ((1.0, 2.0), [1.0, 2.0], 1e-6, False),
        ([1.0], [1.0, 2.0], 1e-6, False),
        ([[1.0], [1.0]], [[1.0, 1.0], [1.0, 1.0]], 1e-6, False),  # numpy would broadcast
        (math.inf, math.inf, 1e-6, True),
        (math.nan, math.nan, 1e-6, False),
        (math.inf, 1.0, 1e-6, False),
        ("a", "b", 1e-6, False),
        (10**400, 10**400 + 1, 1e-6, False),
        (10**400, 1.5, 1e-6, False),
        (None, None, 0, True),
        ({"a": 1.0}, {"a": 1.00000001}, 1e-6, False),
        (range(10**100), [1], 1e-6, False),
    ],
)
def test_close(answer, expected, atol, verdict):
    """The cases that the rule's parts decide."""
    assert close(answer, expected, atol) is verdict


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5),
    st.floats(-1e-5, 1e-5),
    st.sampled_from([1e-6, 1e-4]),
)
def test_lists_of_floats_agree_with_numpy(values, shift, atol):
    """On lists of floats the rule is ``numpy.allclose`` with the relative tolerance named."""
    np = pytest.importorskip("numpy")
    moved = [value + shift for value in values]
    expected = moved == values or bool(np.allclose(moved, values, rtol=RTOL, atol=atol))
    assert close(moved, values, atol) is expected


def test_tolerance_begins_with_floats():
    """A task without a tolerance gets one from its first expected floats on; never from mixed lists."""
    assert tolerance(0, 1.5) == tolerance(0, [1.5, 2.5]) == tolerance(0, (0.0,)) == FLOATS
    assert tolerance(0, 1) == tolerance(0, []) == tolerance(0, [1.5, 2]) == 0
    assert tolerance(1e-4, 1.5) == 1e-4


def test_arrays_are_compared_whole():
    """Arrays equal in shape and in every member are equal; others are not, and nothing raises."""
    np = pytest.importorskip("numpy")
    assert equal(np.array([1, 2]), np.array([1, 2]))
    assert not equal(np.array([1, 2]), np.array([1, 3]))
    assert not equal(np.array([1, 1]), 1)
    assert not equal([np.array([1, 2])], [np.array([1, 2])])
    assert equal(np.float64(1.5), 1.5)
    assert close(np.array([1.0, 2.0000001]), np.array([1.0, 2.0]), 1e-6)
