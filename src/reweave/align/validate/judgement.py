"""What one instruction's responses are worth: verdicts, kills and agreement, asked for step by step.

A generator for ``stream``: it says what to run and is sent what came of it. It starts nothing itself, and
what it gives depends on nothing but the rows, the settings and the verdicts.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from reweave.align.validate import clusters, score
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.coverage import measured
from reweave.align.validate.forms import other_form
from reweave.align.validate.mutants import Mutant, defined, mutants, stubs
from reweave.align.validate.rows import Response
from reweave.align.validate.timing import budget, timed
from reweave.align.validate.validation import Kill, Validation
from reweave.align.validate.weaknesses import redefined, weaknesses
from reweave.parsing import parse_quietly
from reweave.sandbox import Form, TestsJob, Verdict
from reweave.sandbox.inside import assertions

Asking = Generator[Sequence[TestsJob], Sequence[Verdict], list[Validation]]

_NO_LOAD = {"syntax", "missing-module"}  # whatever the tests, it fails
_UNTRIED = {"syntax", "harness-error"}  # it is no program, or did not run


def judge(responses: Sequence[Response], config: ValidateConfig, *, wrong: bool = True) -> Asking:
    """Judge the responses of one instruction.

    Args:
        responses: In the order of their rows.
        config: The settings.
        wrong: Whether stubs and mutants are tried; else verdicts and agreement are all that is found.
    """
    verdicts = yield from _own_verdicts(responses, config)
    trials = [_Trial(response, verdict) for response, verdict in zip(responses, verdicts, strict=True)]
    asked = _Asked(config)
    for trial in trials if wrong else ():
        trial.ask(asked)
    table = _Table(trials, asked)
    answers = yield from timed(asked.jobs, asked.seconds, config.limits)
    vectors = table.vectors(answers)
    return [
        trial.validation(answers, agreement, table.of(vector))
        for trial, agreement, vector in zip(trials, clusters.agreements(vectors), vectors, strict=True)
    ]


def _own_verdicts(
    responses: Sequence[Response], config: ValidateConfig
) -> Generator[Sequence[TestsJob], Sequence[Verdict], list[Verdict]]:
    """Give each response's verdict by its own tests, in the first form that can tell."""
    verdicts = list((yield [_job(each, each.program, config) for each in responses]))
    while True:
        again = {
            index: form
            for index, (response, verdict) in enumerate(zip(responses, verdicts, strict=True))
            if (form := other_form(response, verdict, shared=config.in_process)) is not None
        }
        if not again:
            return verdicts
        asked = [_job(responses[i], responses[i].program, config, form) for i, form in again.items()]
        for index, verdict in zip(again, (yield asked), strict=True):
            verdicts[index] = verdict


class _Asked:
    """What is still to be run for an instruction, each with the CPU seconds it gets."""

    def __init__(self, config: ValidateConfig) -> None:
        self.config = config
        self.jobs: list[TestsJob] = []
        self.seconds: list[float] = []

    def add(
        self,
        response: Response,
        program: str,
        form: Form | Literal["auto"],
        cpu_seconds: float,
        *,
        coverage: bool = False,
    ) -> int:
        """Ask for a program's verdict by a response's tests; give the answer's place."""
        self.jobs.append(replace(_job(response, program, self.config, form), coverage=coverage))
        self.seconds.append(budget(cpu_seconds))
        return len(self.jobs) - 1


