"""Does a benchmark judge here as it should? Its references pass, and stubs of them do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reweave.sandbox import Sandbox
from reweave.tasks.prepare import judge
from reweave.tasks.stubs import stubs
from reweave.tasks.task import Scored, Task

REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One program of a check.

    Args:
        task_id: The task's.
        variant: ``reference``, or the stub's name.
        scored: Its verdict; where the judge cannot judge here the reason is ``harness-error``.
        good: Whether the verdict is as it should be: a reference passes, a stub fails *by a verdict*.
    """

    task_id: str
    variant: str
    scored: Scored
    good: bool


def check(tasks: Sequence[Task], box: Sandbox, *, with_stubs: bool = True) -> Iterator[CheckRow]:
    """Judge every task's reference and stubs.

    Args:
        tasks: Prepared (:func:`reweave.tasks.prepare`).
        box: Where they run.
        with_stubs: False for the references alone.
    """
    names: list[str] = []

    def programs() -> Iterator[tuple[Task, str]]:
        for task in tasks:
            if task.reference is not None:
                names.append(REFERENCE)
                yield task, task.reference
            for name, program in stubs(task) if with_stubs else ():
                names.append(name)
                yield task, program

    for number, (task, scored) in enumerate(judge(programs(), box)):
        good = scored.passed == (names[number] == REFERENCE) and scored.reason != "harness-error"
        yield CheckRow(task_id=task.id, variant=names[number], scored=scored, good=good)
