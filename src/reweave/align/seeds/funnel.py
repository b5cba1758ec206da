"""What each rule dropped: counts over files and definitions that must sum, for a terminal and as JSON.

Two units, each with a sum of its own. A file is read, and searched or rejected; one that is rejected (it does
not parse, it holds nothing of the kinds looked for) has no definitions that could be counted. A definition of
a searched file is kept, rejected or failed. What ``funnel.json`` says at its top, and what the chain's funnel
shows of this stage, is definitions; files are under ``files``. Rejects of both are in ``rejects.jsonl``.

Kept in a run's statistics as a list of counts, so that a run that is taken up goes on counting.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reweave.align.seeds.rules import JUDGED, TYPE_CHECK, TYPE_ERROR

_FILES, _DEFINITIONS = "files", "definitions"


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule, or one way to fail, took out.

    Attributes:
        name: Of the rule, or of the failure.
        outcome: ``rejected`` or ``failed``.
        n: How many it took.
        left: How many were left behind it.
    """

    name: str
    outcome: str
    n: int
    left: int


@dataclass(slots=True)
class Funnel:
    """Counts of a run.

    Attributes:
        preset: Of the run.
        rules: The names of the rules that were asked, in their order.
        counts: How often a file or definition ended how: level, outcome, reason.
    """

    preset: str
    rules: tuple[str, ...]
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def files(self) -> int:
        """Files read."""
        return self._sum(_FILES)

    @property
    def found(self) -> int:
        """Definitions found."""
        return self._sum(_DEFINITIONS)

    @property
    def kept(self) -> int:
        """Definitions that became seeds."""
        return self._sum(_DEFINITIONS, "kept")

    @property
    def unjudged(self) -> int:
        """Definitions about which the judge could not be asked; the same call asks again."""
        failed = [reason for reason, outcome in self._others() if _of_judge(reason, outcome)]
        return sum(self.counts[_DEFINITIONS, "failed", reason] for reason in failed)

    def file_steps(self) -> list[Step]:
        """What became of files that gave nothing, by reason."""
        reasons = sorted(key[1:] for key in self.counts if key[0] == _FILES and key[1] != "searched")
        return self._steps(_FILES, self.files, [(reason, outcome) for outcome, reason in reasons])

    def steps(self) -> list[Step]:
        """What each rule took, in their order; failures stand where the verdict should have come."""
        judged = next((place for place, name in enumerate(self.rules) if name in JUDGED), len(self.rules))
        place = self.rules.index(TYPE_ERROR) + 1 if TYPE_ERROR in self.rules else judged
        names = [(name, "rejected") for name in self.rules]
        others = self._others()
        names[judged:judged] = [each for each in others if _of_judge(*each)]
        names[place:place] = [each for each in others if not _of_judge(*each)]
        return self._steps(_DEFINITIONS, self.found, names)

    def to_json(self) -> dict[str, Any]:
        """Everything counted; `from_json` gives it back."""
        counts = [[*key, n] for key, n in sorted(self.counts.items())]
        return {"preset": self.preset, "rules": self.rules, "counts": counts}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Funnel":
        """Read what `to_json` gave."""
        counts = Counter({(level, outcome, reason): n for level, outcome, reason, n in content["counts"]})
        return cls(content["preset"], tuple(content["rules"]), counts)

    def document(self) -> dict[str, Any]:
        """The funnel as ``funnel.json`` has it: read = kept + rejected + failed, at both levels."""
        files, steps = self.file_steps(), self.steps()
        return {
            "stage": "seeds",
            "unit": _DEFINITIONS,
            "preset": self.preset,
            "files": {"read": self.files, "searched": self._sum(_FILES, "searched")} | _sums(files),
            "read": self.found,
            "kept": self.kept,
            **_sums(steps),
            "steps": [
                {"rule": step.name, "outcome": step.outcome, "n": step.n, "left": step.left} for step in steps
            ],
        }

    def _others(self) -> list[tuple[str, str]]:
        """How definitions ended besides by a rule that was asked: reason, outcome."""
        ended = sorted(key[1:] for key in self.counts if key[0] == _DEFINITIONS and key[1] != "kept")
        return [(reason, outcome) for outcome, reason in ended if reason not in self.rules]

    def _sum(self, *key: str) -> int:
        return sum(n for counted, n in self.counts.items() if counted[: len(key)] == key)

    def _steps(self, level: str, left: int, names: list[tuple[str, str]]) -> list[Step]:
        made = []
        for name, outcome in names:
            n = self.counts[level, outcome, name]
            left -= n
            made.append(Step(name, outcome, n, left))
        return made


def _of_judge(reason: str, outcome: str) -> bool:
    return outcome == "failed" and not reason.startswith(TYPE_CHECK)


def _sums(steps: list[Step]) -> dict[str, dict[str, int]]:
    return {
        outcome: {step.name: step.n for step in steps if step.outcome == outcome and step.n}
        for outcome in ("rejected", "failed")
    }
