"""What the forms of specification are worth, over many candidates: shares of mutants rejected.

Mutants of one candidate are alike, so that as many of others would tell more. The interval is Wilson's (1927)
for the number of independent mutants that would have the same variance as these, which is estimated over
candidates (as survey statistics have it: Korn and Graubard 1998); never more than there are mutants.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from reweave.ground.trace.round_trip import FORMS, MISSED, RoundTrip

_Z = 1.959964  # of a two-sided interval of 95 %


@dataclass(slots=True)
class Worth:
    """Counts over round trips.

    Attributes:
        candidates: Round trips made.
        accepted: By form: those whose candidate is accepted.
        outcomes: Mutants by outcome: a form, ``missed``, ``not-run``, ``unchanged``, ``harness-error``.
        kinds: By mutator: mutants judged, then how many each form rejects.
        groups: Candidates with a judged mutant.
        squares: Over these, the sum of squares of their mutants' numbers.
        products: By form: sums over candidates of rejected squared, and of rejected times judged.
    """

    candidates: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, list[int]] = field(default_factory=dict)
    groups: int = 0
    squares: int = 0
    products: dict[str, list[int]] = field(default_factory=lambda: {form: [0, 0] for form in FORMS})

    def add(self, made: RoundTrip) -> None:
        """Count one."""
        self.candidates += 1
        self.accepted.update(form for form in FORMS if made.accepts[form])
        self.outcomes.update(each.outcome for each in made.tried)
        for each in made.tried:
            if each.outcome in {*FORMS, MISSED}:
                counts = self.kinds.setdefault(each.mutant.kind, [0] * (1 + len(FORMS)))
                counts[0] += 1
                for at, form in enumerate(FORMS, 1):
                    counts[at] += each.rejected(form)
        judged = made.judged
        self.groups += judged > 0
        self.squares += judged**2
        for form in FORMS:
            rejected = made.rejected(form)
            self.products[form][0] += rejected**2
            self.products[form][1] += rejected * judged

    @property
    def judged(self) -> int:
        """Mutants that ran and changed something."""
        return sum(self.outcomes[each] for each in (*FORMS, MISSED))

    def rejected(self, form: str) -> int:
        """How many of those a form rejects."""
        return sum(self.outcomes[each] for each in FORMS[: FORMS.index(form) + 1])

    def interval(self, form: str) -> tuple[float, float] | None:
        """Give the interval of the share that a form rejects; None for fewer than two candidates."""
        n = self.judged
        if self.groups < 2:
            return None
        share = self.rejected(form) / n
        squared, product = self.products[form]
        spread = (squared - 2 * share * product + share**2 * self.squares) * self.groups / (self.groups - 1)
        variance = max(0.0, spread) / n**2
        alike = share * (1 - share) / variance if variance and 0 < share < 1 else self.groups
        return wilson(share, min(alike, n))

    def to_json(self) -> dict[str, Any]:
        """Everything counted, in a fixed order."""
        return {
            "candidates": self.candidates,
            "accepted": dict(sorted(self.accepted.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "kinds": dict(sorted(self.kinds.items())),
            "groups": self.groups,
            "squares": self.squares,
            "products": self.products,
        }

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave, before or after a trip through JSON text."""
        made = cls(**counts)
        made.accepted, made.outcomes = Counter(counts["accepted"]), Counter(counts["outcomes"])
        made.kinds = {kind: list(each) for kind, each in counts["kinds"].items()}
        made.products = {form: list(each) for form, each in counts["products"].items()}
        return made


def wilson(share: float, n: float) -> tuple[float, float]:
    """Give Wilson's interval of a share that was seen in ``n`` independent cases.

    >>> [round(end, 3) for end in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    inverse = _Z**2 / n
    centre = (share + inverse / 2) / (1 + inverse)
    half = math.sqrt(inverse * (share * (1 - share) + inverse / 4)) / (1 + inverse)
    return min(max(0.0, centre - half), share), max(min(1.0, centre + half), share)
