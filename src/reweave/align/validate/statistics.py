"""What a validation came to, counted as rows go by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from reweave.align.validate.score import RULES
from reweave.align.validate.validation import Validation

Pairs = dict[str, list[int]]
"""By name: [killed, made]."""

_ON_REQUEST = {"covered", "lines_covered", "branches_covered"}  # not in a file where they are not asked for


@dataclass(slots=True)
class Statistics:
    """Counts over responses.

    Attributes:
        read: Rows read.
        kept: Responses that were accepted.
        instructions: Groups of rows.
        with_accepted: Those with a response that was accepted.
        passed: Responses that passed their own tests, whatever these show.
        asserts, asserts_reached: Assertions in the tests of all responses, and those evaluated.
        rejects: Rows not accepted, by outcome (``rejected``, ``failed``) and reason.
        forms: Responses by the verdict's form.
        tautologies: Assertions that show nothing, by kind.
        stubs, mutants: By name and by kind: how many the tests refused, and how many there were. Not by what
            way they were refused: what fails after a while is sometimes timed out.
        covered: Responses whose coverage is known (``measured``), and all others that were judged
            (``not-measured``).
        lines_covered, branches_covered: Instructions by the mean share that the tests of their responses
            reach, rounded: what a mean and its interval need, in bounded room.
    """

    read: int = 0
    kept: int = 0
    instructions: int = 0
    with_accepted: int = 0
    passed: int = 0
    asserts: int = 0
    asserts_reached: int = 0
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    tautologies: Counter[str] = field(default_factory=Counter)
    stubs: Pairs = field(default_factory=dict)
    mutants: Pairs = field(default_factory=dict)
    covered: Counter[str] = field(default_factory=Counter)
    lines_covered: Counter[str] = field(default_factory=Counter)
    branches_covered: Counter[str] = field(default_factory=Counter)

    def add(self, made: Validation) -> None:
        """Count one response that was judged; what becomes of its row is counted by whoever writes it."""
        tried = made.tried
        self.passed += tried.verdict.passed
        self.asserts += len(tried.asserts)
        self.asserts_reached += len(tried.reached)
        self.forms[tried.verdict.form] += 1
        self.tautologies.update(each.kind for each in made.found)
        for name, killed in tried.stubs.items():
            _add(self.stubs, name, killed=killed)
        for kill in made.kills:
            _add(self.mutants, kill.mutant.kind, killed=kill.killed)

    def add_coverage(self, made: Sequence[Validation]) -> None:
        """Count the coverage of one instruction's responses, where it was asked for."""
        found = [each.coverage for each in made if each.coverage is not None]
        self.covered.update({"measured": len(found), "not-measured": len(made) - len(found)})
        for name, counts in (("lines", self.lines_covered), ("branches", self.branches_covered)):
            shares = [each.shares[name] for each in found if name in each.shares]
            if shares:
                counts[f"{sum(shares) / len(shares):.4f}"] += 1

    @property
    def killed(self) -> int:
        """Mutants that tests refused."""
        return sum(killed for killed, _ in self.mutants.values())

    @property
    def made(self) -> int:
        """Mutants that were run."""
        return sum(made for _, made in self.mutants.values())

    def to_json(self) -> dict[str, Any]:
        """Everything counted, in a fixed order; ``from_json`` gives it back."""
        counts: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in _ON_REQUEST and not value:
                continue
            if each.name == "rejects":
                value = [
                    [outcome, reason, value[outcome, reason]] for outcome, reason in sorted(value, key=_order)
                ]
            elif isinstance(value, dict):
                value = dict(sorted(value.items()))
            counts[each.name] = value
        return counts

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` gave, before or after a trip through JSON text."""
        made = cls()
        for each in fields(made):
            if each.name in _ON_REQUEST and each.name not in counts:
                continue
            value = counts[each.name]
            if each.name == "rejects":
                value = Counter({(outcome, reason): n for outcome, reason, n in value})
            elif isinstance(getattr(made, each.name), Counter):
                value = Counter(value)
            elif isinstance(value, dict):
                value = {name: list(pair) for name, pair in value.items()}
            setattr(made, each.name, value)
        return made


def _order(reject: tuple[str, str]) -> tuple[str, int, str]:
    """Give a reject's place: what cannot be read first, then the rules as they are tried."""
    outcome, reason = reject
    return outcome, RULES.index(reason) + 1 if reason in RULES else 0, reason


def _add(pairs: Pairs, name: str, *, killed: bool) -> None:
    pair = pairs.setdefault(name, [0, 0])
    pair[0] += killed
    pair[1] += 1
