"""DS-1000's own protocol: a context that makes inputs, runs the answer on them, and compares the result.

The published context holds everything: it makes an input and the expected result, runs the answer in the
same process and compares. Here its text runs on the test side, where only ``exec`` is replaced: the context
with the answer in it is run by the code side, which gets the input and gives the result back. The
answer thus never shares a process with what is expected (the proxy form). Where a task's reference does not
pass like that (figures, models, what does not cross), it is judged as published, in one process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, cast

from reweave.sandbox import Form, Job, Limits, Run, TestsJob, Verdict
from reweave.sandbox.judge import forms
from reweave.tasks.task import Scored, scored

_MARK = "[insert]"

_CODE_SIDE = """
SOLUTION = {solution!r}

def solve(code, test_input):
    space = {{"test_input": test_input, "__name__": "__main__"}}
    exec(compile(code.replace({mark!r}, SOLUTION), "<answer>", "exec"), space)
    return space["result"]
"""

_TEST_SIDE = """
def exec(code, space):
    space["result"] = solve(code, space["test_input"])

{context}

test_execution({mark!r})
{string}
"""

_TOGETHER = """
{context}

test_execution(SOLUTION)
{string}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextJudge:
    """Runs an answer in its context.

    Args:
        context: Python source text that defines ``test_execution`` and perhaps ``test_string``.
        form: How, once that is settled.
        limits: What one answer may use.
    """

    context: str
    form: Form = "proxy"
    limits: Limits | None = None

    @property
    def problem(self) -> str | None:
        """Nothing is in the way."""
        return None

    def jobs(self, program: str) -> Sequence[Job]:
        """Give the one job."""
        return (self._job(program, self.form),)

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Give the verdict as the sandbox gave it."""
        [run] = cast("Sequence[Verdict]", runs)
        return scored(run.form, run.reason, run.detail, runs)

    def describe(self) -> str:
        """Give the context."""
        return self.context

    def questions(self, reference: str) -> Sequence[Job]:
        """Give the reference in both forms."""
        return [self._job(reference, form) for form in ("proxy", "in-process")]

    def learnt(self, runs: Sequence[Run]) -> Self:
        """Give the judge whose form is settled; in process where the reference passes in none."""
        verdicts = {run.form: run for run in cast("Sequence[Verdict]", runs)}
        return replace(self, form=forms.settle(verdicts) or "in-process")

    def _job(self, program: str, form: Form) -> TestsJob:
        # Only the answer's text is looked at here: which words it uses
        string = f"test_string({program!r})" if "def test_string(" in self.context else ""
        side = _TEST_SIDE if form == "proxy" else _TOGETHER
        return TestsJob(
            _CODE_SIDE.format(solution=program, mark=_MARK),
            side.format(context=self.context, mark=_MARK, string=string),
            form=form,
            limits=self.limits,
        )
