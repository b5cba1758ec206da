"""Files that appear whole or not at all.

The pattern: write to a hidden temporary file in the target's own folder, flush it to the disk, rename it
over the target, flush the folder. A reader sees the old file or the new one, never a part of one, after a
kill and after a power cut alike.

Trade-offs accepted. The temporary name is fixed (``.NAME.tmp``), so what a killed process leaves behind is
overwritten by the next attempt instead of piling up; hence one writer a target at a time, which the run
lock sees to. Twice the space is needed for a moment. A symbolic link at the target is replaced, not
followed. On Windows a folder cannot be flushed: there the rename may be lost in a power cut, never torn.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when the block ends well.

    Args:
        path: The target. Its folder must exist.

    Yields:
        A binary file. When the block raises, it is removed and the target is as it was.

    Raises:
        OSError: Writing, flushing or renaming failed; the target is as it was.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            temporary.unlink()
        raise
    sync_folder(path.parent)


def atomic_write(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all.

    Raises:
        OSError: Writing failed; the target is as it was.
    """
    with atomic_file(path) as file:
        file.write(data)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a rename survives a power cut."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse; the rename itself is done
            os.fsync(handle)
    finally:
        os.close(handle)
