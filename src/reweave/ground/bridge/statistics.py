"""What a run of the bridge came to, counted as rows go by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from reweave.ground.counts import Counts
from reweave.ground.trace.round_trip import RoundTrip
from reweave.ground.trace.worth import Worth


@dataclass(slots=True)
class Statistics:
    """Counts over rows.

    Attributes:
        counts: What became of them.
        specified: Functions that have specifications now.
        tested: Grounded rows that have tests now.
        calls: Calls that the specifications tell.
        worth: Of the specifications, by form.
    """

    counts: Counts = field(default_factory=Counts)
    specified: int = 0
    tested: int = 0
    calls: int = 0
    worth: Worth = field(default_factory=Worth)

    def add(self, calls: int, trip: RoundTrip | None) -> None:
        """Count a row that is kept: a function's with what its specifications are worth."""
        self.counts.kept += 1
        if trip is None:
            self.tested += 1
            return
        self.specified += 1
        self.calls += calls
        self.worth.add(trip)

    def to_json(self) -> dict[str, Any]:
        """Everything counted, in a fixed order."""
        return {
            "counts": self.counts.to_json(),
            "specified": self.specified,
            "tested": self.tested,
            "calls": self.calls,
            "worth": self.worth.to_json(),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave, before or after a trip through JSON text."""
        return cls(
            Counts.from_json(told["counts"]),
            told["specified"],
            told["tested"],
            told["calls"],
            Worth.from_json(told["worth"]),
        )
