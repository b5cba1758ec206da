"""What one run of a candidate says: its inputs, its outputs, or the reason why it has none.

Outputs are the names that the candidate changed, in place or not, and those that it binds at its top level,
changed or not (``df = df.sort_values('a')`` over a sorted table is its answer all the same). Names that only
a ``for`` binds are none. Where nothing was changed and nothing shown, there is no output.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.ground.trace import plots
from reweave.ground.trace.names import Names
from reweave.sandbox import CellResult, CellsResult, NotPlain, NotReached, Raised, Returned
from reweave.sandbox.inside import plain

OUT = "Out"
"""The name of what the last expression showed."""

_CONTEXT, _BETWEEN, _CANDIDATE, _AFTER = range(4)
_OF_RUNS = ("timeout", "memory")
_ITERATOR: type[Any] = type(iter([0]))


@dataclass(frozen=True, slots=True)
class Ran:
    """One run that gave outputs, or would have if they could cross.

    Attributes:
        inputs, outputs: Values that crossed.
        apart_before, apart: Words for those that did not: of the context's and of the candidate's.
        removed: Names deleted.
        printed: What the candidate printed.
        seconds: CPU seconds.
    """

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    apart_before: Mapping[str, str]
    apart: Mapping[str, str]
    removed: tuple[str, ...]
    printed: str
    seconds: float

    def differs(self, other: "Ran") -> str:
        """Say in what another run differs, bit for bit; nothing where it does not."""
        for what, mine, others in (
            ("of the context", self.inputs, other.inputs),
            ("", self.outputs, other.outputs),
        ):
            for name in dict.fromkeys((*mine, *others)):
                if name not in mine or name not in others or bits(mine[name]) != bits(others[name]):
                    return f"{name}{' ' if what else ''}{what} is another in the second run"
        words = (self.apart_before, self.apart, self.removed)
        if words != (other.apart_before, other.apart, other.removed):
            return "what does not cross is another in the second run"
        return "" if self.printed == other.printed else "it prints something else in the second run"


def bits(value: Any) -> bytes:
    """Give a value's encoding: the same for values that are the same, NaN among them."""
    return bytes(plain.encode(value, limit=1 << 31, items=1 << 40, depth=200, drain=False))


def read(result: CellsResult, found: Names, wanted: Sequence[str] | None = None) -> Ran | tuple[str, str]:
    """Read a run; give a reason and what shows it where it has no output.

    Args:
        result: Of ``tracing.job``'s cells.
        found: The candidate's names.
        wanted: The names that are asked for, whatever became of them; None for the candidate's outputs.
    """
    if result.reason == "harness-error":
        return "harness-error", result.detail
    context, between, candidate, after = result.cells
    if not _ended(context) or not _ended(between):
        return "context-fails", _said(result)
    if not _ended(candidate) or isinstance(after.outcome, NotReached):
        return (result.reason if result.reason in _OF_RUNS else "fails"), _said(result)
    before, changed = context.variables, candidate.variables
    shown = _shown(candidate, between, after)
    if wanted is None and not shown and not any(name not in found.turned for name in changed):
        return "no-output", "it leaves no variable new or changed, and shows nothing"
    kept = {name: value for name, value in before.items() if name not in candidate.removed}
    every = kept | dict(changed) | shown
    left = [name for name in dict.fromkeys((*found.bound, *changed, *shown)) if name not in found.turned]
    asked = left if wanted is None else wanted
    outputs, apart = _parted({name: every[name] for name in asked if name in every})
    inputs, apart_before = _parted({name: before[name] for name in found.taken if name in before})
    return Ran(inputs, outputs, apart_before, apart, candidate.removed, candidate.stdout, result.cpu_seconds)


def _shown(candidate: CellResult, between: CellResult, after: CellResult) -> dict[str, Any]:
    """Give what the candidate showed: its last expression, and figures that were not there before."""
    shown: dict[str, Any] = {}
    match candidate.outcome:
        case Returned(value) if value is not None:
            shown[OUT] = value
        case NotPlain() as words:
            shown[OUT] = words
    before = getattr(between.outcome, "value", None)
    match after.outcome:
        case Returned([_, *_] as figures) if bits(figures) != bits(before):
            shown[plots.NAME] = figures
        case Returned(str() as why):
            shown[plots.NAME] = NotPlain(why)
        case NotPlain():
            shown[plots.NAME] = NotPlain("the figures cannot be read")
    return shown


def _ended(cell: CellResult) -> bool:
    return not isinstance(cell.outcome, (Raised, NotReached))


def _said(result: CellsResult) -> str:
    return f"{result.reason}: {result.detail}" if result.reason != "failed" else result.detail


def _parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the values that crossed, and the words for those that did not."""
    crossed, apart = {}, {}
    for name, value in values.items():
        # A view of a dict comes as an iterator, which could be read but once
        held: Any = list(value) if isinstance(value, _ITERATOR) else value
        try:
            if isinstance(held, NotPlain):
                raise plain.NotPlain(held.description)  # noqa: TRY301 - they end alike
            bits(held)
        except plain.NotPlain as words:
            apart[name] = str(words)
        else:
            crossed[name] = held
    return crossed, apart
