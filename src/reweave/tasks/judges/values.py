"""Judging by values: what calls return is compared with what the reference returns for the same inputs.

This is how HumanEval+ and MBPP+ are published: inputs without expected outputs. The reference is run once, in
the sandbox (:func:`reweave.tasks.prepare`); a program never sees what is expected of it.

Where this differs from EvalPlus: all calls share one process and one time limit (there, each call has its
own of at least 4 seconds), and every call has fresh copies of its inputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, cast

from reweave.errors import RowError
from reweave.sandbox import Call, CallsJob, CallsResult, Job, Limits, NotReached, Raised, Returned, Run
from reweave.sandbox.judge.verdicts import shown
from reweave.tasks.judges import oracles
from reweave.tasks.judges.closeness import close, tolerance
from reweave.tasks.task import Scored, scored

SLOWER = 4.0  # times the reference's seconds that a program may take


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesJudge:
    """Compares what calls return.

    Args:
        entry_point: What is called.
        inputs: Positional arguments, one sequence a call.
        atol: Absolute tolerance of floats.
        base: How many of the inputs are the original benchmark's; the rest are EvalPlus's.
        expected: What the reference returned, one a call; None before it was asked.
        family: Whose special rules hold (:mod:`reweave.tasks.judges.oracles`), None for none.
        limits: What one program may use; its wall seconds grow with the reference's.
        patient: What the reference may use.
    """

    entry_point: str
    inputs: Sequence[Sequence[Any]]
    atol: float = 0.0
    base: int = 0
    expected: tuple[Any, ...] | None = None
    family: oracles.Family | None = None
    limits: Limits
    patient: Limits

    @property
    def problem(self) -> str | None:
        """Nothing is in the way."""
        return None

    def jobs(self, program: str) -> Sequence[Job]:
        """Give the one job: every input, one call each."""
        if self.expected is None:
            raise ValueError(
                f"what {self.entry_point} should return is not known yet: prepare([task], box) asks the"
                " reference"
            )
        return (self._job(program, self.limits),)

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Compare each answer; the first that is wrong is named."""
        [run] = cast("Sequence[CallsResult]", runs)
        if run.reason != "passed":
            reached = sum(not isinstance(call, NotReached) for call in run.calls)
            detail = f"{run.detail} (after {reached} of {len(self.inputs)} inputs)"
            return scored("data", run.reason, detail, runs)
        assert self.expected is not None
        atol = self.atol
        for number, (inputs, outcome, expected) in enumerate(
            zip(self.inputs, run.calls, self.expected, strict=True)
        ):
            if number == self.base:  # EvalPlus judges the two sets one after the other
                atol = self.atol
            what = f"input {number} of {len(self.inputs)}, {self.entry_point}{_arguments(inputs)}"
            if isinstance(outcome, Raised):
                told = f"raised {outcome.type}: {outcome.message[:200]}"
                return scored("data", "failed", f"{what} {told}", runs)
            if not isinstance(outcome, Returned):
                return scored("data", "failed", f"{what} gave what does not cross: {outcome}"[:1000], runs)
            right = self.family and oracles.accepts(
                self.family, self.entry_point, inputs, outcome.value, expected, atol
            )
            atol = tolerance(atol, expected)
            if right is None:
                right = close(outcome.value, expected, atol)
            if not right:
                told = f"gave {shown(outcome.value)}, not {shown(expected)}"
                return scored("data", "failed", f"{what} {told}", runs)
        return scored("data", "passed", "", runs)

    def describe(self) -> str:
        """Give the calls, with what is expected of them where that is known."""
        lines = []
        for number, inputs in enumerate(self.inputs):
            line = f"{self.entry_point}{_arguments(inputs)}"
            lines.append(line if self.expected is None else f"{line} == {shown(self.expected[number])}")
        return "\n".join(lines)

    def questions(self, reference: str) -> Sequence[Job]:
        """Give the reference with every input, where it was not asked yet."""
        return () if self.expected is not None else (self._job(reference, self.patient),)

    def learnt(self, runs: Sequence[Run]) -> Self:
        """Give the judge that knows what to expect.

        Raises:
            RowError: The reference did not come to its end, or gave what does not cross.
        """
        if self.expected is not None:
            return self
        [run] = cast("Sequence[CallsResult]", runs)
        if run.reason != "passed":
            raise RowError("reference-fails", f"the reference {run.reason}: {run.detail}")
        expected = []
        for inputs, outcome in zip(self.inputs, run.calls, strict=True):
            if not isinstance(outcome, Returned):
                what = f"{self.entry_point}{_arguments(inputs)}: {outcome}"
                raise RowError("reference-fails", f"the reference gave no value: {what}"[:1000])
            expected.append(outcome.value)
        wall = max(self.limits.wall, SLOWER * run.seconds)
        return replace(self, expected=tuple(expected), limits=replace(self.limits, wall=wall))

    def _job(self, program: str, limits: Limits) -> CallsJob:
        entry = oracles.entry(self.family, self.entry_point)
        return CallsJob(program, [Call(entry, inputs) for inputs in self.inputs], limits=limits)


def _arguments(inputs: Sequence[Any]) -> str:
    return f"({', '.join(map(shown, inputs))})"
