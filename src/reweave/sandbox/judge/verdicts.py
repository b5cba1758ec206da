"""From what a sample's result file holds to a verdict.

The file is the sample's: every byte of it may be a lie. ``read_calls`` and ``read_test_end`` give outcomes
and ends for any bytes whatever; ``judge_data`` compares the outcomes with what the tests expect, which the
sample never saw. A run's own reason (a limit, a signal) is the caller's to put first.
"""

import copy
import reprlib
from collections.abc import Sequence
from typing import Any, Final, get_args

from reweave.sandbox.inside import plain
from reweave.sandbox.judge.bounded import CONTAINERS, ITERATOR, LENGTH, Unsupported
from reweave.sandbox.judge.compare import Apply, NoAnswerError, Tree, applied, evaluate
from reweave.sandbox.judge.data_form import TRUTH, Check, DataPlan
from reweave.sandbox.judge.operations import COMPARISONS
from reweave.sandbox.judge.scalars import simplified
from reweave.sandbox.results import CallOutcome, NotPlain, NotReached, Raised, Reason, Returned

NEEDS_IN_PROCESS: Final = "needs-in-process"
"""What a test side ends with when the tests hand the program something that does not cross."""

Said = tuple[str, str]
"""The (reason, detail) a sample ended with, by its own word."""

_COMPARING = frozenset(map(id, COMPARISONS.values()))
_HELD = 10 * LENGTH  # items of all values that names are bound to
_MESSAGE = 1000
_ENDS: frozenset[str] = frozenset({"passed", "failed", "crashed", "syntax", "missing-module", "memory"})

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 120
_repr.maxlist = _repr.maxtuple = _repr.maxdict = _repr.maxset = _repr.maxfrozenset = 12
_repr.maxlevel = 4


def judge_data(plan: DataPlan, outcomes: Sequence[CallOutcome]) -> tuple[Reason, str, int]:
    """Give (reason, detail, assertions reached) of a plan's outcomes.

    The reason is ``passed``, ``failed``, or ``crashed`` where the first thing that does not hold is a call
    the run did not come to: whoever knows why the run ended says so instead.

    Args:
        plan: What was asked.
        outcomes: One a call, as ``read_calls`` gives them.
    """
    again = list(map(_fresh, outcomes))
    said = _judged(plan, outcomes)
    if said[0] == "failed":
        # Only now: few answers are numpy's
        simple = [Returned(simplified(each.value)) if isinstance(each, Returned) else each for each in again]
        if any(_changed(one, two) for one, two in zip(simple, again, strict=True)):
            said = _judged(plan, simple)
    return said


def _fresh(outcome: CallOutcome) -> CallOutcome:
    """Give an outcome that walking the other one's iterator does not empty."""
    if isinstance(outcome, Returned) and type(outcome.value) is ITERATOR:
        return Returned(copy.copy(outcome.value))
    return outcome


def _changed(one: CallOutcome, other: CallOutcome) -> bool:
    return isinstance(one, Returned) and isinstance(other, Returned) and one.value is not other.value


def _judged(plan: DataPlan, outcomes: Sequence[CallOutcome]) -> tuple[Reason, str, int]:
    reached = 0
    known: dict[int, Any] = {}
    for check in plan.checks:
        reached += check.asserts
        try:
            fault = _fault(check, outcomes, known)
        except NoAnswerError as missing:
            outcome = outcomes[missing.call]
            entry = plan.calls[missing.call].entry.removeprefix(f"{TRUTH}(")
            if isinstance(outcome, NotReached):
                return "crashed", _at(check, f"the run ended before {entry} gave an answer"), reached
            return "failed", _at(check, f"{entry} {_told(outcome)}"), reached
        except Exception as error:  # noqa: BLE001 - whatever Python's operations raise, the assertion raised
            return "failed", _at(check, f"{type(error).__name__}: {str(error)[:200]}"), reached
        if fault is not None:
            return "failed", _at(check, fault), reached
    return "passed", "", reached


def read_calls(
    payloads: Sequence[bytes], count: int, items: int = plain.ITEMS
) -> tuple[tuple[CallOutcome, ...], Said | None]:
    """Give ``count`` outcomes, and the (reason, detail) the sample ended with, if it came to its end.

    Args:
        payloads: Frames of a result file.
        count: How many calls there were.
        items: Values an answer may hold.
    """
    outcomes: list[CallOutcome] = []
    end = None
    for payload in payloads:
        if end is not None or len(outcomes) > count:
            break
        record = _decoded(payload, items)
        end = _end(record)
        if end is None:
            outcomes.append(_outcome(record))
    outcomes = outcomes[:count]
    return (*outcomes, *[NotReached()] * (count - len(outcomes))), end


