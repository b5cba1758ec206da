"""A job over several worker processes, its results in the order of the input.

Rows and results cross as bytes; nothing is pickled but the start of a process. Workers are spawned, not
forked, so the same code runs wherever Python does. A worker that dies is replaced, and its rows are tried
again one at a time; a row that ends a worker by itself, twice, becomes a *failed* record. Workers end when
the parent does, however it ends.
"""

import contextlib
import gc
import multiprocessing
import queue
import struct
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from reweave.compute.job import Job, Result, Row, read, rejected, work
from reweave.errors import ReweaveError, RowError
from reweave.records import Reject
from reweave.storage.rows import make_reject

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_ROW = struct.Struct("<QI")
_RESULT = struct.Struct("<QIII")
_ROWS_A_WORKER = 512  # handed out and not yet back; a batch of states takes about a hundred
_BYTES_A_WORKER = 16_000_000
_ROWS_A_MESSAGE = 32
_RESULTS_A_MESSAGE = 32
_LARGE_RESULT = 100_000  # bytes; goes at once
_WINDOW = 50_000  # how far work may run ahead of the first row not finished
_FILES = 16_384
_FAILED = "reweave-worker-error:"


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


def tune() -> None:
    """Set this process up for the work: garbage collected rarely, more files open at once.

    Programs make many short-lived objects, hardly any of them in cycles; checkers keep the files of a batch
    open from one batch to the next.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    if resource is not None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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
            worker.pipe.send_bytes(b"".join(_ROW.pack(index, len(raw)) + raw for index, raw in rows))

    def take(self, worker: _Worker) -> None:
        """Take what a worker has ready, or find that it is dead."""
        try:
            while True:
                data = worker.pipe.recv_bytes()
                if data.startswith(_FAILED.encode()):
                    raise ReweaveError(data[len(_FAILED) :].decode())
                for result in _unpack(data):
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


def serve(job: bytes, pipe: Connection) -> None:
    """Be a worker: read rows from a pipe, do the job, write the results back, until the pipe closes."""
    tune()
    inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, inbox), daemon=True).start()
    open_rows = 0
    done: list[bytes] = []

    def send() -> None:
        if done:
            pipe.send_bytes(b"".join(done))
            done.clear()

    def rows() -> Iterator[Row | None]:
        nonlocal open_rows
        while True:
            if inbox.empty():
                send()  # before going on, or waiting
            try:
                # With nothing at hand, wait; otherwise go on with what there is.
                data = inbox.get(block=open_rows == 0)
            except queue.Empty:
                yield None
                continue
            if data is None:
                if open_rows:
                    raise _ParentGoneError
                return
            place = 0
            while place < len(data):
                index, size = _ROW.unpack_from(data, place)
                place += _ROW.size + size
                open_rows += 1
                yield index, data[place - size : place]

    try:
        for result in work(Job.from_json(job), rows()):
            open_rows -= 1
            done.append(_pack(result))
            if len(done) >= _RESULTS_A_MESSAGE or len(done[-1]) >= _LARGE_RESULT:
                send()
        send()
    except ReweaveError as error:
        pipe.send_bytes(f"{_FAILED}{error}".encode())
    except (_ParentGoneError, BrokenPipeError, KeyboardInterrupt):
        return  # nobody waits for what is left


class _ParentGoneError(Exception):
    """The pipe to the parent has closed while work was left."""


def _receive(pipe: Connection, inbox: "queue.SimpleQueue[bytes | None]") -> None:
    # A thread of its own takes rows in, so that neither side ever waits for the other to read.
    try:
        while True:
            inbox.put(pipe.recv_bytes())
    except (EOFError, OSError):
        inbox.put(None)


def _pack(result: Result) -> bytes:
    parts = (result.kept, result.rejects, result.statistics)
    return _RESULT.pack(result.index, *map(len, parts)) + b"".join(parts)


def _unpack(data: bytes) -> Iterator[Result]:
    place = 0
    while place < len(data):
        index, *sizes = _RESULT.unpack_from(data, place)
        place += _RESULT.size
        parts = []
        for size in sizes:
            parts.append(data[place : place + size])
            place += size
        yield Result(index, *parts)
