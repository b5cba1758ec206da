"""Which rows of a file are shown: the first ones, or some drawn by a seed; those that do not fit are told."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave.edits.stream import Stream
from reweave.errors import InputError, RowError
from reweave.ground.page.row import page_row
from reweave.records import Reject
from reweave.storage import find_run, open_source

_DRAWS = 1 << 63


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows for a page.

    Attributes:
        rows: In the order of the file: see ``row``.
        rejects: Rows that were chosen and cannot be shown, with the reason.
        read: Rows of the file that were looked at.
    """

    rows: tuple[dict[str, Any], ...]
    rejects: tuple[Reject, ...]
    read: int


def shown_rows(grounded: Path, *, limit: int = 0, sample: int = 0, seed: int = 1) -> Shown:
    """Choose rows of an output of ``reweave ground trace``, and make them ready for a page.

    Args:
        grounded: The output, or its run directory.
        limit: Read only the first rows; 0 for all.
        sample: Show so many of these, drawn; 0 for all. Which are drawn depends on ``seed`` and on their
            places in the file alone.
        seed: Of the draw.

    Raises:
        InputError: It cannot be read.
        MissingExtraError: A value is an array or a frame, and numpy or pandas is not installed.
    """
    out, folder = find_run(grounded)
    if not out.exists():
        raise InputError(f"{folder} is of a run that has not finished: the same command goes on with it")
    read = 0

    def counted() -> Iterator[tuple[int, bytes | RowError]]:
        nonlocal read
        for raw in islice(open_source(str(out)).rows(), limit or None):
            yield read, raw
            read += 1

    chosen: Iterator[tuple[int, bytes | RowError]] = counted()
    if sample:
        drawn = heapq.nsmallest(
            sample, chosen, key=lambda each: Stream(seed, str(each[0]), 0).below(0, _DRAWS)
        )
        chosen = iter(sorted(drawn, key=lambda each: each[0]))
    rows, rejects = [], []
    for number, raw in chosen:
        try:
            rows.append(page_row(_parsed(raw), number))
        except RowError as error:
            rejects.append(Reject(str(number), "rejected", error.reason, error.detail, {}))
    return Shown(tuple(rows), tuple(rejects), read)


def _parsed(raw: bytes | RowError) -> dict[str, Any]:
    if isinstance(raw, RowError):
        raise raw
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", str(error)) from error
    if type(row) is not dict:
        raise RowError("not-an-object", "a row is not an object")
    return row
