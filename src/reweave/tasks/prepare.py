"""Asking the references what judges must know (expected values, forms that work), and judging programs."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from reweave.errors import RowError
from reweave.records import Reject
from reweave.sandbox import Job, Sandbox
from reweave.tasks.task import Scored, Task


def prepare(tasks: Sequence[Task], box: Sandbox, *, rejects: list[Reject] | None = None) -> list[Task]:
    """Run the references where a judge has something to ask of them; give tasks that can be judged.

    Tasks whose judge has nothing to ask are given back as they are. A task whose reference does not run is
    left out.

    Args:
        tasks: From :func:`reweave.tasks.load`.
        box: Where the references run.
        rejects: Takes what is left out, with the reason.

    Raises:
        RowError: A task would be left out, and there is no ``rejects``.
    """
    asked = [(task, _questions(task)) for task in tasks]
    runs = box.map(job for _, jobs in asked for job in jobs)
    ready = []
    for task, jobs in asked:
        answers = [next(runs) for _ in jobs]
        try:
            ready.append(replace(task, judge=task.judge.learnt(answers)) if jobs else task)
        except RowError as error:
            named = RowError(error.reason, f"{task.id}: {error.detail}")
            if rejects is None:
                raise named from error
            rejects.append(Reject(task.id, "rejected", error.reason, error.detail))
    return ready


def _questions(task: Task) -> Sequence[Job]:
    return () if task.reference is None else task.judge.questions(task.reference)


def judge(programs: Iterable[tuple[Task, str]], box: Sandbox) -> Iterator[tuple[Task, Scored]]:
    """Judge programs, as many at once as the sandbox runs; give verdicts in the programs' order, as a stream.

    Args:
        programs: A prepared task and a program (``task.program(completion)``), each taken when there is room.
        box: Where they run.
    """
    waiting: deque[tuple[Task, int]] = deque()
    runs = box.map(_jobs(programs, waiting))
    for run in runs:
        yield from _empty(waiting)
        task, count = waiting.popleft()
        yield task, task.judge.finish([run, *islice(runs, count - 1)])
    yield from _empty(waiting)


def _jobs(programs: Iterable[tuple[Task, str]], waiting: deque[tuple[Task, int]]) -> Iterator[Job]:
    for task, program in programs:
        jobs = [] if task.judge.problem else task.judge.jobs(program)
        waiting.append((task, len(jobs)))
        yield from jobs


def _empty(waiting: deque[tuple[Task, int]]) -> Iterator[tuple[Task, Scored]]:
    """Give the verdicts that need no run."""
    while waiting and waiting[0][1] == 0:
        task, _ = waiting.popleft()
        yield task, task.judge.finish(())
