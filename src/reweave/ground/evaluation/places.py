"""What a benchmark's tasks are to a specification: where it stands in the prompt, and how answers run.

**DS-1000**: the specification ends the problem's text, before the code block. An answer runs as the reference
does that ``reweave ground trace ds1000`` reads: after the code block, within the function that is asked for.
**ARCADE**: it stands below the intent, as comments. An answer runs after the notebook's cells so far, beside
the files that they read.

A specification tells of the variables that a task asks for, not of all that its reference binds on the way:
an answer need not have these, and their names would give the reference away.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from reweave.errors import InputError, RowError
from reweave.ground.trace import plots
from reweave.ground.trace.benchmarks import ds1000
from reweave.ground.trace.names import names
from reweave.ground.trace.pair import Pair
from reweave.ground.trace.ran import OUT
from reweave.sandbox import CellsJob
from reweave.tasks import Task
from reweave.tasks.chat import instruction
from reweave.tasks.judges.cells import CellsJudge, folder_files
from reweave.tasks.judges.ds1000 import ContextJudge

HEADING = "Specification of inputs and outputs:"
"""Stands above a specification, in every form."""

_EXECUTED = re.compile(r'exec_context = r"""\n(.*?)"""', re.DOTALL)


class Place(Protocol):
    """What is said of a benchmark."""

    def pair(self, task: Task, program: str) -> Pair:
        """Give what runs before an answer, and what runs for it.

        Raises:
            RowError: The task has no place for one.
        """

    def asked(self, task: Task, outputs: Sequence[str]) -> tuple[str, ...]:
        """Give those of a reference's outputs that the task asks for; none where it left none of them."""

    def put(self, task: Task, spec: str) -> Task:
        """Give the task with a specification in its prompt; as it is where there is no text.

        Raises:
            RowError: ``no-place``.
        """

    def beside(self, job: CellsJob, task: Task) -> CellsJob:
        """Give a job with the files that the context reads."""


def place_of(task: Task) -> Place:
    """Give a benchmark's place.

    Raises:
        InputError: There is none for this benchmark.
    """
    if task.benchmark not in _PLACES:
        raise InputError(f"no specifications for {task.benchmark}; there are {', '.join(_PLACES)}")
    return _PLACES[task.benchmark]


class _DS1000:
    """See the module."""

    def pair(self, task: Task, program: str) -> Pair:
        judge: Any = task.judge
        assert isinstance(judge, ContextJudge)
        about = {"library": (task.group or "").partition("/")[0], "problem_id": task.id.rpartition("/")[2]}
        row = {"prompt": task.prompt, "code_context": judge.context, "reference_code": program}
        return ds1000({**row, "metadata": about})

    def asked(self, task: Task, outputs: Sequence[str]) -> tuple[str, ...]:
        judge: Any = task.judge
        executed = _EXECUTED.search(judge.context)
        head, _, tail = executed[1].partition("[insert]") if executed else ("", "", "")
        wanted: Sequence[str] = ("result",)
        if tail.strip() and not head.rstrip().endswith(":"):  # the test reads ``result`` from a variable
            try:
                wanted = names(tail).taken
            except (SyntaxError, ValueError):
                wanted = ()
        return tuple(name for name in outputs if name in wanted)

    def put(self, task: Task, spec: str) -> Task:
        if not spec:
            return task
        asked, found, rest = task.prompt.rpartition("\nA:\n")
        if not found:
            raise RowError("no-place", "no line 'A:' in its prompt")
        prompt = f"{asked.rstrip()}\n\n{HEADING}\n{spec}\n{found}{rest}"
        return replace(task, prompt=prompt, chat=instruction("continue", prompt=prompt))

    def beside(self, job: CellsJob, task: Task) -> CellsJob:  # noqa: ARG002 - as the protocol has it
        return job


class _Arcade:
    """See the module."""

    def pair(self, task: Task, program: str) -> Pair:
        judge: Any = task.judge
        assert isinstance(judge, CellsJudge)
        more = {"library": "Pandas", "source": "arcade", "evaluation_only": True}
        intent = task.prompt.rstrip().removesuffix(task.stop[0]).rstrip().rpartition(task.stop[0])[2]
        return Pair(task.id, judge.context, intent.strip(), program, more)

    def asked(self, task: Task, outputs: Sequence[str]) -> tuple[str, ...]:
        judge: Any = task.judge
        if judge.plots or judge.named:
            wanted: Sequence[str] = (plots.NAME,) if judge.plots else judge.named
            return tuple(name for name in outputs if name in wanted)
        return (OUT,) if OUT in outputs else tuple(outputs)

    def put(self, task: Task, spec: str) -> Task:
        if not spec:
            return task
        before, found, rest = task.prompt.rpartition(f"\n\n\n{task.stop[0]}\n")
        if not found:
            raise RowError("no-place", f"its prompt does not end with {task.stop[0]!r}")
        comment = "\n".join(f"# {line}".rstrip() for line in ["", HEADING, *spec.split("\n")])
        prompt = f"{before}\n{comment}{found}{rest}"
        return replace(task, prompt=prompt, chat=instruction("continue", prompt=prompt))

    def beside(self, job: CellsJob, task: Task) -> CellsJob:
        judge: Any = task.judge
        limits = replace(job.limits or judge.limits, disk=judge.limits.disk, result=judge.limits.result)
        return replace(job, files=folder_files(judge.folder), limits=limits)


_PLACES: Mapping[str, Place] = {"ds1000": _DS1000(), "arcade": _Arcade()}
