"""From a finished part of plain JSON lines to the form that was asked for.

A part becomes its target in one pass (two for Parquet), under a temporary name, with bytes that depend on
the part alone: no dates, no names, one gzip member, one zstd frame.
"""

import errno
import gzip
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from reweave.errors import InputError
from reweave.storage.atomic import atomic_file, sync_folder

SHARD_SUFFIXES = (".jsonl.zst", ".jsonl.gz", ".jsonl")
SUFFIXES = (*SHARD_SUFFIXES, ".parquet")
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A finished file. ``name`` is relative to the folder that holds the run directory."""

    name: str
    bytes: int
    sha256: str


def output_suffix(out: Path) -> str | None:
    """Tell an output's form by its name; None is a folder of shards.

    Raises:
        InputError: It looks like a file, of a kind that cannot be written.
    """
    for suffix in SUFFIXES:
        if out.name.endswith(suffix) and out.name != suffix:
            return suffix
    if out.suffix and not out.is_dir():
        raise InputError(f"cannot write {out.name}: name it {', '.join(SUFFIXES)}, or a folder (no suffix)")
    return None


def make_target(part: Path, target: Path, suffix: str) -> list[str]:
    """Bring a part into its final form; the part is gone afterwards only if it became the target itself.

    Returns:
        The columns that Parquet holds as JSON text; empty for other forms.

    Raises:
        OSError: Reading or writing failed; there is no target, or the old one.
    """
    if suffix == ".parquet":
        from reweave.storage.parquet_out import write_parquet  # noqa: PLC0415 - only where asked for

        return write_parquet(part, target)
    if suffix == ".jsonl":
        _move(part, target)
        return []
    with part.open("rb") as source, atomic_file(target) as file:
        if suffix == ".jsonl.gz":
            # No name and no date in the header: the same rows give the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed:
                shutil.copyfileobj(source, packed, BLOCK)
        else:
            _zstd(source, file)
    return []


def describe(path: Path, folder: Path) -> OutputFile:
    """Measure and hash a finished file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return OutputFile(path.relative_to(folder).as_posix(), file.tell(), digest)


def _move(part: Path, target: Path) -> None:
    try:
        part.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # a folder of shards may lie on another disk than its run directory
            raise
        with part.open("rb") as source, atomic_file(target) as file:
            shutil.copyfileobj(source, file, BLOCK)
    sync_folder(target.parent)


def _zstd(source: IO[bytes], file: IO[bytes]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    # pyarrow closes what it writes to: give it a handle of its own on the same open file.
    own = os.fdopen(os.dup(file.fileno()), "wb")
    with own, pa.CompressedOutputStream(own, "zstd") as packed:
        while block := source.read(BLOCK):
            packed.write(block)
