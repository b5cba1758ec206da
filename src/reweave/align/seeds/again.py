"""A run made again because its judge could not be asked about some seeds: types are not checked twice.

What the type checker said stands in the rejects of the run before; what is not there passed. It is written
down before those are forgotten, in ``types.jsonl``: a line for each definition that did not pass.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson

from reweave.align.seeds.rules import TYPE_CHECK, TYPE_ERROR
from reweave.align.seeds.sifting import SiftedFile
from reweave.storage import forget
from reweave.storage.atomic import atomic_file

_KNOWN = "types.jsonl"
_LINE = orjson.OPT_APPEND_NEWLINE


class Types:
    """What the type checker said in the run before.

    Args:
        folder: The run directory.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _KNOWN
        self._known: dict[tuple[int, str], tuple[str, str]] | None = None
        if self._path.exists():
            lines = map(orjson.loads, self._path.read_bytes().splitlines())
            self._known = {(index, name): (reason, detail) for index, name, reason, detail in lines}

    def tell(self, file: SiftedFile) -> SiftedFile:
        """Tell a file's definitions their verdicts, where there is one; failures are checked again."""
        if self._known is None:
            return file
        for each in file.left():
            reason, detail = self._known.get((file.index, each.id), ("", ""))
            each.typed = not reason.startswith(TYPE_CHECK)
            if reason == TYPE_ERROR:
                each.refuse(reason, detail)
        return file

    def done(self) -> None:
        """Remove it: the run is made."""
        self._path.unlink(missing_ok=True)


def begin_again(out: Path, folder: Path) -> None:
    """Forget what a complete run made, but for types.

    Args:
        out: The run's output.
        folder: Its run directory, which nobody holds.

    Raises:
        RunError: Another process writes it.
    """
    with atomic_file(folder / _KNOWN) as file:
        for line in _types(folder / "rejects.jsonl"):
            file.write(line)
    forget(out)


def _types(rejects: Path) -> Iterator[bytes]:
    with rejects.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            if row["reason"] == TYPE_ERROR or row["reason"].startswith(TYPE_CHECK):
                yield orjson.dumps([row["index"], row["id"], row["reason"], row["detail"]], option=_LINE)
