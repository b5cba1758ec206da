"""The sandbox as its users see it: one class that blocks, one for an event loop, the same methods in both."""

import asyncio
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self

from reweave.errors import SandboxError
from reweave.sandbox.interpreter import interpreter
from reweave.sandbox.jobs import Call, CallsJob, CellsJob, Form, Job, Limits, StdinJob, TestsJob
from reweave.sandbox.plans import ZYGOTES, plan
from reweave.sandbox.pool import Pool
from reweave.sandbox.results import CallsResult, CellsResult, Run, StdinResult, Tier, Verdict
from reweave.sandbox.ring import Raw
from reweave.sandbox.tasks import Tasks
from reweave.sandbox.tiers import choose

LIFETIME = 5000
WINDOW = 64


class _Core:
    """What both kinds of sandbox share.

    Args:
        tier: ``default``, ``reduced``, ``strong`` or ``none``; None for the best that holds here.
        zygote: What the samples find imported already: a name of ``ZYGOTES``.
        preload: More modules to import beforehand.
        python: The samples' interpreter, an executable or the folder of a virtual environment; None for ours.
        workers: Samples at once; None for one a core.
        limits: For jobs that bring none of their own.
        lifetime: Samples a fork server serves before a fresh one takes its place.
        unsafe_no_isolation: Run without isolation where nothing holds. Every result is then ``unsafe``.

    Raises:
        SandboxError: Nothing holds here; the message names what is missing and the command that installs it.
    """

    def __init__(
        self,
        *,
        tier: Tier | None = None,
        zygote: str = "stdlib",
        preload: Sequence[str] = (),
        python: str | None = None,
        workers: int | None = None,
        limits: Limits | None = None,
        lifetime: int = LIFETIME,
        unsafe_no_isolation: bool = False,
    ) -> None:
        if zygote not in ZYGOTES:
            raise ValueError(f"no zygote {zygote!r}; there are {', '.join(ZYGOTES)}")
        runs = interpreter(python)
        self.tier: Tier = choose(tier, runs, unsafe=unsafe_no_isolation)
        """What holds the samples."""
        self.workers = workers or len(os.sched_getaffinity(0))
        """Samples at once."""
        wanted = dict.fromkeys((*ZYGOTES["stdlib"], *ZYGOTES[zygote], *preload))
        self._pool = Pool(plan(self.tier, runs, tuple(wanted)), self.workers, lifetime)
        self._tasks = Tasks(self.tier, limits or Limits())

    def _start(self, job: Job, done: Callable[[Run], None]) -> None:
        request, finish = self._tasks.start(job)

        def take(raw: Raw) -> None:
            nonlocal finish
            try:
                answer = finish(raw)
            except Exception as error:  # noqa: BLE001 - one unreadable answer must not lose the others
                answer = self._tasks.broken(job, error)
            if isinstance(answer, tuple):
                request, finish = answer
                self._pool.submit(request, take)
            else:
                done(answer)

        self._pool.submit(request, take)