class _Trial:
    """One response, its verdict, and the wrong programs made of it."""

    def __init__(self, response: Response, verdict: Verdict) -> None:
        names = defined(response.program)
        self.response = response
        self.verdict = verdict
        self.found = tuple(weaknesses(response.tests, names))
        self.tried = score.Tried(
            verdict=verdict,
            redefined=frozenset(redefined(response.tests, names)),
            asserts=frozenset(_asserts(response.tests)),
            weak=frozenset(each.line for each in self.found),
        )
        self.stubs: dict[str, int] = {}
        self.mutants: list[tuple[Mutant, int]] = []
        self.covering: int | None = None

    @property
    def form(self) -> Form | Literal["auto"]:
        """The form in which the tests can tell right from wrong, where that is known."""
        return self.verdict.form if self.verdict.passed else "auto"

    def ask(self, asked: _Asked) -> None:
        """Ask for the stubs and mutants, where the response has passed tests that assert something."""
        if not self.tried.shows:
            return
        config, program, verdict = asked.config, self.response.program, self.verdict
        # In the form the response was judged in: no wrong program chooses another
        more = (verdict.form, verdict.cpu_seconds)
        self.stubs = {name: asked.add(self.response, stub, *more) for name, stub in stubs(program).items()}
        self.mutants = [
            (mutant, asked.add(self.response, mutant.program, *more))
            for mutant in mutants(program, seed=config.seed, most=config.mutants)
        ]
        if config.coverage:  # of a verdict that is known: what this run says can change none
            self.covering = asked.add(self.response, program, *more, coverage=True)

    def validation(
        self, answers: Sequence[Verdict], agreement: clusters.Agreement, cross: Mapping[str, bool]
    ) -> Validation:
        """Put together what came of it all."""
        kills = [Kill(mutant, answers[place].reason) for mutant, place in self.mutants]
        kills = [kill for kill in kills if kill.reason not in _UNTRIED]
        tried = replace(
            self.tried,
            stubs={
                name: not answers[place].passed
                for name, place in self.stubs.items()
                if answers[place].reason not in _UNTRIED
            },
            killed=sum(kill.killed for kill in kills),
            mutants=len(kills),
        )
        coverage = None
        if self.covering is not None:
            coverage = measured(self.response.program, answers[self.covering])
        return Validation(self.response, tried, tuple(kills), self.found, agreement, cross, coverage)


class _Table:
    """Every program of an instruction against the tests of every response."""

    def __init__(self, trials: Sequence[_Trial], asked: _Asked) -> None:
        self.trials = trials
        own = {(each.response.program, each.response.tests): each.verdict for each in trials}
        by_tests = {each.response.tests: each for each in reversed(trials)}
        programs = [each for each in dict.fromkeys(pair[0] for pair in own) if _loads(each, own)]
        good: dict[str, bool] = {}
        for each in trials:
            if not each.tried.empty:
                good[each.response.tests] = good.get(each.response.tests, False) or each.verdict.passed
        self.chosen = clusters.columns(good, max(len(programs), 1), asked.config.cross_calls)
        slowest = max((verdict.cpu_seconds for verdict in own.values() if verdict.passed), default=0.0)
        self.known = {pair: verdict.passed for pair, verdict in own.items()}
        self.places = {
            (program, tests): asked.add(by_tests[tests].response, program, by_tests[tests].form, slowest)
            for program in programs
            for tests in self.chosen
            if (program, tests) not in self.known
        }

    def vectors(self, answers: Sequence[Verdict]) -> list[tuple[bool, ...]]:
        """Give which of the chosen tests each response's program passes."""
        known = self.known | {pair: answers[place].passed for pair, place in self.places.items()}
        return [
            tuple(known.get((each.response.program, tests), False) for tests in self.chosen)
            for each in self.trials
        ]

    def of(self, vector: Sequence[bool]) -> dict[str, bool]:
        """Give, by response id, whether a program passes that response's tests."""
        passes = dict(zip(self.chosen, vector, strict=True))
        ids = ((each.response.id, each.response.tests) for each in self.trials)
        return {name: passes[tests] for name, tests in ids if tests in passes}


def _loads(program: str, own: Mapping[tuple[str, str], Verdict]) -> bool:
    """Say whether a program is worth other tests: what does not compile fails them all."""
    return not any(verdict.reason in _NO_LOAD for (each, _), verdict in own.items() if each == program)


def _job(
    response: Response, program: str, config: ValidateConfig, form: Form | Literal["auto"] = "auto"
) -> TestsJob:
    return TestsJob(
        program, response.tests, response.entry_point, form, limits=config.limits, seed=config.seed
    )


def _asserts(tests: str) -> list[int]:
    try:
        lines: list[int] = assertions.lines(parse_quietly(tests))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return lines
