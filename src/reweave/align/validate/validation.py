"""What is known of one response once it was judged, and the column that says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reweave.align.validate import clusters, score
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.coverage import Coverage
from reweave.align.validate.mutants import Mutant
from reweave.align.validate.rows import Response
from reweave.align.validate.weaknesses import Weakness

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_SHOWN = 10  # surviving mutants that are named


@dataclass(frozen=True, slots=True)
class Kill:
    """What the tests made of one mutant.

    Args:
        mutant: The mutant.
        reason: Why its run ended: ``passed`` is a survivor.
    """

    mutant: Mutant
    reason: str

    @property
    def killed(self) -> bool:
        """Whether the tests refuse it."""
        return self.reason != "passed"


@dataclass(frozen=True, slots=True)
class Validation:
    """All that is known of one response.

    Args:
        response: The response.
        tried: What its tests did.
        kills: One a mutant.
        found: The tautologies.
        agreement: Where it stands among the instruction's responses.
        cross: By response id: whether this program passes that response's tests.
        coverage: What its tests reach of it, by its own word; None where that is not known or not asked.
    """

    response: Response
    tried: score.Tried
    kills: tuple[Kill, ...]
    found: tuple[Weakness, ...]
    agreement: clusters.Agreement
    cross: Mapping[str, bool]
    coverage: Coverage | None = None

    @property
    def failure(self) -> str | None:
        """Why nothing is known of it, None where it was judged."""
        verdict = self.tried.verdict
        return verdict.detail if verdict.reason == "harness-error" else None

    def column(self, config: ValidateConfig) -> dict[str, Any]:
        """Give what is added to the row."""
        tried, verdict = self.tried, self.tried.verdict
        refused = score.refusal(tried, config.min_score, passing=config.accept == "passed")
        column = {
            "accepted": refused is None,
            "passed": verdict.passed,
            "reason": "accepted" if refused is None else refused[0],
            "detail": "" if refused is None else lasting(refused[1]),
            "form": verdict.form,
            "tier": verdict.tier,
            "asserts": len(tried.asserts),
            "asserts_reached": len(tried.reached),
            "stubs": len(tried.stubs),
            "stub_survives": [name for name, killed in tried.stubs.items() if not killed],
            "mutants": tried.mutants,
            "killed": tried.killed,
            "survivors": [
                f"line {kill.mutant.line}: {kill.mutant.what}" for kill in self.kills if not kill.killed
            ][:_SHOWN],
            "tautologies": [{"line": each.line, "kind": each.kind, "text": each.text} for each in self.found],
            "cluster": self.agreement.cluster,
            "cluster_size": self.agreement.size,
            "agreement": _rounded(self.agreement.value),
            "agreement_n": {"responses": self.agreement.responses, "tests": self.agreement.tests},
            "cross": dict(self.cross),
            "test_score": score.score(tried),
            "parts": {name: _rounded(part) for name, part in score.parts(tried).items()},
        }
        if config.coverage:
            column["coverage"] = None if self.coverage is None else self.coverage.column()
        return column


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def lasting(detail: str) -> str:
    """Give a message without the addresses of objects, which differ from run to run."""
    return _ADDRESS.sub("0x…", detail).encode("utf-8", "replace").decode()
