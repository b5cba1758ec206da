"""When two values are equal enough: the rule that EvalPlus publishes for HumanEval+ and MBPP+.

Equal by Python's ``==``; else, where the task has a tolerance, of one type and close:
``abs(a - b) <= atol + 1e-7 * abs(b)`` number by number, infinities equal to themselves, NaN to nothing.
A task whose tolerance is 0 gets 1e-6 from the first expected value on that is a float, or a list or tuple of
nothing but floats. (Liu et al., arXiv 2305.01210; the rule is that of the evaluator's version 0.3.)

What comes in is decoded plain data (or arrays), of which no method is a program's. One thing is stricter
than numpy's: shapes must agree, nothing is broadcast.
"""

from typing import Any

from reweave.sandbox.judge.scalars import simplified

RTOL = 1e-7
FLOATS = 1e-6
_NUMBERS = (bool, int, float, complex)


def equal(one: Any, other: Any) -> bool:
    """Say whether two values are equal as Python sees it: arrays as a whole, numpy's scalars as numbers."""
    if _is_array(one) or _is_array(other):
        return _equal_arrays(one, other)
    try:
        return bool(one == other) or bool(simplified(one) == simplified(other))
    except (ValueError, TypeError, RecursionError):  # arrays further inside: no truth of their own
        return False


def close(answer: Any, expected: Any, atol: float) -> bool:
    """Say whether an answer lies within the tolerance.

    Args:
        answer: What the program gave.
        expected: What the reference gave.
        atol: Absolute tolerance; 0 leaves nothing but equality.
    """
    if equal(answer, expected):
        return True
    if atol == 0 or type(answer) is not type(expected):
        return False
    try:
        return _near(_listed(answer), _listed(expected), atol)
    except (TypeError, OverflowError, RecursionError):
        return False


def tolerance(atol: float, expected: Any) -> float:
    """Give the tolerance that holds from this expected value on."""
    return FLOATS if atol == 0 and _floats(expected) else atol


def _floats(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(item, float) for item in value)
    if _is_array(value):
        return str(value.dtype) in {"float64", "float32"}
    return isinstance(value, float)


def _near(one: Any, other: Any, atol: float) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(
            _near(left, right, atol) for left, right in zip(one, other, strict=True)
        )
    if not isinstance(one, _NUMBERS) or not isinstance(other, _NUMBERS):
        return False
    return one == other or abs(one - other) <= atol + RTOL * abs(other)


def _listed(value: Any) -> Any:
    return value.tolist() if _is_array(value) else simplified(value)


def _is_array(value: Any) -> bool:
    return type(value).__module__ == "numpy" and getattr(value, "shape", ()) != ()


def _equal_arrays(one: Any, other: Any) -> bool:
    import numpy as np  # noqa: PLC0415 - heavy, and loaded already where there is an array

    try:
        same = one == other
    except (ValueError, TypeError):
        return False
    return bool(np.all(same)) and np.shape(one) == np.shape(other)
