"""Which files are tables: those named, and those of a folder whose name says so, sorted.

A folder's other files are counted in a note. What is in a file is for ``record`` to find out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reweave.errors import InputError
from reweave.storage.fingerprint import list_fingerprint
from reweave.storage.python_files import walk

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".ipynb": "ipynb",
}


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that should hold a table.

    Attributes:
        id: Names its record: its path below the folder that was given, with ``/``.
        path: Where it is.
        format: As its name says: one of `FORMATS`.
    """

    id: str
    path: Path
    format: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The files of a run.

    Attributes:
        files: In their order.
        notes: What was left out, in sentences.
    """

    files: tuple[TableFile, ...]
    notes: tuple[str, ...]

    def fingerprint(self) -> dict[str, Any]:
        """The list's names and sizes, hashed; a change that keeps a file's size goes unseen."""
        return {"kind": "tables", **list_fingerprint((file.id, file.path) for file in self.files)}


def find(sources: Sequence[str]) -> Tables:
    """List the tables of files and folders.

    Args:
        sources: Paths. Several folders' files are named with the folder's name in front.

    Raises:
        InputError: No such file, one that is no table by its name, or none at all.
    """
    listed: list[tuple[str, Path]] = []
    notes: list[str] = []
    for source in sources:
        path = Path(source)
        if path.is_dir():
            prefix = f"{path.resolve().name}/" if len(sources) > 1 else ""
            listed += _of_folder(path, prefix, notes)
        elif path.is_file():
            if path.suffix.lower() not in FORMATS:
                raise InputError(f"{path}: what is in it? Tables are {', '.join(FORMATS)}")
            listed.append((path.name, path))
        else:
            raise InputError(f"no such file or folder: {path}")
    if not listed:
        more = f" ({'; '.join(notes)})" if notes else ""
        raise InputError(f"{', '.join(sources)}: no table in there{more}. Tables are {', '.join(FORMATS)}")
    seen: Counter[str] = Counter()
    files = []
    for name, path in listed:
        seen[name] += 1
        numbered = name if seen[name] == 1 else f"{name}#{seen[name]}"
        files.append(TableFile(numbered, path, FORMATS[path.suffix.lower()]))
    return Tables(tuple(files), tuple(notes))


def _of_folder(root: Path, prefix: str, notes: list[str]) -> list[tuple[str, Path]]:
    paths, left_out = walk(root)
    notes += left_out
    listed = []
    others: Counter[str] = Counter()
    for path in paths:
        suffix = path.suffix.lower()
        if path.name.startswith((".", "~$")):  # hidden, or what Excel leaves beside a file that is open
            others["hidden"] += 1
        elif suffix not in FORMATS:
            others[suffix[:12] or "no ending"] += 1
        else:
            # Bytes of a name that are no text become U+FFFD: an id is text
            shown = path.relative_to(root).as_posix().encode("utf-8", "surrogateescape")
            listed.append((prefix + shown.decode("utf-8", "replace"), path))
    if others:
        most = ", ".join(f"{n:,} {name}" for name, n in sorted(others.items())[:6])
        more = " …" if len(others) > 6 else ""
        notes.append(
            f"{root.name}: {sum(others.values()):,} files are no tables by their names: {most}{more}"
        )
    return listed
