"""A job under way: what to run for it, and what its answer is once that has run."""

import marshal
import operator
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from reweave.errors import MissingExtraError
from reweave.sandbox import arrays
from reweave.sandbox.inside import channel, plain, values
from reweave.sandbox.jobs import Call, CallsJob, CellsJob, Form, Job, Limits, StdinJob, TestsJob
from reweave.sandbox.judge import cells as judge_cells
from reweave.sandbox.judge import data_form, forms, verdicts
from reweave.sandbox.outcome import ended_by_limit, ended_early, observed
from reweave.sandbox.results import (
    CallOutcome,
    CallsResult,
    CellsResult,
    NotPlain,
    Returned,
    Run,
    StdinResult,
    Tier,
    Verdict,
)
from reweave.sandbox.ring import Raw, Request

Finish = Callable[[Raw], "Run | Step"]
"""Takes what was observed; gives the result, or what must run next before there is one."""

Step = tuple[Request, Finish]

_ASSERTING = ("assert", "raises", "warns", "deprecated_call")  # no assertion is written without one of these


class Tasks:
    """Turns jobs into requests and what came of them into results, for one sandbox.

    Args:
        tier: What holds the samples; every result says so.
        limits: For jobs that bring none.
    """

    def __init__(self, tier: Tier, limits: Limits) -> None:
        self.limits = limits
        self.stamp: dict[str, Any] = {"tier": tier, "kernel": platform.release(), "unsafe": tier == "none"}

    def broken(self, job: Job, error: Exception) -> Run:
        """Give the result of a job whose answer could not be read because of a defect on this side."""
        common: dict[str, Any] = {"limits": job.limits or self.limits, "tag": job.tag, **self.stamp}
        common |= {"reason": "harness-error", "detail": f"a defect in reweave: {error!r}"}
        if isinstance(job, TestsJob):
            return Verdict(form="data" if job.form == "auto" else job.form, **common)
        kind: Any = {CallsJob: CallsResult, StdinJob: StdinResult, CellsJob: CellsResult}[type(job)]
        answer: Run = kind(**common)
        return answer

    def start(self, job: Job) -> Step:
        """Give the first request of a job, and the function that takes what came of it."""
        limits = job.limits or self.limits
        body: dict[str, Any]
        if isinstance(job, TestsJob):
            return self._tests(job, limits)
        if isinstance(job, CallsJob):
            body = {"kind": "calls", "program": job.program, "calls": _packed(job.calls)}
            finish: Finish = lambda raw: self._finish_calls(job, limits, raw)  # noqa: E731
            return self._request(body, limits, job.seed), finish
        if isinstance(job, StdinJob):
            body = {"kind": "stdin", "program": job.program}
            request = replace(
                self._request(body, limits, job.seed), stdin=job.input.encode("utf-8", "surrogateescape")
            )
            return request, lambda raw: self._finish_stdin(job, limits, raw)
        body = {
            "kind": "cells",
            "cells": list(job.cells),
            "inputs": values.PLAIN + plain.encode(dict(job.inputs), limit=1 << 31, items=1 << 40),
            "capture": None if job.capture is None else list(job.capture),
            "files": dict(job.files),
        }
        return self._request(body, limits, job.seed), lambda raw: self._finish_cells(job, limits, raw)

    @staticmethod
    def _request(body: dict[str, Any], limits: Limits, seed: int) -> Request:
        return Request(marshal.dumps(body, 4), limits, operator.index(seed))

    # -- tests ---------------------------------------------------------------------------------------------

    def _tests(self, job: TestsJob, limits: Limits) -> Step:
        form: Form = job.form if job.form != "auto" else forms.choose(job.tests, job.entry_point)
        if form == "data":
            return self._data(job, limits)
        tests = {"tests": job.tests, "entry_point": job.entry_point, **_coverage(job)}
        if form == "proxy":
            program = marshal.dumps({"kind": "code-side", "program": job.program, **_coverage(job)}, 4)
            request = replace(
                self._request({"kind": "test-side", **tests}, limits, job.seed), program=program
            )
        else:
            request = self._request({"kind": "in-process", "program": job.program, **tests}, limits, job.seed)
        return request, lambda raw: self._finish_tests(job, limits, form, raw)

    def _data(self, job: TestsJob, limits: Limits) -> Step:
        plan, calls = _planned(job.tests, job.entry_point)
        if plan is not None and plan.drawn and job.seed:
            plan, calls = _planned(job.tests, job.entry_point, job.seed)
        if plan is None:
            raise ValueError(
                "these tests are not all equality tests on plain data: use form='proxy' or 'auto'"
            )
        body: dict[str, Any] = {"kind": "calls", "program": job.program, "calls": calls, **_coverage(job)}
        if plan.earlier:
            body["earlier"] = plan.earlier
        count = len(plan.assertions)

        def finish(raw: Raw) -> Run:
            reason, detail, outcomes = self._outcomes(len(plan.calls), limits, raw)
            reached = 0
            if reason == "passed":
                reason, detail, reached = verdicts.judge_data(plan, outcomes)
            lines = tuple(sorted({check.line for check in plan.assertions[:reached]}))
            points = _points(job, raw, len(plan.calls))
            return self._verdict(job, limits, raw, reason, detail, "data", reached, count, lines, points)

        return self._request(body, limits, job.seed), finish

    def _finish_tests(self, job: TestsJob, limits: Limits, form: Form, raw: Raw) -> Run | Step:
        # One line's note for each assertion at most, then the end
        most = sum(map(job.tests.count, _ASSERTING))
        reached, payloads = channel.read(raw.result, 1 + most)
        ended: tuple[Any, str] | None = ended_by_limit(raw, limits)
        if ended is None:
            said = verdicts.read_test_end(payloads)
            ended = ended_early(raw) if said is None else said
        reason, detail = ended
        if reason == "needs-in-process":
            # The test side's word alone is not enough: the program can steer which way the tests go.
            if job.form == "auto" and forms.needs_in_process(job.tests, job.entry_point):
                return self._tests(replace(job, form="in-process"), limits)
            reason, detail = "failed", f"{detail}; form='in-process' can run these tests"
        lines = verdicts.read_lines(payloads)
        points = _points(job, raw, most)
        return self._verdict(job, limits, raw, reason, detail, form, reached, None, lines, points)

    def _verdict(
        self,
        job: TestsJob,
        limits: Limits,
        raw: Raw,
        reason: Any,
        detail: str,
        form: Form,
        reached: int,
        assertions: int | None,
        lines: tuple[int, ...],
        points: tuple[int, ...] | None,
    ) -> Verdict:
        return Verdict(
            reason=reason,
            detail=detail,
            form=form,
            reached=reached,
            assertions=assertions,
            lines=lines,
            points=points,
            limits=limits,
            tag=job.tag,
            **observed(raw),
            **self.stamp,
        )

    # -- the others ----------------------------------------------------------------------------------------

    def _outcomes(self, count: int, limits: Limits, raw: Raw) -> tuple[Any, str, tuple[Any, ...]]:
        _, payloads = channel.read(raw.result, count + 1)
        outcomes, said = verdicts.read_calls(payloads, count, plain.items_in(limits.result))
        ended = ended_by_limit(raw, limits) or said or ended_early(raw)
        return ended[0], ended[1], outcomes

    def _finish_calls(self, job: CallsJob, limits: Limits, raw: Raw) -> CallsResult:
        reason, detail, outcomes = self._outcomes(len(job.calls), limits, raw)
        outcomes = tuple(map(_with_arrays, outcomes))
        return CallsResult(
            reason=reason,
            detail=detail,
            calls=outcomes,
            limits=limits,
            tag=job.tag,
            **observed(raw),
            **self.stamp,
        )

    def _finish_stdin(self, job: StdinJob, limits: Limits, raw: Raw) -> StdinResult:
        _, payloads = channel.read(raw.result, 2)
        status, said = verdicts.read_exit(payloads)
        reason: Any
        reason, detail = ended_by_limit(raw, limits) or said or ended_early(raw)
        return StdinResult(
            reason=reason,
            detail=detail,
            exit_status=status,
            limits=limits,
            tag=job.tag,
            **observed(raw),
            **self.stamp,
        )

    def _finish_cells(self, job: CellsJob, limits: Limits, raw: Raw) -> CellsResult:
        _, payloads = channel.read(raw.result, len(job.cells) + 1)
        cells = judge_cells.read_cells(payloads, len(job.cells))
        said = verdicts.read_test_end(payloads[-1:])
        reason: Any
        reason, detail = ended_by_limit(raw, limits) or said or ended_early(raw)
        return CellsResult(
            reason=reason,
            detail=detail,
            cells=cells,
            limits=limits,
            tag=job.tag,
            **observed(raw),
            **self.stamp,
        )


