"""A job over several worker processes, its results in the order of the input.

Workers are spawned, not forked, so the same code runs wherever Python does. A worker that dies is replaced,
and its rows are tried again one at a time; a row that ends a worker by itself, twice, becomes a *failed*
record. Workers end when the parent does, however it ends. What a worker does is in `worker`.
"""

import contextlib
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from reweave.compute.job import Job, Result, Row, read, rejected, work
from reweave.compute.worker import pack_rows, serve, tune, unpack_results
from reweave.errors import RowError
from reweave.records import Reject
from reweave.storage.rows import make_reject

_ROWS_A_WORKER = 512  # handed out and not yet back; a batch of states takes some 160
_BYTES_A_WORKER = 16_000_000
_ROWS_A_MESSAGE = 32
_WINDOW = 50_000  # how far work may run ahead of the first row not finished


def run(job: Job, rows: Iterable[Row], workers: int) -> Iterator[Result]:
    """Do a job over rows numbered without gaps; yield the results in order.

    Args:
        job: What to do.
        rows: Numbered rows.
        workers: Number of processes; 1 works in this one.

    Raises:
        ReweaveError: The work cannot be done at all, such as when a checker is not installed.
    """
    tune()
    if workers <= 1:
        yield from _alone(job, rows)
    else:
        pool = _Pool(job, workers)
        try:
            yield from pool.run(iter(rows))
        finally:
            pool.stop()


def _alone(job: Job, rows: Iterable[Row]) -> Iterator[Result]:
    waiting: dict[int, Result] = {}
    following = -1

    def bounded() -> Iterator[Row | None]:
        nonlocal following
        for row in rows:
            if following < 0:
                following = row[0]
            while len(waiting) > _WINDOW:  # one long program holds up many: finish it first
                yield None
            yield row

    for result in work(job, bounded()):
        waiting[result.index] = result
        while following in waiting:
            yield waiting.pop(following)
            following += 1


@dataclass(eq=False, slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    rows: dict[int, bytes] = field(default_factory=dict)
    size: int = 0


class _Pool:
    def __init__(self, job: Job, count: int) -> None:
        self.job = job
        self.context = multiprocessing.get_context("spawn")
        self.workers = [self.start() for _ in range(count)]
        self.suspects: deque[tuple[int, bytes]] = deque()
        self.retried: set[int] = set()
        self.waiting: dict[int, Result] = {}
        self.following = -1

    def start(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=serve, args=(self.job.to_json(), theirs), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def stop(self) -> None:
        for worker in self.workers:
            worker.pipe.close()
        for worker in self.workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def run(self, rows: Iterator[Row]) -> Iterator[Result]:
        more = True
        while True:
            for worker in self.workers:
                more = self.feed(worker, rows) if more or self.suspects else more
            if not more and not self.suspects and not any(worker.rows for worker in self.workers):
                yield from self.ready()
                return
            busy = {worker.pipe: worker for worker in self.workers if worker.rows}
            for pipe in wait(list(busy), timeout=60) if busy else ():
                self.take(busy[pipe])  # type: ignore[index]
            yield from self.ready()

    def ready(self) -> Iterator[Result]:
        while self.following in self.waiting:
            yield self.waiting.pop(self.following)
            self.following += 1

    def feed(self, worker: _Worker, rows: Iterator[Row]) -> bool:
        """Hand rows to a worker that has room; return whether there may be more of them."""
        if self.suspects:
            if not worker.rows:
                self.send(worker, [self.suspects.popleft()])
            return True
        while (
            len(worker.rows) < _ROWS_A_WORKER
            and worker.size < _BYTES_A_WORKER
            and len(self.waiting) < _WINDOW
        ):
            message: list[tuple[int, bytes]] = []
            size = 0
            while len(message) < _ROWS_A_MESSAGE and size < _BYTES_A_WORKER // 8:
                row = next(rows, None)
                if row is None:
                    self.send(worker, message)
                    return False
                index, raw = row
                if self.following < 0:
                    self.following = index
                if isinstance(raw, RowError):
                    unread = read(index, raw, self.job.fields)
                    assert isinstance(unread, Reject)
                    self.waiting[index] = rejected(index, unread)
                else:
                    message.append((index, raw))
                    size += len(raw)
            self.send(worker, message)
        return True

    def send(self, worker: _Worker, rows: list[tuple[int, bytes]]) -> None:
        if not rows:
            return
        for index, raw in rows:
            worker.rows[index] = raw
            worker.size += len(raw)
        # A worker that is dead is found out when its results are taken, those it still made among them.
        with contextlib.suppress(OSError):
            worker.pipe.send_bytes(pack_rows(rows))

    def take(self, worker: _Worker) -> None:
        """Take what a worker has ready, or find that it is dead."""
        try:
            while True:
                data = worker.pipe.recv_bytes()
                for result in unpack_results(data):
                    worker.size -= len(worker.rows.pop(result.index))
                    self.waiting[result.index] = result
                if not worker.pipe.poll():
                    return
        except (EOFError, OSError):
            self.replace(worker)

    def replace(self, worker: _Worker) -> None:
        """Put a new worker in a dead one's place; its rows come back one at a time, to find the culprit."""
        worker.process.join(5)
        worker.process.kill()
        worker.pipe.close()
        if len(worker.rows) == 1 and not worker.rows.keys().isdisjoint(self.retried):
            [(index, raw)] = worker.rows.items()
            error = RowError(
                "worker-died", f"a worker process ended ({worker.process.exitcode}) on this record"
            )
            reject = make_reject(error, raw, index, self.job.fields, outcome="failed")
            self.waiting[index] = rejected(index, reject)
        else:
            # The last row of a worker may only have been there when the worker was killed from outside.
            if len(worker.rows) == 1:
                self.retried.update(worker.rows)
            self.suspects.extend(worker.rows.items())
        self.workers[self.workers.index(worker)] = self.start()
