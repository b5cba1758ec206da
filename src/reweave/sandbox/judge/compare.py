"""Test expressions over a program's answers, evaluated on the trusted side with Python's semantics.

A tree is made once a task (:mod:`reweave.sandbox.judge.data_form`), evaluated once a sample. Its leaves are
constants and answers, decoded plain data; its operations are those of
:mod:`reweave.sandbox.judge.operations`. What it raises, the assertion would have raised.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.sandbox.judge import operations
from reweave.sandbox.results import CallOutcome, NotPlain, Returned

RTOL = 1e-07  # evalplus': numpy.testing.assert_allclose's default


@dataclass(frozen=True, slots=True)
class Const:
    """A value the test text gives."""

    value: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the plan's call of this number returned."""

    call: int


@dataclass(frozen=True, slots=True)
class Came:
    """That the plan's call of this number returned, whatever it returned."""

    call: int


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on operands; the last ones are named, where there are names."""

    function: Callable[..., Any]
    operands: "tuple[Tree, ...]"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` or ``or``: the first operand whose truth is ``decided_by``, else the last."""

    decided_by: bool
    operands: "tuple[Tree, ...]"


Tree = Const | Answer | Came | Apply | Junction


class NoAnswerError(Exception):
    """An answer was needed of a call that did not return one.

    Args:
        call: Its number.
    """

    def __init__(self, call: int) -> None:
        super().__init__(call)
        self.call = call


def evaluate(tree: Tree, outcomes: Sequence[CallOutcome], known: dict[int, Any] | None = None) -> Any:
    """Give a tree's value.

    Args:
        tree: Of a plan, which outlives ``known``.
        outcomes: One a call.
        known: Values of operations that have been evaluated, by the identity of their trees.

    Raises:
        NoAnswerError: An answer it needs is not there.
        Exception: What Python would raise; ``bounded.Unsupported`` for what takes too long.
    """
    if isinstance(tree, Const):
        return tree.value
    if isinstance(tree, Answer):
        outcome = outcomes[tree.call]
        if not isinstance(outcome, Returned):
            raise NoAnswerError(tree.call)
        return outcome.value
    if isinstance(tree, Came):
        if not isinstance(outcomes[tree.call], (Returned, NotPlain)):
            raise NoAnswerError(tree.call)
        return None
    if isinstance(tree, Apply):
        if known and id(tree) in known:
            return known[id(tree)]
        return applied(tree, [evaluate(operand, outcomes, known) for operand in tree.operands])
    value: Any = None
    for operand in tree.operands:
        value = evaluate(operand, outcomes, known)
        if bool(value) is tree.decided_by:
            break
    return value


def applied(tree: Apply, values: list[Any]) -> Any:
    """Give the value of an operation whose operands have these values."""
    if not tree.names:
        return tree.function(*values)
    split = len(values) - len(tree.names)
    return tree.function(*values[:split], **dict(zip(tree.names, values[split:], strict=True)))


def same(answer: Any, expected: Any, atol: float = 0.0) -> bool:
    """Say whether an answer is the expected one, by the rule evalplus publishes for HumanEval+ and MBPP+.

    Equal values are the same. Where they are not, numbers may differ by ``atol + 1e-7 * abs(expected)`` if an
    ``atol`` is given or the expected value is a float or a list or tuple of floats (then 1e-6); the types and
    lengths must agree. evalplus' exceptions for single tasks are not here, nor does a float in one answer
    loosen the next, as it does there.

    Args:
        answer: Decoded plain data.
        expected: Decoded plain data.
        atol: Absolute tolerance; 0 for exact answers.
    """
    try:
        if bool(operations.equal(answer, expected)):
            return True
    except (ValueError, TypeError, RecursionError):
        return False
    if not atol and _floats(expected):
        atol = 1e-6
    return bool(atol) and type(answer) is type(expected) and _close(answer, expected, atol)


def _floats(value: Any) -> bool:
    if type(value) in {list, tuple}:
        return bool(value) and all(type(item) is float for item in value)
    return type(value) is float


def _close(answer: Any, expected: Any, atol: float) -> bool:
    numbers = {bool, int, float, complex}
    if type(answer) in numbers and type(expected) in numbers:
        try:
            return bool(
                answer == expected or abs(answer - expected) <= atol + RTOL * abs(expected) < math.inf
            )
        except OverflowError:
            return False
    if type(answer) not in {list, tuple} or type(expected) not in {list, tuple}:
        return False
    return len(answer) == len(expected) and all(
        _close(one, other, atol) for one, other in zip(answer, expected, strict=True)
    )
