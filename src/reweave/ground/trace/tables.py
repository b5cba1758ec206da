"""The files that a context reads, to be laid beside it in the sandbox.

A context that was made of a table (``ground.contexts``) loads it by its name from the folder it runs in. Rows
say in ``path`` which table that is, and in ``sha256`` what it held: another content would give other values.
A notebook's context reads what it names: files beside it or below, as far as they are there.
"""

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from reweave.errors import RowError
from reweave.ground.contexts.sources import find
from reweave.ground.trace.pair import Pair
from reweave.parsing import parse_quietly

REASONS = ("table-missing", "table-changed", "table-too-large")
_KEPT = 8  # tables held at once: a table's rows come one after the other

Files = dict[str, bytes]
"""By the name in the folder where programs run."""


class TableFiles:
    """Finds the tables of rows.

    Args:
        sources: Files and folders, as ``ground.contexts`` was given them; none: rows bring no tables.
        most: Bytes of one row's tables; each run of a program has them anew.

    Raises:
        InputError: No such file, or no table among them.
    """

    def __init__(self, sources: Sequence[str], most: int) -> None:
        self._paths = {file.id: file.path for file in find(sources).files} if sources else {}
        self._most = most
        self._read = lru_cache(_KEPT)(self._bytes)

    def of(self, pair: Pair) -> Files:
        """Give a row's tables; none where it names none.

        Raises:
            RowError: One of ``REASONS``.
        """
        name = pair.more.get("path")
        if not self._paths or not isinstance(name, str):
            return {}
        if name not in self._paths:
            raise RowError("table-missing", f"there is no {name!r} in the folders that were given")
        path = self._paths[name]
        if path.suffix.lower() == ".ipynb":
            return self._named(pair.context, path.parent)
        data = self._read(path)
        said = pair.more.get("sha256")
        if isinstance(said, str) and hashlib.sha256(data).hexdigest() != said:
            raise RowError("table-changed", f"{name!r} is not what it was when its context was made")
        return {path.name: data}

    def _named(self, context: str, folder: Path) -> Files:
        """Give the files that a notebook's context names."""
        found: Files = {}
        left = self._most
        for name in _texts(context):
            path = PurePosixPath(name)
            if name in found or path.is_absolute() or ".." in path.parts or not path.parts:
                continue
            place = folder / path
            if place.is_file() and not place.is_symlink():
                found[name] = self._read(place)
                left -= len(found[name])
                if left < 0:
                    raise RowError("table-too-large", f"its files are over {self._most:,} bytes: table_bytes")
        return found

    def _bytes(self, path: Path) -> bytes:
        try:
            size = path.stat().st_size
            if size > self._most:
                told = f"{size:,} bytes; the limit is {self._most:,}: table_bytes"
                raise RowError("table-too-large", told)
            return path.read_bytes()
        except OSError as error:
            raise RowError("table-missing", f"{path.name}: {error.strerror or error}") from error


def _texts(context: str) -> Iterator[str]:
    """Give the short texts of a program, in their order."""
    try:
        tree = parse_quietly(context)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and 0 < len(text) < 256 and not {"\0", "\n"} & {*text}:
            yield text
