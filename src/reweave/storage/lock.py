"""One process a run: a lock file, held by the operating system and so released by any death of its holder.

The file stays behind and says the last holder's process id, for messages only. On POSIX it is a record lock
(``fcntl.lockf``): it works on network file systems, and forked or started children do not inherit it, so
that workers who outlive a killed parent keep nobody out. It does not know threads or second opens within
one process, hence the set below.
"""

import os
import sys
from pathlib import Path

from reweave.errors import RunError

_held: set[Path] = set()
_FAR = 1 << 30  # where Windows locks a byte: a locked region cannot be read, and the process id must be


class RunLock:
    """A lock file.

    Args:
        path: Where; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock or say who has it; never waits.

        Raises:
            RunError: Another process, or another `Run` in this one, has it; or the file cannot be written.
        """
        # Opening a locked file again would release it on closing (POSIX), so ask the set first.
        if self._path in _held:
            raise RunError(f"this process is already writing {self._path.parent}")
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise RunError(f"cannot make the lock {self._path}: {error.strerror}") from error
        try:
            _lock(handle)
        except OSError as error:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise RunError(f"another process (id {holder}) is writing {self._path.parent}") from error
        _held.add(self._path)
        self._handle = handle
        try:
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        except OSError:  # a full disk: the lock holds without its note
            return

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None
            _held.discard(self._path)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)

    def _unlock(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.lockf(handle, fcntl.LOCK_UN)
