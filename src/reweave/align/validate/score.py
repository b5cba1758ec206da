"""The test score of a response, and the rules by which it is accepted.

The score is the product of four parts, each from 0 to 1:

``reached``  the share of the assertions in the test text that were evaluated
``sound``    the share of them that are no tautologies (``weaknesses``)
``stubs``    the share of the stubs that the tests refuse
``mutants``  the share of the mutants that they refuse; left out where there is nothing to change

A product, because each of them at 0 says that the tests show nothing, whatever the others are. With all
assertions reached and sound it is the mutation score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reweave.sandbox import Verdict
from reweave.sandbox.inside.running import NOTHING

RULES = (
    "syntax", "missing-module", "timeout", "memory", "output", "crashed", "failed", "redefined",
    "no-assert-reached", "tautologies", "stub-survives", "weak-tests",
)  # fmt: skip
"""Why a response is not accepted, in the order in which they are tried; the first that holds is counted."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of one response's tests.

    Args:
        verdict: Of the response by its own tests.
        redefined: What the tests define that the program defines too.
        asserts: Lines of assertions in the test text.
        weak: Those of them that are tautologies.
        stubs: By name: whether the tests refuse it; empty where none was tried.
        killed, mutants: How many mutants they refuse, and of how many.
    """

    verdict: Verdict
    redefined: frozenset[str]
    asserts: frozenset[int]
    weak: frozenset[int]
    stubs: Mapping[str, bool] = field(default_factory=dict)
    killed: int = 0
    mutants: int = 0

    @property
    def reached(self) -> frozenset[int]:
        """The lines of the assertions that were evaluated."""
        return self.asserts & frozenset(self.verdict.lines)

    @property
    def empty(self) -> bool:
        """Whether the text of the tests cannot show anything of any program."""
        return bool(self.redefined) or self.asserts <= self.weak

    @property
    def shows(self) -> bool:
        """Whether the response passed, and an assertion was reached."""
        return self.verdict.passed and not self.redefined and bool(self.reached)


def parts(tried: Tried) -> dict[str, float | None]:
    """Give the score's parts; None for one that is not known."""
    count = len(tried.asserts)
    return {
        "reached": len(tried.reached) / count if count else 0.0,
        "sound": len(tried.asserts - tried.weak) / count if count else 0.0,
        "stubs": sum(tried.stubs.values()) / len(tried.stubs) if tried.stubs else None,
        "mutants": tried.killed / tried.mutants if tried.mutants else None,
    }


def score(tried: Tried) -> float:
    """Give the test score: 0 for a response that did not pass."""
    if not tried.shows:
        return 0.0
    product = 1.0
    for part in parts(tried).values():
        product *= 1.0 if part is None else part
    return round(product, 4)


def refusal(tried: Tried, least: float, *, passing: bool = False) -> tuple[str, str] | None:
    """Give (rule, detail) of the first rule that a response does not meet, None where it is accepted.

    Args:
        tried: What is known.
        least: The score from which on tests are strong enough.
        passing: Whether passing is all that is asked for.
    """
    verdict = tried.verdict
    if not verdict.passed and verdict.detail != NOTHING:
        return verdict.reason, verdict.detail
    if passing and verdict.passed:
        return None
    if tried.redefined:
        return "redefined", f"the tests try their own {', '.join(sorted(tried.redefined))}"
    if not tried.reached:
        return "no-assert-reached", f"{len(tried.asserts)} assertions in the tests, none evaluated"
    if tried.reached <= tried.weak:
        return "tautologies", f"lines {', '.join(map(str, sorted(tried.reached)))} show nothing"
    survivors = [name for name, killed in tried.stubs.items() if not killed]
    if survivors:
        return "stub-survives", f"the tests pass without the program's work: {', '.join(survivors)}"
    if score(tried) < least:
        return "weak-tests", f"score {score(tried):g}, {tried.killed} of {tried.mutants} mutants refused"
    return None
