"""What a run of tracing came to, counted as rows go by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from reweave.ground.trace.ran import OUT
from reweave.ground.trace.round_trip import RoundTrip
from reweave.ground.trace.tracing import REASONS, Trace
from reweave.ground.trace.worth import Worth


@dataclass(slots=True)
class Statistics:
    """Counts over candidates.

    Attributes:
        read: Candidates read.
        kept: Those with a grounded row.
        rejects: The others, by outcome (``rejected``, ``failed``) and reason.
        displayed: Kept rows whose last expression showed a value.
        without_inputs: Kept rows that take no variable of their context.
        inputs, outputs: Values of kept rows, by kind.
        apart: Variables of kept rows that did not cross the boundary.
        cut: Values that were larger than a row may hold.
        worth: Of their specifications, by form.
        evaluation_only: Kept rows of benchmarks whose authors forbid training on them.
    """

    read: int = 0
    kept: int = 0
    displayed: int = 0
    without_inputs: int = 0
    apart: int = 0
    cut: int = 0
    evaluation_only: int = 0
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    inputs: Counter[str] = field(default_factory=Counter)
    outputs: Counter[str] = field(default_factory=Counter)
    worth: Worth = field(default_factory=Worth)

    def add(self, made: Trace, trip: RoundTrip, row: Mapping[str, Any]) -> None:
        """Count a row that is kept."""
        stored = [*row["inputs"].values(), *row["outputs"].values()]
        self.evaluation_only += row.get("evaluation_only") is True
        self.kept += 1
        self.worth.add(trip)
        self.displayed += OUT in made.outputs or OUT in made.apart
        self.without_inputs += not made.inputs
        self.apart += len(made.apart)
        self.cut += sum(each["cut"] for each in stored)
        self.inputs.update(type(value).__name__ for value in made.inputs.values())
        self.outputs.update(type(value).__name__ for value in made.outputs.values())

    def to_json(self) -> dict[str, Any]:
        """Everything counted, in a fixed order; ``from_json`` gives it back."""
        counts: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "rejects":
                value = [[*key, value[key]] for key in sorted(value, key=_order)]
            elif isinstance(value, Worth):
                value = value.to_json()
            elif isinstance(value, dict):
                value = dict(sorted(value.items()))
            counts[each.name] = value
        return counts

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave, before or after a trip through JSON text."""
        made = cls(**counts)
        made.rejects = Counter({(outcome, reason): n for outcome, reason, n in counts["rejects"]})
        made.inputs, made.outputs = Counter(counts["inputs"]), Counter(counts["outputs"])
        made.worth = Worth.from_json(counts["worth"])
        return made


def _order(reject: tuple[str, str]) -> tuple[str, int, str]:
    """Give a reject's place: what cannot be read first, then the reasons as they are asked."""
    outcome, reason = reject
    return outcome, REASONS.index(reason) + 1 if reason in REASONS else 0, reason
