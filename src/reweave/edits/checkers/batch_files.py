"""Texts as files in a scratch folder, for tools that check a folder in one call (ruff, ty).

A tool that dies must not make its whole batch clean. So each batch holds one more file, the sentinel, with an
error that the tool must report; and when a call fails, `check_halving` narrows it down to the texts at fault.
What to run and how to read its output is the checker's own business.
"""

import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from reweave.edits.checkers.base import Verdict
from reweave.errors import CheckerError

try:
    import fcntl
except ImportError:  # Windows: no locks, so nothing is swept there
    fcntl = None  # type: ignore[assignment]

SENTINEL = "reweave_sentinel\n"  # an undefined name

_MEMORY = Path("/dev/shm")  # noqa: S108 (private folders are made in it)
_PREFIX = "reweave-batch-"
_SWEEP_AFTER = 60.0  # seconds


class BatchFailedError(Exception):
    """The tool did not get through a batch: ``reason`` as in `CheckerError`, and what it said."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class BatchFolder:
    """A private folder, in memory where the system has such a place, that ends with the process.

    Texts go to ``states/0.py``, ``states/1.py`` …: names that no ``import`` statement can spell, so files
    cannot see each other. What else a tool needs, its configuration say, goes to ``root``. A process that
    was killed leaves its folder behind; the next one removes it.
    """

    def __init__(self) -> None:
        try:
            self._make()
        except OSError as error:
            raise BatchFailedError("crashed", f"cannot make a scratch folder: {error}") from error

    def _make(self) -> None:
        base = scratch_root()
        _sweep(base)
        self.root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)).resolve()
        self._lock = _hold(self.root)
        self.states = self.root / "states"
        self.states.mkdir()
        self._held = 0
        self._open: list[int] = []  # files kept open between batches, 0.py first
        self._sizes: list[int] = []
        self._remove = weakref.finalize(self, _remove, self.root, self._open, self._lock)

    def fill(self, texts: Sequence[str]) -> int:
        """Write the texts and, behind them, the sentinel; return the sentinel's number.

        Files of an earlier, larger batch are removed. Texts are written as UTF-8, byte for byte.

        Raises:
            BatchFailedError: The folder cannot be written; the disk is full, say.
        """
        try:
            return self._fill(texts)
        except OSError as error:
            raise BatchFailedError("crashed", f"cannot write the batch: {error}") from error

    def _fill(self, texts: Sequence[str]) -> int:
        opened, sizes, kept = self._open, self._sizes, _kept_open()
        number = -1
        for number, text in enumerate([*texts, SENTINEL]):
            data = text.encode(errors="surrogatepass")  # the tool will refuse it, and say so
            size = len(data)
            if number >= len(opened):
                if number >= kept:
                    (self.states / f"{number}.py").write_bytes(data)
                    continue
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                opened.append(os.open(self.states / f"{number}.py", flags, 0o600))
                sizes.append(0)
            # Writing into open files takes a quarter of the time that opening and closing them takes.
            file = opened[number]
            done = os.pwrite(file, data, 0)
            while done < size:
                done += os.pwrite(file, data[done:], done)
            if size < sizes[number]:
                os.ftruncate(file, size)
            sizes[number] = size
        for extra in range(number + 1, self._held):
            (self.states / f"{extra}.py").unlink(missing_ok=True)
            if extra < len(opened):
                os.close(opened[extra])
        del opened[number + 1 :], sizes[number + 1 :]
        self._held = number + 1
        return number

    def close(self) -> None:
        """Remove the folder. May be called twice."""
        self._remove()


def scratch_root() -> Path:
    """Return where scratch folders go: memory where the system offers it, else the temporary folder."""
    in_memory = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK | os.X_OK)
    return _MEMORY if in_memory else Path(tempfile.gettempdir())


def _kept_open() -> int:
    """Return how many files may stay open: a part of what the system grants, none where it cannot be done."""
    if not hasattr(os, "pwrite"):
        return 0
    import resource  # noqa: PLC0415 - not everywhere

    return min(8_192, max(resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2, 0))


def _hold(root: Path) -> IO[bytes]:
    """Lock a folder for as long as this process lives."""
    file = (root / "lock").open("wb")
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _sweep(base: Path) -> None:
    """Remove the folders of processes that are gone: those that nobody holds the lock of."""
    if fcntl is None:
        return
    for root in base.glob(f"{_PREFIX}*"):
        try:
            # One just made may not hold its lock yet.
            if time.time() - root.stat().st_mtime < _SWEEP_AFTER:
                continue
            with (root / "lock").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(root, ignore_errors=True)
        except OSError:  # somebody else's, in use, or gone by now
            continue


def _remove(root: Path, opened: list[int], lock: IO[bytes]) -> None:
    for file in opened:
        os.close(file)
    opened.clear()
    shutil.rmtree(root, ignore_errors=True)
    lock.close()


def check_halving(
    checker: str, look: Callable[[Sequence[str]], list[Verdict]], texts: Sequence[str]
) -> list[Verdict]:
    """Check texts in one call, and in halves where a call fails, down to the single text at fault.

    Args:
        checker: Its name, for errors.
        look: Checks a batch in one call, or raises `BatchFailedError`.
        texts: The batch.

    Raises:
        CheckerError: The tool fails on an empty batch, too: no text is at fault.
    """
    if not texts:
        return []
    try:
        return look(texts)
    except BatchFailedError:
        try:
            look([])
        except BatchFailedError as error:
            raise CheckerError(checker, error.reason, error.detail) from error
    return _halve(checker, look, texts)


def _halve(
    checker: str, look: Callable[[Sequence[str]], list[Verdict]], texts: Sequence[str]
) -> list[Verdict]:
    middle = (len(texts) + 1) // 2
    verdicts: list[Verdict] = []
    for part in (texts[:middle], texts[middle:]):
        if not part:
            continue
        try:
            verdicts += look(part)  # a single text gets its second chance here
        except BatchFailedError as error:
            if len(part) > 1:
                verdicts += _halve(checker, look, part)
            else:
                verdicts.append(CheckerError(checker, error.reason, error.detail))
    return verdicts