def _coverage(job: TestsJob) -> dict[str, bool]:
    """Give what a sample's body says of coverage: nothing where nobody asks."""
    return {"coverage": True} if job.coverage else {}


def _points(job: TestsJob, raw: Raw, before: int) -> tuple[int, ...] | None:
    """Give what the program says it has reached, behind the end; before that are at most so many frames."""
    if not job.coverage:
        return None
    _, payloads = channel.read(raw.result, before + 2)
    return verdicts.read_points(payloads, len(job.program))


def _with_arrays(outcome: CallOutcome) -> CallOutcome:
    if not isinstance(outcome, Returned):
        return outcome
    try:
        return Returned(arrays.unpack(outcome.value))
    except plain.BadData as error:
        return NotPlain(f"no array: {error}")
    except MissingExtraError as error:
        return NotPlain(str(error))


@lru_cache(maxsize=2048)
def _planned(tests: str, entry_point: str | None, seed: int = 0) -> tuple[data_form.DataPlan | None, bytes]:
    """Give a test text's plan and its calls as a sample reads them: the same for every sample of a task."""
    plan = data_form.plan(tests, entry_point, seed)
    return plan, b"" if plan is None else values.pack(_listed(plan.calls))


def _packed(calls: Sequence[Call]) -> bytes:
    return bytes(values.PLAIN + plain.encode(_listed(calls), limit=1 << 31, items=1 << 40))


def _listed(calls: Sequence[Call]) -> list[tuple[str, list[Any], dict[str, Any]]]:
    return [(call.entry, list(call.args), dict(call.kwargs)) for call in calls]
