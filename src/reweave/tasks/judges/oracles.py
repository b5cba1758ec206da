"""The tasks of HumanEval+ and MBPP+ whose answers are not simply compared: what EvalPlus publishes for each.

Some have more than one right answer (a root within a tolerance, a list in any order), some references are
wrong or underspecified, and some give what does not leave a process. Each is named by its entry point.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

from reweave.sandbox.judge.bounded import hashable, items
from reweave.sandbox.judge.scalars import simplified

Family = Literal["humaneval", "mbpp"]

ORDERLESS = frozenset(
    {
        "similar_elements",
        "find_char_long",
        "common_in_nested_lists",
        "extract_singly",
        "larg_nnum",
        "intersection_array",
        "find_dissimilar",
        "Diff",
    }
)
"""MBPP+ tasks 2, 7, 111, 140, 232, 249, 579, 769: the answer is a set, whatever holds it."""

SOMETHING = frozenset({"check_str", "text_match_three", "text_starta_endb"})
"""MBPP+ tasks 737, 787, 794: a match object or None; what counts is which."""

ENTRY_OF_SOMETHING = (
    "(lambda call: lambda *args: (lambda answer: answer if answer is None or type(answer) is bool else True)"
    "(call(*args)))"
)
"""Before the entry in brackets: a match does not cross the boundary, that there is one does."""

ENTRY_OF_DIGEST = (
    "(lambda call: lambda *args: __import__('hashlib').sha256(repr(call(*args)).encode()).hexdigest())"
)
"""Likewise, for answers too large to cross: lists of tuples of texts, equal where their ``repr`` is."""


def entry(family: Family | None, entry_point: str) -> str:
    """Give what is called in a program: the entry point, or what makes its answer fit to cross.

    Args:
        family: Whose task it is.
        entry_point: The task's.
    """
    if family == "mbpp" and entry_point in SOMETHING:
        return f"{ENTRY_OF_SOMETHING}({entry_point})"
    if family == "mbpp" and entry_point == "combinations_colors":  # Mbpp/255: 800 MB
        return f"{ENTRY_OF_DIGEST}({entry_point})"
    return entry_point


def accepts(
    family: Family, entry_point: str, inputs: Sequence[Any], answer: Any, expected: Any, atol: float
) -> bool | None:
    """Say whether a task's own rule accepts an answer; None where it leaves that to plain comparison.

    Args:
        family: Whose task it is.
        entry_point: The task's.
        inputs: The call's arguments.
        answer: What the program gave, plain data.
        expected: What the reference gave.
        atol: Absolute tolerance.
    """
    answer = simplified(answer)
    if family == "humaneval":
        return _root(inputs, answer, atol) if entry_point == "find_zero" else None
    if entry_point in ORDERLESS:
        wanted = _members(expected)
        return True if wanted is not None and _members(answer) == wanted else None
    if entry_point in SOMETHING:
        there = answer if type(answer) is bool else answer is not None
        return True if there == (expected is not None) else None
    also = _ALSO.get(entry_point)
    return True if also is not None and also(inputs, answer, atol) else None


def _members(value: Any) -> set[Any] | None:
    """Give a value's members; None, unequal to all sets, where it has none."""
    try:
        return set(hashable(items(value)))
    except Exception:  # noqa: BLE001 - unhashable or not to be walked: the comparison fails, as it does there
        return None


def _root(inputs: Sequence[Any], answer: Any, atol: float) -> bool:
    """Say whether a polynomial, lowest coefficient first, is zero at the answer (HumanEval/32)."""
    try:
        return bool(abs(sum(c * math.pow(answer, i) for i, c in enumerate(inputs[0]))) <= atol)
    except (TypeError, ValueError, OverflowError):
        return False


def _pyramid(inputs: Sequence[Any], answer: Any, atol: float) -> bool:
    """Accept the surface where the height is that of the apex, not of a side (Mbpp/581)."""
    base, height = inputs
    slant = math.hypot(base / 2, height)
    return _number(answer) and abs(answer - round(base * base + 2 * base * slant)) <= atol


def _digits(inputs: Sequence[Any], answer: Any, atol: float) -> bool:
    """Accept the digits' distance where the shorter number is filled with zeros (Mbpp/558)."""
    del atol
    first, second = map(str, inputs)
    width = max(len(first), len(second))
    pairs = zip(first.zfill(width), second.zfill(width), strict=True)
    return _number(answer) and bool(answer == sum(abs(int(a) - int(b)) for a, b in pairs))


def _number(value: Any) -> bool:
    return isinstance(value, (bool, int, float))


_ALSO: dict[str, Callable[[Sequence[Any], Any, float], bool]] = {
    "are_equivalent": lambda *_: True,  # Mbpp/164: the reference is beyond repair
    "sum_div": lambda _, answer, __: _number(answer) and bool(answer == 0),  # Mbpp/295
    "surface_Area": _pyramid,
    "digit_distance_nums": _digits,
}
"""What is right besides the reference's answer."""
