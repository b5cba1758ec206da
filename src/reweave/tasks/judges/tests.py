"""Judging by a test text: assertions, ``check(candidate)``, unittest classes.

The sandbox decides in which form the text can be run. Where that needs to be tried (tests that touch files,
frames or mocks), the reference decides once for the task: the first form in which it passes, so that no
program under test moves its own form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, cast

from reweave.sandbox import Form, Job, Limits, Run, TestsJob, Verdict
from reweave.sandbox.judge import forms
from reweave.tasks.judges.values import SLOWER
from reweave.tasks.task import Scored, scored


@dataclass(frozen=True, slots=True, kw_only=True)
class TextJudge:
    """Runs a test text on a program.

    Args:
        tests: Python source text.
        entry_point: The name the tests check.
        form: As in ``TestsJob``; ``settle`` for the first in which the reference passes.
        limits: What one program may use; None for the sandbox's own. Where the form is settled, its wall
            seconds grow with the reference's.
        patient: The same for the reference while its form is settled.
    """

    tests: str
    entry_point: str | None = None
    form: Form | Literal["auto", "settle"] = "auto"
    limits: Limits | None = None
    patient: Limits | None = None

    @property
    def problem(self) -> str | None:
        """Nothing is in the way."""
        return None

    def jobs(self, program: str) -> Sequence[Job]:
        """Give the one job: the program and its tests."""
        # What was not settled, for want of a reference that passes, is the sandbox's own choice
        form: Form | Literal["auto"] = "auto" if self.form == "settle" else self.form
        return (self._job(program, form, self.limits),)

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Give the verdict as the sandbox gave it."""
        [run] = cast("Sequence[Verdict]", runs)
        return scored(run.form, run.reason, run.detail, runs)

    def describe(self) -> str:
        """Give the test text."""
        return self.tests

    def questions(self, reference: str) -> Sequence[Job]:
        """Give the reference in each form the tests may be run in, where the form is to be settled."""
        if self.form != "settle":
            return ()
        first = forms.choose(self.tests, self.entry_point)
        tried = forms.ORDER[forms.ORDER.index(first) :]
        return [self._job(reference, form, self.patient or self.limits) for form in tried]

    def learnt(self, runs: Sequence[Run]) -> Self:
        """Give the judge whose form is settled, where the reference passed in one."""
        if self.form != "settle":
            return self
        verdicts = {run.form: run for run in cast("Sequence[Verdict]", runs)}
        form = forms.settle(verdicts)
        if form is None:
            return replace(self, form="auto")
        limits = self.limits
        if limits is not None:
            limits = replace(limits, wall=max(limits.wall, SLOWER * verdicts[form].seconds))
        return replace(self, form=form, limits=limits)

    def _job(self, program: str, form: Form | Literal["auto"], limits: Limits | None) -> TestsJob:
        return TestsJob(program, self.tests, self.entry_point, form, limits=limits)
