"""The round trip: a specification must accept the program it was made from, and reject wrong ones.

Mutants of a candidate (``align.validate.mutants``'s, and the data-science ones of ``ground.mutators``) run
after its context, and their outputs are held against the candidate's contract. Which form of specification
is the first to reject a mutant says what that form tells beyond those before it: no model is asked. A mutant
that does not come to its end, and one whose outputs are the candidate's own, bit for bit, shows nothing and
is counted apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.align.validate.mutants import Mutant
from reweave.align.validate.mutants import mutants as general
from reweave.ground import mutators, specs
from reweave.ground.specs import Contract
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.names import names
from reweave.ground.trace.ran import Ran, bits, read
from reweave.ground.trace.tracing import Trace, job
from reweave.sandbox import CellsResult, Limits
from reweave.sandbox.works import Work

FORMS = specs.LEVELS
"""The forms that are compared, each telling more than those before it."""

NOT_RUN, UNCHANGED, MISSED, FAILURE = "not-run", "unchanged", "missed", "harness-error"
_SLOWER = 10  # times the candidate's CPU seconds


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one mutant.

    Attributes:
        mutant: The mutant.
        outcome: The first form that rejects it; or ``not-run``, ``unchanged``, ``missed``, ``harness-error``.
    """

    mutant: Mutant
    outcome: str

    def rejected(self, form: str) -> bool:
        """Say whether a form rejects it."""
        return self.outcome in FORMS[: FORMS.index(form) + 1]


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A candidate's specifications, and what they are worth.

    Attributes:
        texts: By form: the specification in words.
        contract: What can be checked.
        accepts: By form: whether the candidate itself is accepted.
        tried: The mutants.
    """

    texts: Mapping[str, str]
    contract: Contract
    accepts: Mapping[str, bool]
    tried: Sequence[Tried]

    @property
    def judged(self) -> int:
        """Mutants that ran and changed something."""
        return sum(each.outcome in {*FORMS, MISSED} for each in self.tried)

    def rejected(self, form: str) -> int:
        """How many of those a form rejects."""
        return sum(each.rejected(form) for each in self.tried)

    def columns(self) -> dict[str, Any]:
        """Give what is added to a row."""
        shares = {form: {"accepts": self.accepts[form], "rejected": self.rejected(form)} for form in FORMS}
        told = [
            {
                "kind": each.mutant.kind,
                "line": each.mutant.line,
                "what": each.mutant.what,
                "outcome": each.outcome,
            }
            for each in self.tried
        ]
        return {
            "specs": dict(self.texts),
            "contract": self.contract.to_json(),
            "round_trip": {"judged": self.judged, **shares, "mutants": told},
        }


def round_trip(
    context: str,
    program: str,
    made: Trace,
    config: TraceConfig,
    *,
    files: Mapping[str, bytes] | None = None,
) -> Work[RoundTrip]:
    """Specify a candidate's trace, and try what the specifications are worth.

    Args:
        context: What stands before the candidate.
        program: The candidate.
        made: Its trace.
        config: How mutants run, and how many.
        files: What lies in the folder where they run, by name.
    """
    contract = specs.contract(made.inputs, made.outputs)
    own = _levels(contract, made.inputs, made.outputs)
    accepts: dict[str, bool] = {form: not own & {*FORMS[: at + 1]} for at, form in enumerate(FORMS)}
    texts: dict[str, str] = {form: specs.spec_text(form, made.inputs, made.outputs) for form in FORMS}
    found = _mutants(program, made, config)
    tried: list[Tried] = []
    if found:
        cpu = max(1.0, math.ceil(_SLOWER * made.seconds))  # whole seconds are what the kernel counts
        limits = Limits(wall=config.wall, cpu=min(cpu, config.wall), memory=config.memory << 20)
        results = yield [job(context, each.program, config, limits=limits, files=files) for each in found]
        tried = [
            Tried(each, _outcome(each, result, made, contract))
            for each, result in zip(found, results, strict=True)
        ]
    return RoundTrip(texts, contract, accepts, tried)


def _mutants(program: str, made: Trace, config: TraceConfig) -> list[Mutant]:
    """Give both sorts of mutants, as many of each at most; equal texts once."""
    if not config.mutants:
        return []
    tables = [value for value in made.inputs.values() if hasattr(value, "columns")]
    labels = dict.fromkeys(label for table in tables for label in table.columns if isinstance(label, str))
    special = mutators.mutants(program, labels, seed=config.seed, most=config.mutants)
    seen = {each.program for each in special}
    others = general(program, seed=config.seed, most=config.mutants)
    return [*special, *(each for each in others if each.program not in seen)]


def _outcome(mutant: Mutant, result: CellsResult, made: Trace, contract: Contract) -> str:
    try:
        ran = read(result, names(mutant.program), wanted=tuple(made.outputs))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NOT_RUN
    if not isinstance(ran, Ran):
        return FAILURE if ran[0] == FAILURE else NOT_RUN
    if ran.outputs.keys() == made.outputs.keys() and all(
        bits(value) == bits(made.outputs[name]) for name, value in ran.outputs.items()
    ):
        return UNCHANGED
    broken = _levels(contract, made.inputs, ran.outputs)
    return next((form for form in FORMS if form in broken), MISSED)


def _levels(contract: Contract, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> set[str]:
    return {each.level for each in contract.check(inputs, outputs)}