def read_exit(payloads: Sequence[bytes]) -> tuple[int | None, Said | None]:
    """Give the exit status of a program that read standard input, and the (reason, detail) it ended with.

    Args:
        payloads: Frames of a result file.
    """
    records = [_decoded(payload) for payload in payloads[:2]]
    match records:
        case [("exit", int(status)), end]:
            return status, _end(end)
    return None, None


def read_test_end(payloads: Sequence[bytes]) -> Said | None:
    """Give the (reason, detail) a test side or an in-process run ended with, None where it came to no end.

    The reason is one of the results' own or ``NEEDS_IN_PROCESS``.
    """
    for payload in payloads:
        end = _end(_decoded(payload))
        if end is not None:
            return end
    return None


def read_lines(payloads: Sequence[bytes]) -> tuple[int, ...]:
    """Give the lines of the tests whose assertions were reached, as a test side or an in-process run says.

    Args:
        payloads: Frames of a result file.
    """
    lines = set()
    for payload in payloads:
        match _decoded(payload):
            case ("line", int(line)) if 0 < line < 1 << 31:
                lines.add(line)
    return tuple(sorted(lines))


def read_points(payloads: Sequence[bytes], most: int) -> tuple[int, ...] | None:
    """Give the points of a program that were reached, as it says; None where it says nothing like it.

    Args:
        payloads: Frames of a result file: the points are the last one.
        most: How many there can be; all are below.
    """
    match _decoded(payloads[-1], most + 8) if payloads else None:
        case ("points", list(points)) if all(type(each) is int and 0 <= each < most for each in points):
            return tuple(sorted(set(points)))
    return None


def shown(value: Any) -> str:
    """Give a bounded ``repr`` of plain data."""
    try:
        return _repr.repr(value)
    except Exception:  # noqa: BLE001 - an integer of many digits, say; a message is not worth a failure
        return f"<{type(value).__name__}>"


def _fault(check: Check, outcomes: Sequence[CallOutcome], known: dict[int, Any]) -> str | None:
    """Give what does not hold, None where all does."""
    tree = check.tree
    if isinstance(tree, Apply) and len(tree.operands) == 2 and id(tree.function) in _COMPARING:
        left, right = (evaluate(operand, outcomes, known) for operand in tree.operands)
        value = applied(tree, [left, right])
        if not check.asserts:
            _keep(tree, value, known)
        if value or not check.asserts:
            return None
        return f"{shown(left)} against {shown(right)}"
    value = evaluate(tree, outcomes, known)
    if not check.asserts:
        _keep(tree, value, known)
        return None
    if value:
        return None
    return f"it is {shown(value)}"


def _keep(tree: Tree, value: Any, known: dict[int, Any]) -> None:
    """Keep what a name is bound to: computed again, an iterator that it walked would be empty."""
    known[0] = known.get(0, 0) + (len(value) if type(value) in CONTAINERS else 1)
    if known[0] > _HELD:
        raise Unsupported("names bound to very large values")
    known[id(tree)] = value


def _at(check: Check, what: str) -> str:
    return f"line {check.line}: {check.text}: {what}"


def _told(outcome: CallOutcome) -> str:
    if isinstance(outcome, Raised):
        where = f", its line {outcome.line}" if outcome.line else ""
        return f"raised {outcome.type}: {outcome.message[:200]}{where}"
    if isinstance(outcome, NotPlain):
        return f"gave what does not cross: {outcome.description[:200]}"
    return "gave no answer"


def _decoded(payload: bytes, items: int = plain.ITEMS) -> tuple[Any, ...] | None:
    try:
        record = plain.decode(payload, items=items)
    except plain.BadData:
        return None
    # A range would match a pattern of sequences too, if its length did not overflow first
    return record if type(record) is tuple else None


def _outcome(record: Any) -> CallOutcome:
    match record:
        case ("returned", value):
            return Returned(value)
        case ("raised", str(name), str(message), int(line)):
            return Raised(name[:200], message[:_MESSAGE], line)
        case ("not-plain", str(description)):
            return NotPlain(description[:_MESSAGE])
    return NotPlain("a record of no known kind")


def _end(record: Any) -> Said | None:
    match record:
        case ("end", str(reason), str(detail)):
            known = reason in _ENDS or reason == NEEDS_IN_PROCESS
            return (reason, detail[:2000]) if known else ("failed", "an end of no known kind")
    return None


assert set(get_args(Reason)) >= _ENDS
