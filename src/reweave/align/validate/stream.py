"""Many judgements at once through one sandbox, their jobs in one stream.

A judgement is a generator: it gives the jobs it wants next, is sent their verdicts in that order, and returns
its result. Jobs of the earliest judgement come first, and while it waits, those behind it use the workers. A
judgement that asks for a job it has asked for before gets the verdict it had: nothing is run twice.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import Generic, TypeVar, cast

from reweave.sandbox import Sandbox, TestsJob, Verdict

Result = TypeVar("Result")
Judgement = Generator[Sequence[TestsJob], Sequence[Verdict], Result]

OPEN = 256  # judgements begun and not given yet, where one that takes long holds up the others


class _Open(Generic[Result]):
    """A judgement under way."""

    def __init__(self, number: int, judgement: Judgement[Result]) -> None:
        self.number = number
        self.judgement = judgement
        self.known: dict[TestsJob, Verdict] = {}
        self.wanted: Sequence[TestsJob] = ()
        self.missing = 0
        self.results: list[Result] = []  # one, once it is there

    def begin(self) -> list[TestsJob]:
        """Give the first jobs to run."""
        return self._go_on(first=True)

    def take(self, job: TestsJob, verdict: Verdict) -> list[TestsJob]:
        """Take a job's verdict; give the jobs to run next."""
        # What it printed is nobody's business here, and may be large
        self.known[job] = replace(verdict, stdout="", stderr="", tag=None)
        self.missing -= 1
        return [] if self.missing else self._go_on(first=False)

    def _go_on(self, *, first: bool) -> list[TestsJob]:
        while True:
            try:
                if first:
                    self.wanted = next(self.judgement)
                else:
                    self.wanted = self.judgement.send([self.known[job] for job in self.wanted])
            except StopIteration as stop:
                self.results.append(stop.value)
                self.known.clear()
                return []
            first = False
            new = [job for job in dict.fromkeys(self.wanted) if job not in self.known]
            if new:
                self.missing = len(new)
                return new


def run(judgements: Iterable[Judgement[Result]], box: Sandbox, *, most_open: int = OPEN) -> Iterator[Result]:
    """Give the results of judgements, in their order.

    Args:
        judgements: Each begun when there is room.
        box: Where their jobs run.
        most_open: How many may be begun and not given yet.

    Raises:
        ValueError: A job that cannot be handed to a sample.
    """
    source = enumerate(judgements)
    begun: deque[_Open[Result]] = deque()
    ready: list[tuple[int, int, _Open[Result], TestsJob]] = []
    count = 0
    exhausted = False

    def queue(each: _Open[Result], new: list[TestsJob]) -> None:
        nonlocal count
        for job in new:
            heappush(ready, (each.number, count, each, job))
            count += 1

    def jobs() -> Iterator[TestsJob]:
        nonlocal exhausted
        while True:
            if ready:
                _, _, each, job = heappop(ready)
                yield replace(job, tag=(each, job))
            elif exhausted or len(begun) >= most_open:
                return
            elif (following := next(source, None)) is None:
                exhausted = True
            else:
                each = _Open(*following)
                begun.append(each)
                queue(each, each.begin())

    while True:
        for verdict in box.map(jobs(), ordered=False):
            each, job = verdict.tag
            queue(each, each.take(job, cast("Verdict", verdict)))
            while begun and begun[0].results:
                yield begun.popleft().results[0]
        while begun and begun[0].results:
            yield begun.popleft().results[0]
        if exhausted and not begun:
            return
