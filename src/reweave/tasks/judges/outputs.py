"""Judging by what calls return, where the file says what is right: APPS's problems that name a function.

A tuple is as good as a list, since the file's JSON cannot tell them apart; floats agree within ``TOLERANCE``,
absolute or relative.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from reweave.sandbox import Call, CallsJob, CallsResult, Job, Limits, Raised, Returned, Run
from reweave.sandbox.judge.scalars import simplified
from reweave.sandbox.judge.verdicts import shown
from reweave.tasks.task import Informed, Scored, scored

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsJudge(Informed):
    """Compares what calls return with what is accepted.

    Args:
        entry: An expression that gives the callable, such as ``Solution().two_sum``.
        inputs: Positional arguments, one tuple a call.
        accepted: For each call, the answers that are right.
        limits: What one program may use; None for the sandbox's own.
    """

    entry: str
    inputs: tuple[tuple[Any, ...], ...]
    accepted: tuple[tuple[Any, ...], ...]
    limits: Limits | None = None

    @property
    def problem(self) -> str | None:
        """Nothing is in the way."""
        return None

    def jobs(self, program: str) -> Sequence[Job]:
        """Give the one job."""
        return (CallsJob(program, [Call(self.entry, inputs) for inputs in self.inputs], limits=self.limits),)

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Compare each answer; the first that is wrong is named."""
        [run] = cast("Sequence[CallsResult]", runs)
        if run.reason != "passed":
            return scored("data", run.reason, run.detail, runs)
        for inputs, outcome, accepted in zip(self.inputs, run.calls, self.accepted, strict=True):
            what = f"{self.entry}({', '.join(map(shown, inputs))})"
            if isinstance(outcome, Raised):
                return scored(
                    "data", "failed", f"{what} raised {outcome.type}: {outcome.message[:200]}", runs
                )
            if not isinstance(outcome, Returned):
                return scored("data", "failed", f"{what} gave what does not cross: {outcome}"[:1000], runs)
            if not any(_same(simplified(outcome.value), answer) for answer in accepted):
                told = f"gave {shown(outcome.value)}, not {shown(accepted[0])}"
                return scored("data", "failed", f"{what} {told}", runs)
        return scored("data", "passed", "", runs)

    def describe(self) -> str:
        """Give the calls and what is accepted."""
        return "\n".join(
            f"{self.entry}({', '.join(map(shown, inputs))}) == {' or '.join(map(shown, accepted))}"
            for inputs, accepted in zip(self.inputs, self.accepted, strict=True)
        )


def _same(answer: Any, expected: Any) -> bool:
    if isinstance(answer, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(answer) == len(expected) and all(map(_same, answer, expected))
    if isinstance(answer, dict) and isinstance(expected, dict):
        answer = {str(key): value for key, value in answer.items()}  # JSON's keys are texts
        expected = {str(key): value for key, value in expected.items()}
        return answer.keys() == expected.keys() and all(_same(answer[key], expected[key]) for key in answer)
    if isinstance(answer, float) and isinstance(expected, (int, float)):
        return math.isclose(answer, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(answer).__module__ == "builtins" and bool(answer == expected)
