"""The machine-checkable contract beside a specification: what it claims, and what a program's outputs break.

A contract has three levels, one a form of specification: ``type`` holds what TypeDesc says, ``summary`` what
the I/O Summary says as well, ``example`` also the values that the I/O Example shows. So the share of wrong
programs that each level rejects is what its form tells. A contract accepts what it was made from, and what a
level rejects the next one rejects too.

What it cannot see is what the texts do not say: widths of numbers, rows left out of an example, order of what
has none, outputs beyond the first ``clauses.MOST``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from reweave.errors import InputError
from reweave.ground.specs import telling
from reweave.ground.specs.clauses import CLAIMS, LEVELS, Clause, Level, found, views
from reweave.ground.specs.views import View, view

VERSION = 1


@dataclass(frozen=True, slots=True)
class Violation:
    """A claim that does not hold.

    Args:
        level: The first form that tells the claim.
        output: The variable.
        claim: The sort of claim.
        words: What was expected, for a person.
    """

    level: Level
    output: str
    claim: str
    words: str

    def __str__(self) -> str:
        return f"{self.output}: {self.words}"


@dataclass(frozen=True, slots=True)
class Contract:
    """What is claimed of some outputs.

    Args:
        clauses: The claims.
        outputs: The variables that must be there.
        level: The highest level among them.
    """

    clauses: tuple[Clause, ...]
    outputs: tuple[str, ...]
    level: Level = "example"

    def at(self, level: Level) -> Self:
        """Give the contract of a form of specification: what it tells and no more."""
        kept = tuple(clause for clause in self.clauses if LEVELS.index(clause.level) <= LEVELS.index(level))
        lower = min(LEVELS.index(level), LEVELS.index(self.level))
        return type(self)(kept, self.outputs, LEVELS[lower])

    def check(self, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> list[Violation]:
        """Give what the outputs break, in the order of the clauses; nothing where they are accepted.

        Args:
            inputs: The variables as they were before.
            outputs: The variables afterwards; others than the contract's do not count.
        """
        looked, there = views(inputs), {str(name): value for name, value in outputs.items()}
        seen: dict[str, View] = {name: view(there[name]) for name in self.outputs if name in there}
        broken = [
            Violation("type", name, "there", "expected, and not there")
            for name in self.outputs
            if name not in there
        ]
        for clause in self.clauses:
            if clause.output not in seen:
                continue
            value = there[clause.output]
            try:
                holds = CLAIMS[clause.claim].holds(value, seen[clause.output], looked, clause.told)
            except Exception:  # noqa: BLE001 - a class of anyone's, or an input that is gone: it does not hold
                holds = False
            if not holds:
                words = f"expected {telling.claim(clause, self.clauses)}"
                broken.append(Violation(clause.level, clause.output, clause.claim, words))
        return broken

    def to_json(self) -> dict[str, Any]:
        """Give the contract as JSON."""
        claims = [[clause.output, clause.claim, clause.told] for clause in self.clauses]
        return {"version": VERSION, "level": self.level, "outputs": list(self.outputs), "claims": claims}

    @classmethod
    def from_json(cls, content: Mapping[str, Any] | str | bytes) -> Self:
        """Give the contract of JSON.

        Raises:
            InputError: It is none, or of another version.
        """
        try:
            read = json.loads(content) if isinstance(content, (str, bytes)) else content
            if read["version"] != VERSION:
                raise InputError(f"a contract of version {read['version']!r}; this reweave reads {VERSION}")
            if read["level"] not in LEVELS:
                raise InputError(f"no level {read['level']!r} in a contract; there are {', '.join(LEVELS)}")
            clauses = tuple(_clause(*each) for each in read["claims"])
            return cls(clauses, tuple(map(str, read["outputs"])), read["level"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"not a contract: {type(error).__name__}: {error}") from None


def contract(inputs: Mapping[str, Any], outputs: Mapping[str, Any], level: Level = "example") -> Contract:
    """Give the contract of traced values. Never raises, and is bounded whatever the values.

    Args:
        inputs: Variables before the program ran, copied then.
        outputs: Variables that it made or changed.
        level: The highest level that is claimed.
    """
    clauses = found(inputs, outputs)
    return Contract(tuple(clauses), _names(clauses, outputs)).at(level)


def _names(clauses: Iterable[Clause], outputs: Mapping[str, Any]) -> tuple[str, ...]:
    told = {clause.output for clause in clauses}
    return tuple(str(name) for name in outputs if str(name) in told)


def _clause(output: Any, claim: Any, told: Any) -> Clause:
    if claim not in CLAIMS:
        raise InputError(f"no claim {claim!r} is known; there are {', '.join(CLAIMS)}")
    return Clause(CLAIMS[claim].level, str(output), claim, told)
