"""Byte streams and their lines: plain, gzip and zstd.

A stream that breaks in the middle gives what was readable and then says so; a file that cannot be opened or
a disk that fails is an `InputError`, since trying again may help. Nothing here knows what a line means.
"""

import contextlib
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from reweave.errors import InputError, RowError

BLOCK = 1 << 20
COMPRESSED_BLOCK = 1 << 16  # what a broken stream loses at its end, at most
LONGEST_LINE = 1 << 26  # 64 MiB: beyond this a "line" is some other kind of file
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class DamagedStreamError(Exception):
    """The compressed data ends too early or does not check."""


def open_raw(path: Path) -> IO[bytes]:
    """Open a file for reading, or say in one sentence why not."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def open_blocks(path: Path, raw: IO[bytes]) -> Iterator[Callable[[], bytes]]:
    """Read a file block by block, decompressed as its name says.

    Args:
        path: Named in errors; its suffix (``.gz``, ``.zst`` or another) says how to decompress.
        raw: The open file.

    Yields:
        A function that gives the next block, empty at the end. It raises `DamagedStreamError` where the
        compressed data breaks and `InputError` where the disk fails.
    """
    with contextlib.ExitStack() as stack:
        read, size = _decompressor(path, raw, stack)

        def block() -> bytes:
            try:
                return bytes(read(size))
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise DamagedStreamError(str(error)) from error
            except OSError as error:
                if error.errno is None:  # pyarrow's word for damaged data; a failing disk has a number
                    raise DamagedStreamError(str(error)) from error
                raise InputError(f"cannot read {path}: {error.strerror}") from error

        yield block


def _decompressor(
    path: Path, raw: IO[bytes], stack: contextlib.ExitStack
) -> tuple[Callable[[int], Any], int]:
    if path.suffix.lower() == ".gz":
        return stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb")).read1, COMPRESSED_BLOCK
    if path.suffix.lower() == ".zst":
        import pyarrow as pa  # noqa: PLC0415 - heavy

        stream = pa.CompressedInputStream(raw, "zstd")
        stack.callback(stream.close)
        return stream.read, COMPRESSED_BLOCK
    return raw.read, BLOCK


def lines(block: Callable[[], bytes]) -> Iterator[bytes | RowError]:
    r"""Split blocks into lines that are not blank.

    Args:
        block: Gives the next block, empty at the end.

    Yields:
        Each line's bytes, valid UTF-8, without the white space around it; a `RowError` in the place of a line
        that is not UTF-8 (``invalid-utf8``) or too long to be one (``too-long``); and one last `RowError`
        (``truncated-input``) where the stream breaks. The unfinished line before it is lost.
    """
    pending = bytearray()
    dropped = 0  # the length of a line that is too long, of which nothing else is kept
    first = True
    try:
        while data := block():
            if first:
                data, first = data.removeprefix(BYTE_ORDER_MARK), False
            cut = data.rfind(b"\n")
            if cut < 0:
                if dropped or len(pending) + len(data) > LONGEST_LINE:
                    dropped += len(pending) + len(data)
                    pending.clear()
                else:
                    pending += data
                continue
            start = 0
            if dropped:
                start = data.find(b"\n") + 1
                yield _too_long(dropped + start - 1)
                dropped = 0
            yield from _checked(bytes(pending) + data[start:cut])
            pending[:] = data[cut + 1 :]
    except DamagedStreamError as error:
        yield RowError("truncated-input", f"the input breaks here: {error}")
        return
    if dropped:
        yield _too_long(dropped)
    yield from _checked(bytes(pending))


def _checked(whole: bytes) -> Iterator[bytes | RowError]:
    """The lines of a block, each looked at for UTF-8 only when the block as a whole is not."""
    valid = whole.isascii() or _utf8_error(whole) is None
    for line in whole.split(b"\n"):
        stripped = line.strip()
        if not stripped:
            continue
        error = None if valid else _utf8_error(stripped)
        yield stripped if error is None else RowError("invalid-utf8", str(error))


def _utf8_error(data: bytes) -> UnicodeDecodeError | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error
    return None


def _too_long(size: int) -> RowError:
    return RowError("too-long", f"a line of {size:,} bytes; the limit is {LONGEST_LINE:,}")
