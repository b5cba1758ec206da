"""JSON lines in: plain, gzip or zstd, from a file or from standard input; and JSON arrays in ``.json`` files.

Lines are passed on as they are, not parsed: that is the workers' part. Blank lines are not records.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any, cast

import orjson

from reweave.errors import InputError, RowError
from reweave.storage.fingerprint import file_fingerprint
from reweave.storage.streams import BLOCK, DamagedStreamError, lines, open_blocks, open_raw

SUFFIXES = (".jsonl", ".jsonlines", ".ndjson", ".json")
COMPRESSIONS = ("", ".gz", ".zst")
SAMPLE = 8 << 20  # bytes read to estimate how many lines there are


def is_jsonl(path: Path) -> bool:
    """Tell by the name whether a file holds JSON lines."""
    name = path.name.lower()
    return name.endswith(tuple(suffix + packed for suffix in SUFFIXES for packed in COMPRESSIONS))


@dataclass(frozen=True, slots=True)
class JsonlSource:
    """A file of JSON lines."""

    path: Path
    notes: tuple[str, ...] = ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each line's bytes. What is skipped by ``start`` is still read and decompressed."""
        with open_raw(self.path) as raw, open_blocks(self.path, raw) as block:
            yield from islice(lines(block), start, None)

    def fingerprint(self) -> dict[str, Any]:
        """Name, size and a hash of both ends."""
        return {"kind": "jsonl", **file_fingerprint(self.path)}

    def count_hint(self) -> int | None:
        """Estimate the number of lines from the first few MiB; exact when they are the whole file."""
        size = self.path.stat().st_size
        count = 0
        with open_raw(self.path) as raw, open_blocks(self.path, raw) as block:
            try:
                seen = 0
                while seen < SAMPLE:
                    data = block()
                    seen += len(data)
                    count += data.count(b"\n")
                    if not data:
                        return count
                read = raw.tell()
            except DamagedStreamError:
                return count
        return round(count * size / read) if count else None


@dataclass(frozen=True, slots=True)
class JsonArraySource:
    """A ``.json`` file that holds one array of rows. It is read whole into memory."""

    path: Path
    notes: tuple[str, ...] = ()

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each element of the array as JSON."""
        data = bytearray()
        with open_raw(self.path) as raw, open_blocks(self.path, raw) as block:
            try:
                while part := block():
                    data += part
                rows = orjson.loads(data.strip().removeprefix(b"\xef\xbb\xbf"))
            except (DamagedStreamError, orjson.JSONDecodeError) as error:
                raise InputError(
                    f"{self.path} begins as a JSON array but does not read as one: {error}"
                ) from error
        yield from map(orjson.dumps, rows[start:])

    def fingerprint(self) -> dict[str, Any]:
        """Name, size and a hash of both ends."""
        return {"kind": "json-array", **file_fingerprint(self.path)}

    def count_hint(self) -> int | None:
        """Unknown before the array is read."""
        return None


@dataclass(frozen=True, slots=True)
class StdinSource:
    """JSON lines from standard input. It can be read once, and its fingerprint cannot tell inputs apart."""

    notes: tuple[str, ...] = ("standard input: a restart must be given the same stream again",)

    def rows(self, start: int = 0) -> Iterator[bytes | RowError]:
        """Give each line's bytes; ``start`` skips that many, so the same stream must come again."""
        stdin = cast("BufferedReader", sys.stdin.buffer)
        # read1 gives what has arrived: a slow producer is not waited for until a block is full.
        yield from islice(lines(lambda: stdin.read1(BLOCK)), start, None)

    def fingerprint(self) -> dict[str, Any]:
        """Only that it is standard input."""
        return {"kind": "stdin"}

    def count_hint(self) -> int | None:
        """Unknown."""
        return None


def open_jsonl(path: Path) -> JsonlSource | JsonArraySource:
    """Choose between lines and, in a file named ``.json``, one array.

    Raises:
        InputError: The file cannot be opened.
    """
    with open_raw(path) as raw:
        if ".json" not in [suffix.lower() for suffix in path.suffixes[-2:]]:
            return JsonlSource(path)
        with open_blocks(path, raw) as block:
            try:
                head = block()
            except DamagedStreamError:
                head = b""
    return (
        JsonArraySource(path)
        if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
        else JsonlSource(path)
    )
