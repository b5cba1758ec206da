"""One file at a time in a process of its own, which may die, take too long or run out of memory.

Parsers of data are large programs in C and C++, and the files are strangers': a process that ends, or is
ended, costs one record (*failed*, not rejected: the file may be fine) and nothing else. The process holds
itself to a limit of memory where the system can (Linux); the other side keeps the time.
"""

import multiprocessing
import os
import sys
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.record import read_context
from reweave.ground.contexts.sources import TableFile
from reweave.records import Reject

_STARTING = 600.0  # seconds; importing pandas on a machine that is busy
_LINE = orjson.OPT_APPEND_NEWLINE
_KEPT, _REJECTED, _READY = b"+", b"-", b"ready"

Answer = tuple[bytes, Reject | None]
"""A record's line, or why there is none."""


class Reader:
    """A process that reads files, and is started again where it dies.

    Args:
        config: The settings.
    """

    def __init__(self, config: ContextsConfig) -> None:
        self._config = config
        self._process: Any = None
        self._pipe: Connection | None = None
        self._closed = False

    def read(self, file: TableFile) -> Answer:
        """Read one file."""
        status: int | None = None
        for _ in range(2):  # once more: it may have been killed from outside
            try:
                pipe = self._started()
                pipe.send_bytes(_request(file))
                if not pipe.poll(self._config.seconds):
                    self._end()
                    return _failed(file, "timeout", f"over {self._config.seconds:g} s")
                answer = pipe.recv_bytes()
            except (EOFError, OSError):
                status = self._end()
                if self._closed:
                    break
                continue
            return self._answer(file, answer)
        return _failed(file, "reader-died", f"a process ended ({status}) on this file, twice")

    def close(self) -> None:
        """End the process, at once."""
        self._closed = True
        self._end()

    def _answer(self, file: TableFile, answer: bytes) -> Answer:
        if answer[:1] == _KEPT:
            return answer[1:], None
        said = orjson.loads(answer[1:])
        if said["outcome"] == "failed":
            self._end()  # what has run out of memory once does so again sooner
        return b"", Reject(file.id, said["outcome"], said["reason"], said["detail"], _row(file))

    def _started(self) -> Connection:
        if self._closed:
            raise EOFError
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            arguments = (orjson.dumps(self._config.model_dump()), theirs)
            self._process = context.Process(target=serve, args=arguments, daemon=True)
            self._process.start()
            theirs.close()  # so that its end is seen
            theirs.close()
            if not self._pipe.poll(_STARTING):
                raise EOFError
            self._pipe.recv_bytes()
        return self._pipe

    def _end(self) -> int | None:
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is None or pipe is None:
            return None
        pipe.close()
        process.join(0.2)
        status: int | None = process.exitcode
        process.kill()
        process.join()
        return status


def serve(settings: bytes, pipe: Connection) -> None:
    """Be the process: read what is asked for until the pipe closes."""
    config = ContextsConfig(**orjson.loads(settings))
    _warm()
    _hold(config.memory)
    try:
        pipe.send_bytes(_READY)
        while True:
            kind, name, path = pipe.recv_bytes().split(b"\0")
            file = TableFile(name.decode(), Path(os.fsdecode(path)), kind.decode())
            pipe.send_bytes(_read(file, config))
    except (EOFError, OSError, KeyboardInterrupt):
        return  # nobody asks any more


def _read(file: TableFile, config: ContextsConfig) -> bytes:
    try:
        return _KEPT + orjson.dumps(read_context(file, config), option=_LINE)
    except RowError as error:
        said = {"outcome": "rejected", "reason": error.reason, "detail": error.detail}
    except MemoryError:
        detail = f"reading it takes over {config.memory >> 20:,} MiB"
        said = {"outcome": "failed", "reason": "memory", "detail": detail}
    return _REJECTED + orjson.dumps(said)


def _warm() -> None:
    """Load what reads, before memory is counted: the libraries take a part of a gigabyte of addresses."""
    import pandas as pd  # noqa: PLC0415 - heavy
    import pyarrow.parquet  # noqa: F401, PLC0415 - likewise

    if find_spec("openpyxl") is not None:
        import_module("openpyxl")
    pd.read_csv(BytesIO(b"a\ntext\n"))["a"].nunique()


def _hold(memory: int) -> None:
    """Let this process have so much more memory than it has now."""
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not on Windows

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + memory
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _request(file: TableFile) -> bytes:
    return b"\0".join([file.format.encode(), file.id.encode(), os.fsencode(file.path)])


def _failed(file: TableFile, reason: str, detail: str) -> Answer:
    return b"", Reject(file.id, "failed", reason, detail, _row(file))


def _row(file: TableFile) -> dict[str, Any]:
    return {"path": file.id, "format": file.format}


def reject_line(reject: Reject) -> bytes:
    """Write a reject as its file has it."""
    return orjson.dumps(asdict(reject), option=_LINE)
