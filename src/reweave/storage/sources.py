"""Where records come from: one door for every kind of input.

A source gives one JSON object's bytes per record, in an order that never changes, and a `RowError` in the
place of a record that cannot be read; record numbers are what a run is resumed by. What is inside a row is
`rows.py`'s business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from reweave.errors import InputError, RowError
from reweave.storage.archives import ArchiveSource, is_archive
from reweave.storage.definitions import DefinitionSource
from reweave.storage.fingerprint import list_fingerprint
from reweave.storage.jsonl import StdinSource, is_jsonl, open_jsonl
from reweave.storage.parquet import ParquetSource, open_parquet
from reweave.storage.provenance import STANDARD_LIBRARY, standard_library
from reweave.storage.python_files import package, python_file, python_folder, walk

KINDS = (
    ".jsonl, .ndjson or .json (also .gz, .zst), .parquet, .py, a folder of them, .zip, .whl, .tar.gz, "
    "package:NAME, stdlib, or -"
)


class Source(Protocol):
    """An input of a run."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it was read, such as folders left out."""

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each record's JSON, or the reason why it cannot be read, from record ``start`` on.

        Raises:
            InputError: The input as a whole cannot be read further; trying again may help.
        """

    def fingerprint(self) -> dict[str, Any]:
        """Tell this input from others, for resuming: the same wherever it lies and whenever it was made."""

    def count_hint(self) -> int | None:
        """About how many records there are, if that is cheap to know."""


@dataclass(frozen=True, slots=True)
class ShardsSource:
    """A folder of JSON lines or Parquet files, read one after the other, sorted by name."""

    root: Path
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give the files' records; a file that cannot be opened is one record, ``unreadable-file``.

        Parquet files before ``start`` are skipped by their footers, others are read through.
        """
        number = 0
        for path in self.files:
            if number < start and path.suffix == ".parquet":
                count = _count(path)
                if number + count <= start:
                    number += count
                    continue
            for record in _shard_rows(path):
                if number >= start:
                    yield record
                number += 1

    def fingerprint(self) -> dict[str, Any]:
        """The list's names and sizes, hashed."""
        names = ((path.relative_to(self.root).as_posix(), path) for path in self.files)
        return {"kind": "shards", "name": self.root.resolve().name, **list_fingerprint(names)}

    def count_hint(self) -> int | None:
        """The rows of all Parquet files; unknown as soon as one is JSON lines."""
        if all(path.suffix == ".parquet" for path in self.files):
            return sum(map(_count, self.files))
        return None


def open_source(
    spec: str, *, split: str = "file", code_field: str | None = None, extract: bool = True
) -> Source:
    """Open an input by its name.

    Args:
        spec: A path (a file, an archive, a folder, or a pattern such as ``src/**/*.py``), ``package:NAME``,
            ``stdlib`` (this Python's standard library without its tests), or ``-``.
        split: ``file`` (records as they are) or ``definition`` (one for each top-level function and class).
        code_field: For ``definition``: the column with the code; default the first usual name a row has.
        extract: For ``definition``: whether code is first taken out of Markdown fences.

    Raises:
        InputError: No such input, or not of a kind that can be read.
    """
    if split not in {"file", "definition"}:
        raise InputError(f"split is 'file' or 'definition', not {split!r}")
    source = _open(spec)
    return source if split == "file" else DefinitionSource(source, code_field, extract)


def _open(spec: str) -> Source:
    if spec == "-":
        return StdinSource()
    if spec.startswith("package:"):
        return package(spec.removeprefix("package:"))
    if spec == STANDARD_LIBRARY:
        return standard_library()
    path = Path(spec)
    if path.is_dir():
        files, notes = walk(path)
        return _of_files(path, files, notes)
    if path.exists():
        if path.suffix == ".py":
            return python_file(path)
        if is_jsonl(path):
            return open_jsonl(path)
        if path.suffix == ".parquet":
            return open_parquet(path)
        if is_archive(path):
            return ArchiveSource(path)
        raise InputError(f"{path}: what is in it? Readable are {KINDS}")
    if any(mark in spec for mark in "*?["):
        return _of_pattern(path)
    raise InputError(f"no such file or folder: {path}")


def _of_pattern(pattern: Path) -> Source:
    fixed = 0
    while not any(mark in pattern.parts[fixed] for mark in "*?["):
        fixed += 1
    root = Path(*pattern.parts[:fixed])
    if not root.is_dir():
        raise InputError(f"no such folder: {root}")
    files, notes = walk(root)
    wanted = set(root.glob("/".join(pattern.parts[fixed:])))
    return _of_files(root, [path for path in files if path in wanted], notes)


def _of_files(root: Path, files: list[Path], notes: list[str]) -> Source:
    """Decide what a folder is: programs, or shards. One that holds both must be asked for by pattern."""
    programs = [path for path in files if path.suffix == ".py"]
    # A stray .json beside programs is configuration, not a shard; hidden files are somebody's leftovers.
    shards = [
        path
        for path in files
        if not path.name.startswith(".")
        and (path.suffix == ".parquet" or (is_jsonl(path) and ".json" not in path.suffixes))
    ]
    if not programs and not shards:
        shards = [path for path in files if not path.name.startswith(".") and is_jsonl(path)]
    if programs and shards:
        raise InputError(
            f"{root} holds {len(programs)} Python files (such as {programs[0].name}) and {len(shards)} "
            f"data files (such as {shards[0].name}); say which: "
            f"'{root}/**/*.py' or '{root}/**/*{shards[0].suffix}'"
        )
    if programs:
        return python_folder(root, programs, notes)
    if shards:
        return ShardsSource(root, tuple(shards), tuple(notes))
    left_out = f" ({'; '.join(notes)})" if notes else ""
    raise InputError(f"{root} holds no file that can be read{left_out}. Readable are {KINDS}")


def _shard_rows(path: Path) -> Iterator[bytes | RowError]:
    try:
        source = open_parquet(path) if path.suffix == ".parquet" else open_jsonl(path)
    except InputError as error:
        yield RowError("unreadable-file", str(error))
        return
    yield from source.rows()


def _count(path: Path) -> int:
    try:
        return ParquetSource(path).count_hint() or 0
    except InputError:
        return 1  # the one row that says so