class Sandbox(_Core):
    __doc__ = f"""Runs untrusted code, and waits for it. A context manager; safe to share between threads.

    >>> with Sandbox(workers=1) as box:
    ...     box.run("def add(a, b):\\n    return a + b\\n", [Call("add", (1, 2))]).calls
    ...     box.run_tests("def add(a, b):\\n    return a - b\\n", "assert add(1, 2) == 3").reason
    (Returned(value=3),)
    'failed'

    {(_Core.__doc__ or "").partition("    ")[2]}"""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._lock = threading.RLock()

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
        """
        most = window or WINDOW * self.workers
        source = iter(jobs)
        waiting: deque[list[Run]] = deque()  # ordered: one list a job, filled when it ends
        ended: deque[list[Run]] = deque()  # else: the lists as they are filled
        pending = 0

        def start(job: Job) -> None:
            place: list[Run] = []

            def done(result: Run) -> None:
                place.append(result)
                ended.append(place)

            self._start(job, done)
            waiting.append(place)

        more = True
        while True:
            with self._lock:
                while more and pending < most:
                    job = next(source, None)
                    if job is None:
                        more = False
                    else:
                        start(job)
                        pending += 1
                if not pending:
                    return
                if not ended if not ordered else not waiting[0]:
                    self._pool.step(None)
                ready = []
                if ordered:
                    ended.clear()
                    while waiting and waiting[0]:
                        ready.append(waiting.popleft()[0])
                else:
                    waiting.clear()
                    while ended:
                        ready.append(ended.popleft()[0])
            pending -= len(ready)
            yield from ready

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


class AsyncSandbox(_Core):
    """Runs untrusted code from an event loop: the same as :class:`Sandbox`, awaited. An async context manager."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open: set[asyncio.Future[Run]] = set()

    async def run(self, program: str, calls: Sequence[Call], **options: Any) -> CallsResult:
        """Run a program and make calls into it. See :class:`CallsJob`; ``options`` are its other fields."""
        return await self._one(CallsJob(program, calls, **options))  # type: ignore[return-value]

    async def run_tests(
        self,
        program: str,
        tests: str,
        *,
        entry_point: str | None = None,
        form: Form | Literal["auto"] = "auto",
        **options: Any,
    ) -> Verdict:
        """Run a program against tests. See :class:`TestsJob`; ``options`` are its other fields."""
        return await self._one(TestsJob(program, tests, entry_point, form, **options))  # type: ignore[return-value]

    async def run_stdin(self, program: str, text: str = "", **options: Any) -> StdinResult:
        """Run a program as ``__main__`` with ``text`` on standard input. See :class:`StdinJob`."""
        return await self._one(StdinJob(program, text, **options))  # type: ignore[return-value]

    async def run_cells(self, cells: Sequence[str], **options: Any) -> CellsResult:
        """Run notebook cells, capturing the namespace after each. See :class:`CellsJob`."""
        return await self._one(CellsJob(cells, **options))  # type: ignore[return-value]

    async def map(
        self, jobs: Iterable[Job], *, ordered: bool = True, window: int | None = None
    ) -> AsyncIterator[Run]:
        """Run many jobs; give their results as a stream. See :meth:`Sandbox.map`."""
        most = window or WINDOW * self.workers
        source = iter(jobs)
        running: deque[asyncio.Future[Run]] = deque()
        try:
            while True:
                while len(running) < most and (job := next(source, None)) is not None:
                    running.append(self._future(job))
                if not running:
                    return
                if ordered:
                    yield await running.popleft()
                else:
                    ended, rest = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    running = deque(rest)
                    for future in ended:
                        yield future.result()
        finally:
            for future in running:
                future.cancel()

    async def close(self) -> None:
        """End every process of the sandbox; what is still awaited is cancelled."""
        if self._timer:
            self._timer.cancel()
        if self._loop:
            self._loop.remove_reader(self._pool.fileno())
        for future in self._open:
            future.cancel()
        await asyncio.to_thread(self._pool.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _one(self, job: Job) -> Run:
        return await self._future(job)

    def _future(self, job: Job) -> asyncio.Future[Run]:
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
            loop.add_reader(self._pool.fileno(), self._step)
        future: asyncio.Future[Run] = loop.create_future()
        self._open.add(future)
        future.add_done_callback(self._open.discard)

        def done(result: Run) -> None:
            if not future.done():  # it may have been cancelled
                future.set_result(result)

        self._start(job, done)
        self._step()
        return future

    def _step(self) -> None:
        """Do what can be done now, and see to it that the next deadline is not missed."""
        try:
            self._pool.step(0)
        except SandboxError as error:
            for future in self._open:
                if not future.done():
                    future.set_exception(error)
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        wait = self._pool.next_deadline()
        if wait is not None and self._loop is not None:
            self._timer = self._loop.call_later(wait + 0.01, self._step)
