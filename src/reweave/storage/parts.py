"""Files that only grow, and can be cut back to a known length."""

import os
from pathlib import Path

from reweave.errors import RunError

BUFFER = 1 << 20


class WriteFailedError(Exception):
    """A write failed: which file, how many bytes, why."""

    def __init__(self, path: Path, size: int, error: OSError) -> None:
        super().__init__(f"cannot write {size:,} bytes to {path}: {error.strerror or error}")


class PartFile:
    """An append-only file with a buffer of its own: a flush that failed half-way can be repeated.

    Args:
        path: The file; made if missing.
        size: Its length at the checkpoint; what is beyond is cut off.

    Attributes:
        size: Its length, with what is still in the buffer.

    Raises:
        RunError: The file cannot be opened.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = self._flushed = size
        self._pending: list[bytes] = []
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
            os.ftruncate(self._handle, size)
        except OSError as error:
            raise RunError(f"cannot write {path}: {error.strerror}") from error

    def write(self, data: bytes) -> None:
        """Add bytes; they reach the file when enough have come together.

        Raises:
            WriteFailedError: The disk is full, or failed.
        """
        if data:
            self._pending.append(data)
            self.size += len(data)
            if self.size - self._flushed >= BUFFER:
                self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system: it survives a kill.

        Raises:
            WriteFailedError: The disk is full, or failed.
        """
        data = memoryview(b"".join(self._pending))
        try:
            os.lseek(self._handle, self._flushed, os.SEEK_SET)
            while data:
                data = data[os.write(self._handle, data) :]
        except OSError as error:
            raise WriteFailedError(self.path, self.size - self._flushed, error) from error
        self._pending.clear()
        self._flushed = self.size

    def sync(self) -> None:
        """Flush, and wait until the disk has it: it survives a power cut.

        Raises:
            WriteFailedError: The disk is full, or failed.
        """
        self.flush()
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise WriteFailedError(self.path, self.size, error) from error

    def close(self) -> None:
        """Close without flushing: what no checkpoint knows of is cut off anyway. May be called twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
