"""Verdicts on the way: ``verdicts.partial.jsonl``, appended to as they come, so that none is reached twice.

Each line is a verdict with a hash of the program that it is of: it holds as long as the sample still has that
program. What a kill tore off the end is cut away. Verdicts that say nothing about the program
(``UNJUDGED``) are not taken up again: those samples are judged anew.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Self

import orjson

from reweave.evaluate.statistics.verdict_counts import UNJUDGED

_OF = "program_sha256"


class PartialVerdicts:
    """The verdicts so far; a context manager while they are read and added to.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done: dict[tuple[str, int], dict[str, Any]] = {}
        self._file: IO[bytes] | None = None

    def has_any(self) -> bool:
        """Say whether there is a verdict."""
        return self.path.exists() and b"\n" in self.path.read_bytes()

    def __enter__(self) -> Self:
        whole = 0
        self.path.touch()
        with self.path.open("rb") as file:
            for line in file:
                row = _verdict(line)
                if row is None:
                    break
                whole += len(line)
                if row["reason"] not in UNJUDGED:
                    self._done[row["task_id"], row["sample"]] = row
        self._file = self.path.open("r+b")
        self._file.truncate(whole)
        self._file.seek(whole)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._file is not None
        self._file.close()

    def of(self, sample: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give the verdict of a row of ``samples.jsonl``, None where there is none yet."""
        row = self._done.get((sample["task_id"], sample["sample"]))
        if row is None or row[_OF] != _hash(sample["program"]):
            return None
        return {name: value for name, value in row.items() if name != _OF}

    def append(self, sample: Mapping[str, Any], verdict: Mapping[str, Any]) -> None:
        """Keep the verdict of a row of ``samples.jsonl``."""
        assert self._file is not None
        row = {**verdict, _OF: _hash(sample["program"])}
        self._done[row["task_id"], row["sample"]] = row
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self._file.flush()  # what the system has survives a kill of this process

    def remove(self) -> None:
        """Drop the file: the verdicts are in their final form, and nothing is left to judge."""
        self.path.unlink(missing_ok=True)


def _hash(program: str | None) -> str | None:
    return None if program is None else hashlib.sha256(program.encode()).hexdigest()


def _verdict(line: bytes) -> dict[str, Any] | None:
    """Read a line, None where it is torn."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, dict) and row.keys() >= {_OF, "task_id", "sample", "reason"} else None
