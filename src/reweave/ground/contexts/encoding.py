"""In which encoding a file's text is, or that it is no text.

A byte order mark decides; then UTF-8, if all of it is; then UTF-16 without a mark, if every other byte says
so. Latin-1 comes last: it can be read into anything, so a file with more than a few control characters is
refused before.
"""

import codecs

from reweave.errors import RowError

UTF8 = "utf-8"
_MARKS = (  # UTF-32 first: its mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"PAR1", "Parquet"),
    (b"\x89PNG", "a picture"),
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file, or an encrypted one"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
)
_CONTROLS = bytes([*range(9), *range(14, 32), 127])
_FEW = 50  # one control character in so many bytes is too many for Latin-1
_BLOCK = 1 << 20


def encoding_of(data: bytes) -> tuple[str, str]:
    """Tell a text's encoding, and what a person should know of it (or nothing).

    Raises:
        RowError: It is empty (``empty-file``), or no text (``binary``).
    """
    if not data:
        raise RowError("empty-file", "the file has no bytes")
    for start, what in _MAGIC:
        if data.startswith(start):
            raise RowError("binary", f"this is {what}, whatever its name says")
    for mark, name in _MARKS:
        if data.startswith(mark):
            _decode(data, name)
            return name, ""
    if b"\0" in data:
        return _without_mark(data), "taken for UTF-16, though it has no byte order mark"
    if data.isascii() or _decodes(data, UTF8):
        return UTF8, ""
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls * _FEW > len(data):
        raise RowError("binary", f"not UTF-8, and {controls:,} of {len(data):,} bytes are control characters")
    return "latin-1", "taken for Latin-1, since it is not UTF-8"


def _without_mark(data: bytes) -> str:
    half = len(data) // 2
    first, second = data[0::2].count(0), data[1::2].count(0)
    for zeros, others, name in ((second, first, "utf-16-le"), (first, second, "utf-16-be")):
        if len(data) % 2 == 0 and zeros * 10 >= half * 4 and others * 20 <= half and _decodes(data, name):
            return name
    raise RowError("binary", f"{data.count(0):,} of {len(data):,} bytes are zero")


def _decode(data: bytes, name: str) -> None:
    if not _decodes(data, name):
        raise RowError("binary", f"it begins as {name} does, but is not")


def _decodes(data: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for start in range(0, len(data), _BLOCK):  # the text of all of it may be four times as large
            decoder.decode(data[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
