"""The rows of one training: those a round has made, and a share of earlier and of other ones.

Which of the earlier and other rows is drawn by the rounds' seed; the order is drawn too, since a run of one
kind of rows is a run of like gradients. The same input gives the same file.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.storage import read_rows
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.manifest import PRETTY, read_json

_LINE = orjson.OPT_APPEND_NEWLINE
_TRAINED = ("id", "prompt", "completion", "messages", "instruction", "program")


@dataclass(frozen=True, slots=True)
class Mix:
    """What a training's rows are made of, in rows.

    Args:
        new: Of the round itself.
        earlier: Of earlier rounds.
        also: Of other files.
    """

    new: int
    earlier: int
    also: int


def mix(
    new: Path,
    earlier: Sequence[Path],
    also: Sequence[Path],
    out: Path,
    *,
    shares: tuple[float, float],
    seed: int,
) -> Mix:
    """Write the rows of a training, or find that they are written.

    Args:
        new: The round's rows.
        earlier: Those of earlier rounds.
        also: Other files.
        out: The file; beside it ``OUT.json`` holds the counts.
        shares: Of earlier and of other rows in the whole; where there are too few, all of them are taken.
        seed: Of what is drawn.

    Raises:
        InputError: A file cannot be read.
    """
    told = out.with_name(f"{out.name}.json")
    if told.exists():  # it comes last
        return Mix(**read_json(told))
    rows = [("new", line) for line in _lines([new])]
    own = 1 - shares[0] - (shares[1] if also else 0)
    counts = {"new": len(rows), "earlier": 0, "also": 0}
    for kind, files, share in (("earlier", earlier, shares[0]), ("also", also, shares[1])):
        wanted = round(counts["new"] * share / own) if files else 0
        drawn = sorted(_lines(files), key=lambda line: _draw(kind, seed, line))[:wanted]
        counts[kind] = len(drawn)
        rows += [(kind, line) for line in drawn]
    rows.sort(key=lambda row: _draw("order", seed, row[1]))
    with atomic_file(out) as file:
        file.writelines(line for _, line in rows)
    made = Mix(**counts)
    atomic_write(told, orjson.dumps(asdict(made), option=PRETTY))
    return made


def _lines(files: Sequence[Path]) -> Iterator[bytes]:
    for file in files:
        for row in read_rows(file):
            yield orjson.dumps(_trained(row), option=_LINE)


def _trained(row: dict[str, Any]) -> dict[str, Any]:
    """Give what training reads of a row, and its id."""
    return {key: row[key] for key in _TRAINED if key in row}


def _draw(what: str, seed: int, line: bytes) -> bytes:
    return hashlib.blake2b(f"{what}\0{seed}\0".encode() + line, digest_size=16).digest()
