"""Specifications for an ordinary function: what its tests' calls give it, and what comes of them.

The program must pass its tests. Then the calls are made in the sandbox, twice with other random numbers. A
specification is made of all calls (``ground.several``), a contract of each. Mutants of the program make the
same calls; which form is the first to reject one says what that form tells, as for grounded rows
(``trace.round_trip``).
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reweave.align.validate.judgement import judge
from reweave.align.validate.mutants import Mutant, mutants
from reweave.align.validate.rows import Response
from reweave.align.validate.timing import budget, timed
from reweave.errors import RowError
from reweave.ground import specs
from reweave.ground.bridge.calling import encoded, left, watched, why
from reweave.ground.bridge.calls import Made, calls_of
from reweave.ground.bridge.config import BridgeConfig
from reweave.ground.several import COLUMN, Values, spec_of
from reweave.ground.specs import Contract
from reweave.ground.trace.round_trip import FAILURE, FORMS, MISSED, NOT_RUN, UNCHANGED, RoundTrip, Tried
from reweave.ground.trace.rows import lasting
from reweave.ground.trace.stored import clean, encode
from reweave.sandbox import CallsJob, CallsResult, TestsJob, Verdict
from reweave.sandbox.works import Work

_TRIED = 4  # times as many calls are made as are kept: some raise, as they should
_LEAST = 64  # bytes a value may have


@dataclass(frozen=True, slots=True)
class Specified:
    """A function with its specifications.

    Attributes:
        made: The calls.
        runs: What went in and came out, one a call.
        contracts: Likewise.
        trip: What the specifications are worth.
    """

    made: Sequence[Made]
    runs: Sequence[tuple[Values, Values]]
    contracts: Sequence[Contract]
    trip: RoundTrip

    def columns(self, program: str, instruction: str, row_bytes: int) -> dict[str, Any]:
        """Give what is added to the row: all that a grounded row has, with ``traces`` for its values."""
        count = sum(len(inputs) + len(outputs) for inputs, outputs in self.runs)
        most = max(_LEAST, row_bytes // max(1, count))
        told = self.trip.columns()
        return {
            "context": "",
            "intent": instruction,
            "code": program,
            "function": self.made[0].call.entry,
            COLUMN: [
                {"inputs": _stored(inputs, most), "outputs": _stored(outputs, most)}
                for inputs, outputs in self.runs
            ],
            "specs": told["specs"],
            "contracts": [each.to_json() for each in self.contracts],
            "round_trip": told["round_trip"],
            "instructions": {
                form: f"{instruction.rstrip()}\n\n{text}".lstrip() for form, text in self.trip.texts.items()
            },
        }


def passing(
    name: str, program: str, tests: str, config: BridgeConfig
) -> Generator[Sequence[TestsJob], Sequence[Verdict], Verdict]:
    """Ask for a program's verdict by its tests, in the first form that can tell.

    Raises:
        RowError: ``tests-fail``, or ``harness-error``.
    """
    [made] = yield from judge([Response(name, program, tests)], config.judging, wrong=False)
    verdict = made.tried.verdict
    if verdict.reason == FAILURE:
        raise RowError(FAILURE, verdict.detail)
    if not verdict.passed:
        raise RowError("tests-fail", lasting(f"{verdict.reason}: {verdict.detail}"))
    return verdict


def specified(name: str, program: str, tests: str, config: BridgeConfig) -> Work[Specified]:
    """Specify a function.

    Args:
        name: The row's id.
        program: Source text.
        tests: Likewise.
        config: How.

    Raises:
        RowError: ``tests-fail``, ``no-calls``, ``calls-fail``, ``no-output``, ``not-deterministic``;
            ``harness-error``, which says nothing about the program.
    """
    yield from passing(name, program, tests, config)
    found = calls_of(program, tests, most=_TRIED * config.calls, seed=config.seed)
    if not found:
        raise RowError("no-calls", "the tests call no function of the program with arguments that are known")
    job = CallsJob(program, [watched(each) for each in found], seed=config.seed, limits=config.limits)
    results = yield [job, replace(job, seed=config.seed + 1)]
    for result in results:
        if result.reason == FAILURE:
            raise RowError(FAILURE, result.detail)
    first, second = (left(program, found, result) for result in results)
    kept = [place for place, outputs in enumerate(first) if outputs is not None][: config.calls]
    if not kept:
        raise RowError("calls-fail", lasting(why(results[0])))
    if encoded([first[place] for place in kept]) != encoded([second[place] for place in kept]):
        raise RowError("not-deterministic", "a call gives something else in the second run")
    made = [found[place] for place in kept]
    runs = [(found[place].inputs, first[place] or {}) for place in kept]
    if all(value is None for _, outputs in runs for value in outputs.values()):
        raise RowError("no-output", f"{made[0].call.entry} returns nothing and changes no argument")
    contracts = [specs.contract(inputs, outputs) for inputs, outputs in runs]
    trip = yield from _trip(program, made, runs, contracts, results[0].cpu_seconds, config)
    return Specified(made, runs, contracts, trip)


def _trip(
    program: str,
    made: Sequence[Made],
    runs: Sequence[tuple[Values, Values]],
    contracts: Sequence[Contract],
    seconds: float,
    config: BridgeConfig,
) -> Work[RoundTrip]:
    """Hold the contracts against the program itself, and against mutants of it."""
    own = _broken(runs, contracts, [outputs for _, outputs in runs])
    accepts: dict[str, bool] = {form: not own & {*FORMS[: at + 1]} for at, form in enumerate(FORMS)}
    texts: dict[str, str] = {form: spec_of(form, runs) for form in FORMS}
    tried: list[Tried] = []
    found = mutants(program, seed=config.seed, most=config.mutants) if config.mutants else []
    if found:
        calls = [watched(each) for each in made]
        jobs: Any = [CallsJob(each.program, calls, seed=config.seed) for each in found]
        results: Any = yield from timed(jobs, [budget(seconds)] * len(jobs), config.limits)
        tried = [
            Tried(each, _outcome(each, result, made, runs, contracts))
            for each, result in zip(found, results, strict=True)
        ]
    return RoundTrip(texts, contracts[0], accepts, tried)


def _outcome(
    mutant: Mutant,
    result: CallsResult,
    made: Sequence[Made],
    runs: Sequence[tuple[Values, Values]],
    contracts: Sequence[Contract],
) -> str:
    """Give the first form that rejects a mutant, by any of its calls."""
    if result.reason == FAILURE:
        return FAILURE
    outputs = [each for each in left(mutant.program, made, result) if each is not None]
    if len(outputs) < len(runs):
        return NOT_RUN
    if encoded(outputs) == encoded([each for _, each in runs]):
        return UNCHANGED
    broken = _broken(runs, contracts, outputs)
    return next((form for form in FORMS if form in broken), MISSED)


def _broken(
    runs: Sequence[tuple[Values, Values]], contracts: Sequence[Contract], outputs: Sequence[Values]
) -> set[str]:
    """Give the levels that outputs break, of any call."""
    return {
        violation.level
        for (inputs, _), contract, each in zip(runs, contracts, outputs, strict=True)
        for violation in contract.check(inputs, each)
    }


def _stored(values: Mapping[str, Any], most: int) -> dict[str, Any]:
    return {clean(name): encode(value, most) for name, value in values.items()}
