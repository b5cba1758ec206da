r"""Unified hunks with zero context, the published text form (arXiv 2410.02749, section 3.2), read strictly.

Hunks follow git's conventions, so ``git apply --unidiff-zero`` takes them. An edit's lines are joined
with ``\n``, with none at the end: an edit that ends in ``+`` adds a blank line, and nothing about a line
but ``\n`` is structure (``\r``, form feeds, U+2028 belong to it). Hunks are read by the
counts in their headers, so that no content is mistaken for a header. Hunks with context and removals,
as other tools write them, are applied when they match the text. Mending is left to `unified_lenient`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reweave.edits.codec.runs import runs
from reweave.errors import DecodeError

NO_NEWLINE = "\\ No newline at end of file"

# Nine digits: no program is longer, and int() refuses thousands of them.
_HEADER = re.compile(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(?: .*)?")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines ``old``, at index ``at`` of the text before the edit, become ``new``, at ``new_at`` after it."""

    at: int
    new_at: int
    old: list[str]
    new: list[str]


def encode(lines: Sequence[str], inserted_at: Sequence[int]) -> list[str]:
    r"""One text per edit, as one or more hunks.

    >>> encode(["a\n", "b\n", "c"], [1, 0, 1])
    ['@@ -0,0 +1 @@\n+b', '@@ -0,0 +1 @@\n+a\n@@ -1,0 +3 @@\n+c\n\\ No newline at end of file']
    """
    edits = []
    for of_edit in runs(lines, inserted_at):
        parts = []
        added = 1
        for place, body in of_edit:
            count = len(body)
            size = f",{count}" if count != 1 else ""
            text = f"@@ -{place},0 +{place + added}{size} @@\n+{'+'.join(body)}"
            parts.append(text[:-1] if text[-1] == "\n" else f"{text}\n{NO_NEWLINE}")
            added += count
        edits.append("\n".join(parts))
    return edits


def apply(lines: list[str], edit: str, number: int) -> list[str]:
    """The lines after one edit. An edit without any text changes nothing.

    Raises:
        DecodeError: The edit is malformed, or does not fit ``lines``.
    """
    after = list(lines)
    shift = 0
    end = 0
    for hunk in parse(edit, number):
        stop = hunk.at + len(hunk.old)
        if hunk.at < end:
            raise DecodeError(number, "hunks overlap or are out of order")
        if stop > len(lines):
            raise DecodeError(number, f"hunk reaches line {stop} of a text of {len(lines)}")
        if hunk.new_at != hunk.at + shift:
            raise DecodeError(number, f"new position {hunk.new_at + 1} should be {hunk.at + shift + 1}")
        if hunk.old != lines[hunk.at : stop]:
            raise DecodeError(number, f"context or removed lines differ from the text at line {hunk.at + 1}")
        after[hunk.new_at : hunk.new_at + len(hunk.old)] = hunk.new
        shift += len(hunk.new) - len(hunk.old)
        end = stop
        # Both ends of what was put in may now touch a line that had been the last.
        for i in (hunk.new_at - 1, hunk.new_at + len(hunk.new) - 1):
            if 0 <= i < len(after) - 1 and not after[i].endswith("\n"):
                raise DecodeError(number, f"line {i + 1} has no newline but is not the last")
    return after


def parse(edit: str, number: int) -> list[Hunk]:
    """An edit's hunks, as written.

    Raises:
        DecodeError: A header is malformed, or the lines under it are not those it counts.
    """
    rows = edit.split("\n") if edit else []
    hunks = []
    i = 0
    while i < len(rows):
        header = _HEADER.fullmatch(rows[i])
        if header is None:
            raise DecodeError(number, f"not a hunk header: {rows[i][:60]!r}")
        i += 1
        at, want_old, new_at, want_new = (int(n) if n is not None else 1 for n in header.groups())
        old: list[str] = []
        new: list[str] = []
        while len(old) < want_old or len(new) < want_new:
            row = rows[i] if i < len(rows) else None
            if row is None or row[:1] not in ("+", "-", " ") or not row:
                raise DecodeError(number, f"fewer lines than the header counts: {header[0][:60]!r}")
            i += 1
            line = row[1:] + "\n"
            if i < len(rows) and rows[i].startswith("\\ "):
                i += 1
                line = row[1:]
                if not line:
                    raise DecodeError(number, "a line has neither content nor newline")
            if row[0] != "+":
                old.append(line)
            if row[0] != "-":
                new.append(line)
        if any(not line.endswith("\n") for line in (*old[:-1], *new[:-1])):
            raise DecodeError(number, "a line has no newline but is not the last of its hunk")
        if len(old) != want_old or len(new) != want_new or not old + new:
            raise DecodeError(number, f"other lines than the header counts: {header[0][:60]!r}")
        # Where a side has no lines, its number is that of the line above; otherwise of its first line.
        start, new_start = at - (want_old > 0), new_at - (want_new > 0)
        if start < 0 or new_start < 0:
            raise DecodeError(number, f"lines are counted from 1: {header[0][:60]!r}")
        hunks.append(Hunk(start, new_start, old, new))
    return hunks
