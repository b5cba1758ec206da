"""What makes an input the same input: names, sizes and hashes, never dates or absolute paths.

A run is continued only over the input it began with. Hashing both ends of a file finds another file and a
longer one at once, whatever the size; a change in the middle that keeps the length goes unseen.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reweave.storage.streams import open_raw

END = 1 << 20


def file_fingerprint(path: Path) -> dict[str, Any]:
    """Name, size and the SHA-256 of the first and the last MiB.

    Raises:
        InputError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with open_raw(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        digest.update(file.read(END))
        file.seek(max(0, size - END))
        digest.update(file.read(END))
    return {"name": path.name, "size": size, "sha256_ends": digest.hexdigest()}


def list_fingerprint(files: Iterable[tuple[str, Path]]) -> dict[str, Any]:
    """Number, total size, and the SHA-256 of a list of names and sizes.

    Args:
        files: Each file's name as the rows show it, and where it is.
    """
    digest = hashlib.sha256()
    count = total = 0
    for name, path in files:
        try:
            size = path.stat().st_size
        except OSError:
            size = -1  # gone, or a dangling link: its row says so
        digest.update(f"{name}\0{size}\n".encode("utf-8", "surrogateescape"))
        count += 1
        total += max(size, 0)
    return {"files": count, "size": total, "sha256_list": digest.hexdigest()}
