"""What every benchmark becomes: a task, and the judge that says whether a program solves it.

A judge gives jobs for the sandbox and reads what came of them. It starts nothing itself, so whoever scores
decides how many run at once. Nothing here knows a file format, a model or an estimate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from reweave.sandbox import Job, Limits, Run
from reweave.sandbox.results import Tier
from reweave.tasks.assemble import Completes, assemble

VerdictForm = Literal["data", "proxy", "in-process", "stdin", "none"]
"""How a verdict was reached: the sandbox's three forms, ``stdin`` for output, ``none`` where nothing ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What one program got on one task: the columns of ``verdicts.parquet`` that a judge knows.

    Args:
        passed: Whether the program solves the task.
        reason: One of the sandbox's reasons; ``harness-error`` says nothing about the program.
        form: ``data``, ``proxy`` and ``stdin`` cannot be forged by the program; ``in-process`` can.
        detail: One line for a person.
        seconds: Wall seconds, all runs together.
        cpu_seconds: CPU seconds, likewise.
        memory: Peak resident bytes of the largest process.
        tier: What held it; None where nothing ran.
        unsafe: True where it ran without isolation.
    """

    passed: bool
    reason: str
    form: VerdictForm
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0
    tier: Tier | None = None
    unsafe: bool = False


class Judge(Protocol):
    """Says whether a program solves a task."""

    @property
    def problem(self) -> str | None:
        """Why it cannot judge here (a compiler that is absent), None where it can. Then there are no jobs."""

    @property
    def limits(self) -> Limits | None:
        """What one run of a program may use; None for the sandbox's own."""

    def jobs(self, program: str) -> Sequence[Job]:
        """Give what to run for a program; no job depends on another's result.

        Raises:
            ValueError: The judge has yet to learn from the reference: see :func:`reweave.tasks.prepare`.
        """

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Give the verdict.

        Args:
            runs: What came of ``jobs(program)``, in their order.
        """

    def describe(self) -> str:
        """Give what a person should see of how it judges: the tests' text, or the like of it."""

    def questions(self, reference: str) -> Sequence[Job]:
        """Give what to run of the reference before anything can be judged; none for most judges."""

    def learnt(self, runs: Sequence[Run]) -> Self:
        """Give the judge that knows what came of ``questions``.

        Raises:
            RowError: The reference does not run.
        """


class Informed:
    """Part of a judge that has nothing to ask of the reference: its file says what is right."""

    __slots__ = ()

    def questions(self, reference: str) -> Sequence[Job]:  # noqa: ARG002 - as the protocol has it
        """Give nothing."""
        return ()

    def learnt(self, runs: Sequence[Run]) -> Self:  # noqa: ARG002 - likewise
        """Give the judge as it is."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One problem of a benchmark.

    Args:
        id: As the benchmark has it, such as ``HumanEval/0``.
        benchmark: Its name in ``BENCHMARKS``.
        prompt: What a base model continues.
        judge: Says whether a program solves it.
        entry_point: The name the tests check, where there is one.
        reference: A whole program that should pass, None where the benchmark has none.
        group: Tasks of one group are not independent of each other: their standard errors are clustered.
        stop: Sequences that usually end a completion.
        chat: The instruction for a chat model.
        libraries: Modules beyond the standard library that its tests or answers use, as far as known.
        language: ``python`` or another.
        completes: How an answer becomes a program: see :mod:`reweave.tasks.assemble`.
        wrong: Programs of the benchmark's own that must not pass, by name, such as the code before an edit.
    """

    id: str
    benchmark: str
    prompt: str
    judge: Judge
    entry_point: str | None = None
    reference: str | None = None
    group: str | None = None
    stop: tuple[str, ...] = ()
    chat: str = ""
    libraries: tuple[str, ...] = ()
    language: str = "python"
    completes: Completes = "prompt"
    wrong: tuple[tuple[str, str], ...] = ()

    def program(self, completion: str) -> str:
        """Give the program that is judged for a model's answer, out of which code was already taken."""
        return assemble(self.completes, self.prompt, completion, self.entry_point, self.language)


def scored(form: VerdictForm, reason: str, detail: str, runs: Sequence[Run]) -> Scored:
    """Give the verdict of several runs, with what they took together.

    Args:
        form: How it was reached.
        reason: ``passed`` or why not.
        detail: One line.
        runs: Those it rests on; none where nothing ran.
    """
    held: dict[str, Any] = {"tier": runs[0].tier, "unsafe": runs[0].unsafe} if runs else {}
    return Scored(
        passed=reason == "passed",
        reason=reason,
        form=form,
        detail=detail,
        seconds=sum(run.seconds for run in runs),
        cpu_seconds=sum(run.cpu_seconds for run in runs),
        memory=max((run.memory for run in runs), default=0),
        **held,
    )
