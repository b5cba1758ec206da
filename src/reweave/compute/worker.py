"""The worker's side of `pool`: rows come in through a pipe, results go out, and the format of both.

Rows and results cross as bytes with their lengths in front; nothing is pickled but the start of a process.
"""

import gc
import queue
import struct
import threading
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection

from reweave.compute.job import Job, Result, Row, work
from reweave.errors import ReweaveError

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_ROW = struct.Struct("<QI")
_RESULT = struct.Struct("<QIII")
_RESULTS_A_MESSAGE = 32
_LARGE_RESULT = 100_000  # bytes; goes at once
_FILES = 16_384
_FAILED = b"reweave-worker-error:"


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
        pipe.send_bytes(_FAILED + str(error).encode())
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


def pack_rows(rows: Iterable[tuple[int, bytes]]) -> bytes:
    """Write the message that hands numbered rows to a worker."""
    return b"".join(_ROW.pack(index, len(raw)) + raw for index, raw in rows)


def _pack(result: Result) -> bytes:
    parts = (result.kept, result.rejects, result.statistics)
    return _RESULT.pack(result.index, *map(len, parts)) + b"".join(parts)


def unpack_results(data: bytes) -> Iterator[Result]:
    """Read the message of a worker.

    Raises:
        ReweaveError: The worker says that the work cannot be done at all.
    """
    if data.startswith(_FAILED):
        raise ReweaveError(data[len(_FAILED) :].decode())
    place = 0
    while place < len(data):
        index, *sizes = _RESULT.unpack_from(data, place)
        place += _RESULT.size
        parts = []
        for size in sizes:
            parts.append(data[place : place + size])
            place += size
        yield Result(index, *parts)
