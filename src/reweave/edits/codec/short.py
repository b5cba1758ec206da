r"""Short hunks: ``@k`` and the added lines, where ``k`` is the number of the first of them in the new text.

Goes beyond the paper (arXiv 2410.02749): small models get the arithmetic of unified headers wrong before
they get code wrong, so a hunk here carries one number and nothing to add up. Code stands as it is. Only
a line that would read as structure gets a backslash in front: ``@3``, a lone ``\``, and either behind
backslashes; decorators stay as they are. A hunk that ends in a lone ``\`` ends without a newline.
An edit's lines are joined with ``\n``, with none at the end.
"""

import re
from collections.abc import Sequence

from reweave.edits.codec.draft import Draft
from reweave.edits.codec.escape import escaper
from reweave.edits.codec.runs import runs
from reweave.errors import DecodeError

_HEADER = re.compile(r"@([0-9]+)")
_escape, _unescape = escaper(r"@[0-9]+$|\\$")


def encode(lines: Sequence[str], inserted_at: Sequence[int]) -> list[str]:
    r"""One text per edit, as one or more hunks.

    >>> encode(["@cache\n", "@7\n", "\\\n", "end"], [1, 1, 0, 2])
    ['@1\n\\\\', '@1\n@cache\n\\@7', '@4\nend\n\\']
    """
    edits = []
    for of_edit in runs(lines, inserted_at):
        parts = []
        added = 1
        for place, body in of_edit:
            text = "".join(body)
            if "@" in text or "\\" in text:
                text = _escape(text)
            text = text[:-1] if text[-1] == "\n" else f"{text}\n\\"
            parts.append(f"@{place + added}\n{text}")
            added += len(body)
        edits.append("\n".join(parts))
    return edits


def apply(lines: list[str], edit: str, number: int) -> list[str]:
    """The lines after one edit. An edit without any text changes nothing.

    Raises:
        DecodeError: The edit is malformed, or does not fit ``lines``.
    """
    after = list(lines)
    end = 0
    before, hunks = _parse(edit)
    if before:
        raise DecodeError(number, f"text before the first hunk: {before[0][:60]!r}")
    for digits, body in hunks:
        at = _index(digits)
        new = _lines(body)
        if new is None:
            raise DecodeError(number, f"hunk @{digits[:20]} has no lines, or a misplaced lone backslash")
        if not end <= at <= len(after):
            raise DecodeError(number, f"hunk @{digits[:20]} is out of order or outside the text")
        after[at:at] = new
        end = at + len(new)
        for i in (at - 1, end - 1):
            if 0 <= i < len(after) - 1 and not after[i].endswith("\n"):
                raise DecodeError(number, f"line {i + 1} has no newline but is not the last")
    return after


def mend(draft: Draft, edit: str) -> None:
    """Apply what can be read of an edit that `apply` refuses."""
    before, hunks = _parse(edit)
    if before:
        draft.skip(f"{len(before)} lines before the first hunk, the first of them {before[0][:60]!r}")
    for digits, body in hunks:
        new = _lines(body)
        if new is None:
            new = _lines([row for row in body if row != "\\"])
            if new is None:
                draft.skip(f"hunk @{digits[:20]} has no lines")
                continue
            draft.repair(f"lone backslash in hunk @{digits[:20]} left out")
        draft.insert(_index(digits), new)


def _parse(edit: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The rows before the first header, and each hunk's number and rows."""
    before: list[str] = []
    hunks: list[tuple[str, list[str]]] = []
    rows = before
    for row in edit.split("\n") if edit else []:
        header = _HEADER.fullmatch(row)
        if header is None:
            rows.append(row)
        else:
            rows = []
            hunks.append((header[1], rows))
    return before, hunks


def _index(digits: str) -> int:
    # int() refuses thousands of digits; no text has a billion lines.
    return int(digits) - 1 if len(digits) < 10 else 10**9


def _lines(rows: list[str]) -> list[str] | None:
    """A hunk's lines; None where a lone backslash is misplaced or there are no lines."""
    ends_open = bool(rows) and rows[-1] == "\\"
    if ends_open:
        rows = rows[:-1]
    if not rows or "\\" in rows or (ends_open and not rows[-1]):
        return None
    lines = [_unescape(row) + "\n" if row.startswith("\\") else row + "\n" for row in rows]
    if ends_open:
        lines[-1] = lines[-1][:-1]
    return lines
