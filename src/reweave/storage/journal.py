"""How far a run has come: one checksummed line for each checkpoint.

A line is written only when the data it speaks of is on the disk. A kill may tear the last line; a power cut
may lose some. So the last line that is whole, checks, and whose offsets fit the files is what counts, and
everything after it is cut off before the run goes on.
"""

import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reweave.storage.atomic import atomic_write
from reweave.storage.parts import WriteFailedError

LARGEST = 4 << 20  # bytes; then only the last line is kept


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A point that a run can be taken up from.

    Attributes:
        next: The number of the first record not done.
        parts: Number and length in bytes of each part file that is not yet in its final form.
        reject_bytes: The length of the reject file.
        rows: How many rows were kept so far.
        rejects: How many records were rejected so far.
        state: The caller's own, such as statistics so far.
        statistics: Set when nothing is left but to bring the output into its final form.
    """

    next: int = 0
    parts: list[list[int]] = field(default_factory=list)
    reject_bytes: int = 0
    rows: int = 0
    rejects: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    statistics: dict[str, Any] | None = None


class Journal:
    """The journal of a run.

    Args:
        path: The file; made when it is first written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[tuple[Checkpoint, int]]:
        """Give all valid checkpoints, oldest first, and where each one's line ends."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        found = []
        end = 0
        for line in data.splitlines(keepends=True):
            end += len(line)
            checkpoint = _decode(line)
            if checkpoint is not None:
                found.append((checkpoint, end))
        return found

    def cut(self, end: int) -> None:
        """Forget what comes after a line."""
        if self.path.exists():
            os.truncate(self.path, end)

    def append(self, checkpoint: Checkpoint, *, sync: bool) -> None:
        """Write a checkpoint.

        Args:
            checkpoint: What to write.
            sync: Wait until it is on the disk; needed before anything is done that older lines do not know.

        Raises:
            WriteFailedError: The disk is full, or failed; older lines still count.
        """
        line = _encode(checkpoint)
        try:
            self._append(line, sync=sync)
        except OSError as error:
            raise WriteFailedError(self.path, len(line), error) from error

    def _append(self, line: bytes, *, sync: bool) -> None:
        with self.path.open("ab", buffering=0) as file:
            if file.tell() + len(line) <= LARGEST:
                while line:  # a full disk may take a part; the rest then says why
                    line = line[file.write(line) :]
                if sync:
                    os.fsync(file.fileno())
                return
        atomic_write(self.path, line)


def _encode(checkpoint: Checkpoint) -> bytes:
    data = orjson.dumps({name: getattr(checkpoint, name) for name in Checkpoint.__slots__})
    return b"%08x %s\n" % (zlib.crc32(data), data)


def _decode(line: bytes) -> Checkpoint | None:
    head, _, data = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or head != b"%08x" % zlib.crc32(data):
        return None
    return Checkpoint(**orjson.loads(data))
