"""The sandbox that blocks: one class."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self

from reweave.sandbox.core import WINDOW, Core
from reweave.sandbox.jobs import Call, CallsJob, CellsJob, Form, Job, StdinJob, TestsJob
from reweave.sandbox.pool import Ticket
from reweave.sandbox.results import CallsResult, CellsResult, Run, StdinResult, Verdict


@dataclass(slots=True, eq=False)
class _Place:
    """Where one job's result goes."""

    ticket: Ticket | None = None
    result: Run | None = None

    def take(self, ended: "deque[_Place]", result: Run) -> None:
        self.result = result
        ended.append(self)


class Sandbox(Core):
    """Runs untrusted code, and waits for it. A context manager.

    Threads may share it and take turns: one waits while another's sample runs. For many at once there is
    :meth:`map`, or ``AsyncSandbox``.

    Args:
        tier: ``default``, ``reduced``, ``strong`` or ``none``; None for the best that holds here.
        zygote: What the samples find imported already: ``stdlib``, or ``data`` with numpy and pandas.
        preload: More modules to import beforehand.
        python: The samples' interpreter, an executable or the folder of a virtual environment; None for ours.
        workers: Samples at once; None for one a core.
        limits: For jobs that bring none of their own.
        lifetime: Samples a fork server serves before a fresh one takes its place.
        unsafe_no_isolation: Run without isolation where nothing holds. Every result is then ``unsafe``.

    Raises:
        SandboxError: Nothing holds here; the message names what is missing and the command that installs it.
    """

    def _prepare(self) -> None:
        self._lock = threading.RLock()  # the pool is for one thread at a time

    def run(self, program: str, calls: Sequence[Call], **options: Any) -> CallsResult:
        """Run a program and make calls into it. See :class:`CallsJob`; ``options`` are its other fields."""
        return self._one(CallsJob(program, calls, **options))  # type: ignore[return-value]

    def run_tests(
        self,
        program: str,
        tests: str,
        *,
        entry_point: str | None = None,
        form: Form | Literal["auto"] = "auto",
        **options: Any,
    ) -> Verdict:
        """Run a program against tests. See :class:`TestsJob`; ``options`` are its other fields."""
        return self._one(TestsJob(program, tests, entry_point, form, **options))  # type: ignore[return-value]

    def run_stdin(self, program: str, text: str = "", **options: Any) -> StdinResult:
        """Run a program as ``__main__`` with ``text`` on standard input. See :class:`StdinJob`."""
        return self._one(StdinJob(program, text, **options))  # type: ignore[return-value]

    def run_cells(self, cells: Sequence[str], **options: Any) -> CellsResult:
        """Run notebook cells, capturing the namespace after each. See :class:`CellsJob`."""
        return self._one(CellsJob(cells, **options))  # type: ignore[return-value]

    def map(self, jobs: Iterable[Job], *, ordered: bool = True, window: int | None = None) -> Iterator[Run]:
        """Run many jobs; give their results as a stream.

        Args:
            jobs: Taken one by one, only as fast as results are taken.
            ordered: In the order of the jobs; else as they end.
            window: Jobs that may be under way or wait for an earlier one's result (64 a worker where None).

        Raises:
            ValueError: A job that cannot be handed to a sample; the results of those before it come first.
        """
        most = window or WINDOW * self.workers
        source = iter(jobs)
        failure: Exception | None = None
        begun: deque[_Place] = deque()  # in the jobs' order
        ended: deque[_Place] = deque()  # in the order they ended
        try:
            while True:
                while failure is None and len(begun) < most:
                    try:
                        # Not under the lock: the next job may come from a thread that uses this sandbox
                        if (job := next(source, None)) is None:
                            break
                        place = _Place()
                        with self._lock:
                            place.ticket = self._start(job, partial(place.take, ended))
                        begun.append(place)
                    except Exception as error:  # noqa: BLE001 - raised when the results before it are out
                        failure = error
                if not begun:
                    if failure is not None:
                        raise failure
                    return
                with self._lock:
                    while not (begun[0].result if ordered else ended):
                        self._pool.step(None)
                    first = begun[0] if ordered else ended[0]
                    begun.remove(first)
                    ended.remove(first)
                assert first.result is not None
                yield first.result
        finally:
            with self._lock:
                self._pool.cancel([place.ticket for place in begun if place.ticket])

    def close(self) -> None:
        """End every process of the sandbox."""
        with self._lock:
            self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _one(self, job: Job) -> Run:
        result: list[Run] = []
        with self._lock:
            self._start(job, result.append)
        while not result:
            with self._lock:
                if not result:
                    self._pool.step(None)
        return result[0]
