r"""Where a tool's row lies among the lines of a program.

Lines here end at ``\n`` only (`reweave.records.split_lines`). Python, ruff and ty also end a row at a lone
``\r``, and they report rows past the end of the text, or row 0. This module translates.
"""

import re

from reweave.records import Diagnostic

_ROW_END = re.compile(r"\r\n|\r|\n")


def line_of_row(text: str, row: int) -> int:
    r"""Return the line (from 1, split on ``\n`` only) that holds a tool's row; rows outside are clamped.

    >>> line_of_row("a\rb\nc\n", 3)
    2
    >>> line_of_row("a\nb\n", 9)
    2
    """
    last = max(1, text.count("\n") + (not text.endswith("\n")))
    if "\r" in text:
        ends = [match.end() for match in _ROW_END.finditer(text)]
        start = ends[min(row - 1, len(ends)) - 1] if row > 1 else 0
        row = text.count("\n", 0, start) + 1
    return min(max(row, 1), last)


def not_utf8(text: str, code: str) -> Diagnostic | None:
    """Return the diagnostic of a text that no file can hold, because of a lone surrogate; else None."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return Diagnostic(line, code, f"not valid UTF-8: {error.reason}")
    return None
