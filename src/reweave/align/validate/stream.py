"""Many judgements at once through one sandbox, where no judgement runs a job twice.

A judgement gives the jobs it wants next, is sent their verdicts in that order, and returns its result: see
``reweave.sandbox.works``. One that asks for a job it has asked for before gets the verdict it had.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from reweave.sandbox import Sandbox, TestsJob, Verdict
from reweave.sandbox.works import run_works

Result = TypeVar("Result")
Judgement = Generator[Sequence[TestsJob], Sequence[Verdict], Result]

OPEN = 256  # judgements begun and not given yet, where one that takes long holds up the others


def run(judgements: Iterable[Judgement[Result]], box: Sandbox, *, most_open: int = OPEN) -> Iterator[Result]:
    """Give the results of judgements, in their order.

    Args:
        judgements: Each begun when there is room.
        box: Where their jobs run.
        most_open: How many may be begun and not given yet.

    Raises:
        ValueError: A job that cannot be handed to a sample.
    """
    return run_works((_remembering(each) for each in judgements), box, most_open=most_open)


def _remembering(judgement: Judgement[Result]) -> Judgement[Result]:
    """Give a judgement that passes on only the jobs whose verdicts it does not have yet."""
    known: dict[TestsJob, Verdict] = {}
    try:
        wanted = next(judgement)
        while True:
            new = [job for job in dict.fromkeys(wanted) if job not in known]
            if new:
                # What a program printed is nobody's business here, and may be large
                verdicts = yield new
                bare = (replace(verdict, stdout="", stderr="", tag=None) for verdict in verdicts)
                known |= zip(new, bare, strict=True)
            wanted = judgement.send([known[job] for job in wanted])
    except StopIteration as stop:
        result: Result = stop.value
        return result
