"""The tasks that are not simply compared."""

import pytest

from reweave.tasks.judges.oracles import accepts


@pytest.mark.parametrize(
    ("family", "entry", "inputs", "answer", "expected", "verdict"),
    [
        ("humaneval", "find_zero", ([1, 2],), -0.5, 7, True),
        ("humaneval", "find_zero", ([1, 2],), 0.5, -0.5, False),
        ("humaneval", "find_zero", ([1, 2],), None, -0.5, False),
        ("humaneval", "similar_elements", (), {1}, [1], None),  # another family's
        ("mbpp", "similar_elements", (), {2, 1}, (1, 2), True),
        ("mbpp", "similar_elements", (), [1], (1, 2), None),
        ("mbpp", "similar_elements", (), None, (1, 2), None),
        ("mbpp", "similar_elements", (), [[1]], (1, 2), None),
        ("mbpp", "similar_elements", (), range(10**100), (1, 2), None),
        ("mbpp", "check_str", ("a",), True, True, True),
        ("mbpp", "check_str", ("a",), False, True, None),
        ("mbpp", "check_str", ("a",), None, None, True),
        ("mbpp", "check_str", ("a",), None, True, None),
        ("mbpp", "are_equivalent", (1, 2), "anything", False, True),
        ("mbpp", "sum_div", (7,), 0, 1, True),
        ("mbpp", "sum_div", (7,), "0", 1, None),
        ("mbpp", "surface_Area", (3, 4), 36, 33, None),
        ("mbpp", "surface_Area", (3, 4), 35, 33, True),
        ("mbpp", "digit_distance_nums", (1, 23), 4, 5, True),
        ("mbpp", "digit_distance_nums", (1, 23), 5, 4, None),
        ("mbpp", "other", (), 1, 1, None),
    ],
)
def test_accepts(family, entry, inputs, answer, expected, verdict):
    """True where the task's own rule holds, None where plain comparison decides, False only for a root."""
    assert accepts(family, entry, inputs, answer, expected, 1e-4) is verdict
