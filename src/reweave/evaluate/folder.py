"""The run directory of ``reweave eval``: what lies in it, who may write it, and whether a run fits it.

    config.json       the resolved configuration, and what it was applied to
    requests.sqlite   every request and answer, where a model was asked
    tasks.jsonl, samples.jsonl, verdicts.parquet, summary.json

The last four appear whole or not at all. ``verdicts.partial.jsonl`` holds the verdicts so far: a line a
sample, in the samples' order, below a line that says of which samples. So a killed run judges nothing twice.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write
from reweave.storage.lock import RunLock

_FLUSH_EVERY = 32  # verdicts: what a kill may cost


class EvalFolder:
    """A run directory, held by this process. A context manager.

    Args:
        path: The folder; made if it is not there.

    Raises:
        RunError: Another process writes it, or it holds something else.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_dir():
            raise RunError(f"{path} is a file: give -o a folder")
        if path.is_dir() and any(path.iterdir()) and not (path / "config.json").exists():
            raise RunError(f"{path} holds something else than a run: give -o a folder of its own")
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = RunLock(path / ".lock")

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def claim(self, config: Mapping[str, Any]) -> None:
        """Write the configuration, or see that it is the one that the run began with.

        Raises:
            RunError: It is another; the message says in what.
        """
        path = self.path / "config.json"
        if not path.exists():
            atomic_write(path, orjson.dumps(config, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
            return
        try:
            began = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError as error:
            raise RunError(f"{path} is damaged: {error}; give -o another folder") from error
        now = orjson.loads(orjson.dumps(config))
        differing = sorted(key for key in began.keys() | now.keys() if began.get(key) != now.get(key))
        if differing:
            told = "; ".join(f"{key}: {began.get(key)!r} before, {now.get(key)!r} now" for key in differing)
            raise RunError(f"{self.path} was begun with another configuration: {told[:2000]}")

    @property
    def requests(self) -> Path:
        """The request log."""
        return self.path / "requests.sqlite"

    @property
    def samples(self) -> Path:
        """All samples."""
        return self.path / "samples.jsonl"

    @property
    def verdicts(self) -> Path:
        """All verdicts."""
        return self.path / "verdicts.parquet"

    @property
    def summary(self) -> Path:
        """The numbers."""
        return self.path / "summary.json"

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of ``samples.jsonl``."""
        with self.samples.open("rb") as file:
            for line in file:
                yield orjson.loads(line)

    @contextlib.contextmanager
    def partial(self) -> Iterator["PartialVerdicts"]:
        """Open the verdicts so far, those of these samples."""
        digest = hashlib.sha256()
        with self.samples.open("rb") as file:
            while part := file.read(1 << 20):
                digest.update(part)
        partial = PartialVerdicts(self.path / "verdicts.partial.jsonl", digest.hexdigest())
        try:
            yield partial
        finally:
            partial.close()


class PartialVerdicts:
    """Verdicts, appended one by one; what a kill tore off the end is left out when it is opened again.

    Args:
        path: The file.
        samples: What tells the samples that they are of from others; verdicts of others are dropped.
    """

    def __init__(self, path: Path, samples: str) -> None:
        self.path = path
        self.done: list[dict[str, Any]] = []
        head = orjson.dumps({"samples": samples}, option=orjson.OPT_APPEND_NEWLINE)
        whole = len(head)
        if path.exists() and path.read_bytes().startswith(head):
            with path.open("rb") as file:
                file.seek(whole)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self.done.append(orjson.loads(line))
                    whole += len(line)
        else:
            path.write_bytes(head)
        self._file: IO[bytes] = path.open("r+b")
        self._file.truncate(whole)
        self._file.seek(whole)
        self._unflushed = 0

    def append(self, row: dict[str, Any]) -> None:
        """Keep one more verdict."""
        self.done.append(row)
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self._unflushed += 1
        if self._unflushed >= _FLUSH_EVERY:
            self._file.flush()
            self._unflushed = 0

    def close(self) -> None:
        """Write what is left."""
        self._file.close()

    def remove(self) -> None:
        """Drop the file: the verdicts are in their final form."""
        self.close()
        self.path.unlink(missing_ok=True)
