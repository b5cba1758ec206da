"""What became of the rows of a run: read = kept + rejected + failed, by reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(slots=True)
class Counts:
    """Counts over rows.

    Attributes:
        read: Rows read.
        kept: Those with an output.
        rejects: The others, by outcome (``rejected``, ``failed``) and reason.
    """

    read: int = 0
    kept: int = 0
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """Everything counted, in a fixed order."""
        listed = [[*key, n] for key, n in sorted(self.rejects.items())]
        return {"read": self.read, "kept": self.kept, "rejects": listed}

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave.

        >>> counts = Counts(2, 1, Counter({("rejected", "no-intent"): 1}))
        >>> Counts.from_json(counts.to_json()) == counts
        True
        """
        rejects = Counter({(outcome, reason): n for outcome, reason, n in counts["rejects"]})
        return cls(counts["read"], counts["kept"], rejects)
