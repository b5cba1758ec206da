"""The sandbox for an event loop: the same methods as the one that blocks, awaited."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Any, Literal, Self

from reweave.errors import SandboxError
from reweave.sandbox.core import WINDOW, Core
from reweave.sandbox.jobs import Call, CallsJob, CellsJob, Form, Job, StdinJob, TestsJob
from reweave.sandbox.results import CallsResult, CellsResult, Run, StdinResult, Verdict


class AsyncSandbox(Core):
    """Runs untrusted code from an event loop: :class:`Sandbox`, awaited. An async context manager."""

    def _prepare(self) -> None:
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
        failure: Exception | None = None
        running: deque[asyncio.Future[Run]] = deque()
        try:
            while True:
                while failure is None and len(running) < most:
                    try:
                        if (job := next(source, None)) is None:
                            break
                        running.append(self._future(job))
                    except Exception as error:  # noqa: BLE001 - raised when the results before it are out
                        failure = error
                if not running:
                    if failure is not None:
                        raise failure
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
        if self._loop and not self._loop.is_closed():
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
        if self._loop is not loop and self._loop is not None:
            raise SandboxError("this sandbox is used in another event loop: make one in each")
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
