"""The request log: every attempt and every answer of a run, in one SQLite file, with one writer.

An answer that was written is never asked for again, whatever kills the process. Writes are gathered by a
thread into transactions: under load one commit holds many answers. It knows keys and completions, nothing of
servers or questions.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import orjson

from reweave.errors import RunError
from reweave.models.answers import Completion, Token
from reweave.models.log_file import connect, damaged, open_log
from reweave.models.usage import Usage
from reweave.storage.lock import RunLock

_MOST = 1000  # attempts a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at one request.

    Args:
        key: See :func:`reweave.models.questions.content_key`.
        request: What the key is the hash of.
        samples: Which samples it asked for.
        began: Seconds since 1970.
        seconds: How long it took.
        outcome: ``answer``, or the kind of failure.
        message: What was said, of a failure.
        completions: For the first of ``samples``; there may be fewer than asked for.
    """

    key: bytes
    request: bytes
    samples: Sequence[int]
    began: float
    seconds: float
    outcome: str
    message: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    completions: Sequence[Completion] = ()


class RequestLog:
    """A request log; a context manager. Threads may share it, processes may not.

    Args:
        path: The file; made where there is none. Its folder must exist, on a local disk.

    Raises:
        RunError: The file is no request log, or damaged, or another process writes it; says what to do.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = RunLock(self.path.with_name(self.path.name + ".lock"))
        self._lock.acquire()
        try:
            self._writing = open_log(self.path)
        except BaseException:
            self._lock.release()
            raise
        self._reading = connect(self.path)
        self._one_reader = threading.Lock()
        self._queue: SimpleQueue[tuple[Attempt, Future[None]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="request log", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what is still to be written, and close the file. May be called twice."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
            self._reading.close()
            self._writing.close()
            self._lock.release()

    def write(self, attempt: Attempt) -> Future[None]:
        """Write an attempt, soon; the future is done once SIGKILL cannot undo it, or holds a ``RunError``."""
        future: Future[None] = Future()
        if not self._thread.is_alive():
            future.set_exception(RunError(f"the request log {self.path} is closed"))
        else:
            self._queue.put((attempt, future))
        return future

    def answers(self, key: bytes, samples: Sequence[int]) -> dict[int, Completion]:
        """The answers that are there to a request.

        Args:
            key: The request's.
            samples: Indices that follow one another.

        Raises:
            RunError: The file is damaged.
        """
        rows = self._read(
            "SELECT sample, text, finish_reason, prompt_tokens, completion_tokens, logprobs, reasoning,"
            " seconds FROM answers WHERE key = ? AND sample BETWEEN ? AND ?",
            (key, samples[0], samples[-1]),
        )
        return {sample: _completion(*columns) for sample, *columns in rows}

    def usage(self) -> Usage:
        """What all starts of the run have used, together."""
        rows = self._read("SELECT count(*), total(prompt_tokens), total(completion_tokens) FROM attempts", ())
        return Usage(*map(int, rows[0]))

    def outcomes(self) -> Mapping[str, int]:
        """How many attempts of all starts ended how: ``answer``, or a kind of failure."""
        return dict(
            self._read("SELECT outcome, count(*) FROM attempts GROUP BY outcome ORDER BY outcome", ())
        )

    def _read(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            with self._one_reader:
                return self._reading.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise damaged(self.path, error) from error

    def _write_all(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < _MOST and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)
                    break
                batch.append(following)
            self._write_batch(batch)

    def _write_batch(self, batch: list[tuple[Attempt, Future[None]]]) -> None:
        problem = None
        try:
            self._writing.execute("BEGIN IMMEDIATE")
            for attempt, _ in batch:
                _insert(self._writing, attempt)
            self._writing.execute("COMMIT")
        except (sqlite3.Error, ValueError, OverflowError) as error:  # a full disk; a text that is no Unicode
            if self._writing.in_transaction:
                self._writing.execute("ROLLBACK")
            problem = damaged(self.path, sqlite3.DatabaseError(str(error)))
        for _, future in batch:
            if not future.set_running_or_notify_cancel():
                continue
            if problem is None:
                future.set_result(None)
            else:
                future.set_exception(problem)


def _insert(connection: sqlite3.Connection, attempt: Attempt) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO requests VALUES (?, ?)", (attempt.key, attempt.request.decode())
    )
    connection.execute(
        "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            attempt.key, attempt.samples[0], len(attempt.samples), attempt.began, attempt.seconds,
            attempt.outcome, attempt.message, attempt.prompt_tokens, attempt.completion_tokens,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                attempt.key, sample, said.text, said.finish_reason, said.prompt_tokens,
                said.completion_tokens, _encode_tokens(said.logprobs), said.reasoning, said.seconds,
            )
            for sample, said in zip(attempt.samples, attempt.completions, strict=False)
        ],
    )  # fmt: skip


def _encode_tokens(tokens: Sequence[Token] | None) -> str | None:
    if tokens is None:
        return None
    return orjson.dumps([[token.text, token.logprob, token.top] for token in tokens]).decode()


def _completion(
    text: str,
    finish_reason: str,
    prompt_tokens: int | None,
    completion_tokens: int | None,
    logprobs: str | None,
    reasoning: str | None,
    seconds: float,
) -> Completion:
    return Completion(
        text=text,
        finish_reason=finish_reason,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        logprobs=None if logprobs is None else tuple(Token(*token) for token in orjson.loads(logprobs)),
        reasoning=reasoning,
        seconds=seconds,
    )
