"""Texts out of the sources, mixed by weight: what is read, what is refused, what was there before.

Sources are those of ``reweave.storage`` and ``installed``. The next document comes from the source that has
given the least text for its weight, so that the mixture holds at every point of the stream; a source that
ends drops out. Where the stream stands is a :class:`Position`, small enough for a file: reading goes on from
there, in the same order.

A document that cannot be read is a reject with its reason; so is one whose text came before, byte for byte.
Near-duplicates are left to curation. Whether a document is held out is decided by the hash of its text alone:
it does not change with what else is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import orjson

from reweave.errors import InputError, RowError
from reweave.storage.definitions import CODE_FIELDS
from reweave.storage.rows import Fields, row_to_program
from reweave.storage.sources import Source, open_source
from reweave.train.pretrain.installed import NAME, installed

COLUMNS = (*CODE_FIELDS, "text")
"""Where the text is looked for when no column is named: the first of these that a row has."""


@dataclass(slots=True)
class Position:
    """Where the stream stands.

    Attributes:
        rows: Rows read of each source.
        texts: Bytes of text that each source has given.
    """

    rows: list[int]
    texts: list[int]


@dataclass(frozen=True, slots=True)
class Document:
    """One text, or the reason why there is none.

    Attributes:
        source: The number of its source.
        row: Its row there, from 0.
        id: Its id there.
        text: The text; None where it was refused.
        size: Of the text, in bytes of UTF-8.
        digest: Of the text.
        reason: Why it was refused.
        detail: What was wrong, for a person.
    """

    source: int
    row: int
    id: str
    text: str | None = None
    size: int = 0
    digest: bytes = b""
    reason: str = ""
    detail: str = ""

    def split(self, share: float) -> Literal["train", "held-out"]:
        """Say which side it belongs to, if that share of all documents is held out."""
        return "held-out" if int.from_bytes(self.digest[:8], "little") < share * 2**64 else "train"


def open_sources(specs: Sequence[str]) -> list[Source]:
    """Open the sources of a run.

    Raises:
        InputError: One is not there, or ``-``: standard input cannot be read twice.
    """
    if "-" in specs:
        raise InputError("standard input cannot be read twice, and a run may need to: give a file")
    return [installed() if spec == NAME else open_source(spec) for spec in specs]


def read(
    sources: Sequence[Source],
    *,
    weights: Sequence[float] | None = None,
    column: str | None = None,
    start: Position | None = None,
) -> Iterator[Document]:
    """Read documents, mixed by weight, from a position on; exact duplicates are not looked for.

    Raises:
        InputError: A source as a whole cannot be read further.
    """
    shares = [1.0] * len(sources) if weights is None else list(weights)
    here = start or Position([0] * len(sources), [0] * len(sources))
    numbers, given = list(here.rows), list(here.texts)
    streams = [source.rows(number) for source, number in zip(sources, numbers, strict=True)]
    left = list(range(len(sources)))
    while left:
        which = min(left, key=lambda i: (given[i] / shares[i], i))
        raw = next(streams[which], None)
        if raw is None:
            left.remove(which)
            continue
        document = _document(raw, which, numbers[which], column)
        numbers[which] += 1
        given[which] += document.size
        yield document


def advance(position: Position, document: Document) -> None:
    """Move a position behind a document."""
    position.rows[document.source] = document.row + 1
    position.texts[document.source] += document.size


def _document(raw: bytes | RowError, source: int, row: int, column: str | None) -> Document:
    if isinstance(raw, RowError):
        return Document(source, row, str(row), reason=raw.reason, detail=raw.detail)
    try:
        program = row_to_program(raw, row, Fields(code=column or _column(raw), extract=False))
    except RowError as error:
        return Document(source, row, str(row), reason=error.reason, detail=error.detail)
    data = program.text.encode()
    return Document(source, row, program.id, program.text, len(data), blake2b(data, digest_size=16).digest())


def _column(raw: bytes) -> str | None:
    """Find the column with the text; None leaves saying what is wrong to the reader of rows."""
    try:
        row: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return next((name for name in COLUMNS if name in row), None) if isinstance(row, dict) else None
