"""What calls of a program leave: what they return, and what they change in their arguments.

Arguments are copies, so that an argument which is changed in place went in as it was. What a call says of
itself comes from the sample: it is plain data, and taken for nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reweave.ground.bridge.calls import Made, named, signature
from reweave.ground.trace.ran import bits
from reweave.parsing import parse_quietly
from reweave.sandbox import Call, CallsResult, Raised, Returned
from reweave.sandbox.inside import plain

RESULT = "result"
"""The name of what a call returns; ``returned`` where an argument has it."""

Left = Mapping[str, Any]

_AFTER = "(lambda call: lambda *args, **kwargs: (call(*args, **kwargs), args, kwargs))"
"""Before an entry in brackets: what it returns, and its arguments as they are then."""
_ITERATOR: type[Any] = type(iter([0]))


def watched(made: Made) -> Call:
    """Give a call that tells what becomes of its arguments, too."""
    return replace(made.call, entry=f"{_AFTER}({made.call.entry})")


def left(program: str, made: Sequence[Made], result: CallsResult) -> list[Left | None]:
    """Give for each call what it left, None where it did not come to its end, or that does not cross.

    Args:
        program: What was called.
        made: The calls, which were made as ``watched`` gives them.
        result: What came of them.
    """
    tree = parse_quietly(program)
    found: list[Left | None] = []
    for each, outcome in zip(made, result.calls, strict=True):
        value = outcome.value if isinstance(outcome, Returned) else None
        if isinstance(value, tuple) and len(value) == 3:
            found.append(_left(tree, each, *value))
        else:
            found.append(None)
    return found


def encoded(outputs: Sequence[Left | None]) -> list[bytes]:
    """Give what calls left as bytes, which are the same where it is the same."""
    return [bits(dict(each)) if each is not None else b"" for each in outputs]


def why(result: CallsResult) -> str:
    """Say why no call came to its end."""
    if result.reason != "passed":
        return f"{result.reason}: {result.detail}"
    raised = next((each for each in result.calls if isinstance(each, Raised)), None)
    if raised is None:
        return "nothing that they give crosses the boundary"
    return f"{raised.type}: {raised.message}"


def _left(tree: Any, made: Made, value: Any, args: Any, kwargs: Any) -> Left | None:
    found = signature(tree, made.call.entry)
    if found is None or not isinstance(args, (list, tuple)) or not isinstance(kwargs, dict):
        return None
    spec, bound = found
    after = named(spec, args, kwargs, bound=bound) or {}
    try:
        held = list(value) if isinstance(value, _ITERATOR) else value
        bits(held)
        changed = {
            name: now
            for name, now in after.items()
            if name in made.inputs and bits(now) != bits(made.inputs[name])
        }
    except (plain.NotPlain, TypeError):
        return None
    if held is None and changed:  # a function that works in place gives nothing
        return changed
    return {**changed, RESULT if RESULT not in made.inputs else "returned": held}
