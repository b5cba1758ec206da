"""Python files out of archives: zip, wheels, and tar however it is packed.

Nothing is unpacked onto the disk, imported or run: a member's name is only shown. Members come in the
archive's own order, which is fixed as the file is. Left out is what a folder's walk leaves out, too.
"""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.storage.fingerprint import file_fingerprint
from reweave.storage.python_files import NOT_SOURCE

ZIPS = (".zip", ".whl")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
LARGEST = 1 << 26  # 64 MiB: beyond this a "program" is some other kind of file, or an attack

_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """An archive's Python files, one record each: ``{"id": …, "program": …, "path": …}``."""

    path: Path
    notes: tuple[str, ...] = ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each file as a row; one that cannot be read is ``invalid-utf8``, ``too-long`` or
        ``damaged-member``. Where a tar breaks there is one last ``truncated-input``. What is skipped by
        ``start`` is still decompressed where it lies in a tar.
        """  # noqa: D205 - the reasons are one list
        members = _zip(self.path) if self.path.name.lower().endswith(ZIPS) else _tar(self.path)
        yield from islice(members, start, None)

    def fingerprint(self) -> dict[str, Any]:
        """Name, size and a hash of both ends."""
        return {"kind": "archive", **file_fingerprint(self.path)}

    def count_hint(self) -> int | None:
        """The number of files in a zip, which has a list; unknown for tar."""
        if not self.path.name.lower().endswith(ZIPS):
            return None
        with _open_zip(self.path) as archive:
            return sum(_wanted(name) for name in archive.namelist())


def is_archive(path: Path) -> bool:
    """Tell by the name whether a file is an archive that can be read."""
    return path.name.lower().endswith(ZIPS + TARS)


def _zip(path: Path) -> Iterator[bytes | RowError]:
    with _open_zip(path) as archive:
        for member in archive.infolist():
            if not _wanted(member.filename):
                continue
            try:
                with archive.open(member) as file:
                    data = file.read(LARGEST + 1)
            except (*_DAMAGED, RuntimeError) as error:  # RuntimeError: it asks for a password
                yield RowError("damaged-member", f"{member.filename}: {error}")
            else:
                yield _row(member.filename, data)


def _tar(path: Path) -> Iterator[bytes | RowError]:
    try:
        archive = tarfile.open(path, "r|*")  # noqa: SIM115 - closed below
    except _DAMAGED as error:
        raise InputError(f"cannot read {path} as tar: {error}") from error
    with archive:
        try:
            for member in archive:
                if not member.isreg() or not _wanted(member.name):
                    continue
                file = archive.extractfile(member)
                assert file is not None  # a regular file
                yield _row(member.name, file.read(LARGEST + 1))
        except _DAMAGED as error:
            yield RowError("truncated-input", f"the archive breaks here: {error}")


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise InputError(f"cannot read {path} as zip: {error}") from error


def _wanted(name: str) -> bool:
    path = PurePosixPath(name)
    folders = path.parts[:-1]
    return path.suffix == ".py" and not any(
        folder in NOT_SOURCE or folder.startswith(".") for folder in folders if folder not in {".", ".."}
    )


def _row(name: str, data: bytes) -> bytes | RowError:
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").removeprefix("./")
    if len(data) > LARGEST:
        return RowError("too-long", f"{shown}: more than {LARGEST:,} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return RowError("invalid-utf8", f"{shown}: {error}")
    return orjson.dumps({"id": shown, "program": text, "path": shown})
