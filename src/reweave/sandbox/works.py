"""Many pieces of work at once through one sandbox, their jobs in one stream.

A piece of work is a generator: it gives the jobs it wants next, at least one, is sent their results in that
order, and returns what came of it. Jobs of the earliest work come first, and while it waits, those behind it
use the workers. What the jobs are for is the caller's business.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

from reweave.sandbox import Sandbox

Result = TypeVar("Result")
Work = Generator[Sequence[Any], Sequence[Any], Result]


class _Open(Generic[Result]):
    """Work under way."""

    def __init__(self, number: int, work: Work[Result]) -> None:
        self.number = number
        self.ended: list[Result] = []  # one, once it is there
        self._work = work
        self._results: list[Any] = []
        self._missing = 0

    def begin(self) -> Sequence[Any]:
        """Give the first jobs."""
        return self._go_on(None)

    def take(self, index: int, result: Any) -> Sequence[Any]:
        """Take the result of one of the jobs; give the next ones once all are there."""
        self._results[index] = result
        self._missing -= 1
        return [] if self._missing else self._go_on(self._results)

    def _go_on(self, results: list[Any] | None) -> Sequence[Any]:
        try:
            jobs = next(self._work) if results is None else self._work.send(results)
        except StopIteration as stop:
            self.ended.append(stop.value)
            self._results = []
            return []
        self._results = [None] * len(jobs)
        self._missing = len(jobs)
        return jobs


def run_works(works: Iterable[Work[Result]], box: Sandbox, *, most_open: int) -> Iterator[Result]:
    """Give what came of each, in their order.

    Args:
        works: Each begun when there is room.
        box: Where their jobs run.
        most_open: How many may be begun and not given yet.

    Raises:
        ValueError: A job that cannot be handed to a sample.
    """
    source = enumerate(works)
    begun: deque[_Open[Result]] = deque()
    ready: list[tuple[int, int, _Open[Result], Any]] = []
    exhausted = False

    def queue(each: _Open[Result], jobs: Sequence[Any]) -> None:
        for index, job in enumerate(jobs):
            heappush(ready, (each.number, index, each, job))

    def jobs() -> Iterator[Any]:
        nonlocal exhausted
        while True:
            if ready:
                _, index, each, job = heappop(ready)
                yield replace(job, tag=(each, index))
            elif exhausted or len(begun) >= most_open:
                return
            elif (following := next(source, None)) is None:
                exhausted = True
            else:
                each = _Open(*following)
                begun.append(each)
                queue(each, each.begin())

    while True:
        for result in box.map(jobs(), ordered=False):
            each, index = result.tag
            queue(each, each.take(index, result))
            while begun and begun[0].ended:
                yield begun.popleft().ended[0]
        while begun and begun[0].ended:
            yield begun.popleft().ended[0]
        if exhausted and not begun:
            return
