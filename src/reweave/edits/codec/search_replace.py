r"""Search/replace blocks, the form many editing tools use; here as one more way to write an edit.

Goes beyond the paper (arXiv 2410.02749). A block names its place by lines, not by numbers::

    | <<<<<<< SEARCH
    | lines that stand at exactly one place of the text
    | =======
    | what to put there
    | >>>>>>> REPLACE

An edit's blocks apply one after the other. An empty search part stands for the empty text. A code line
that reads as one of the three marks, or is a lone backslash, gets a backslash in front. A replacement
that ends in a lone backslash ends without a newline; otherwise the text keeps or lacks its last newline
as before, so that search parts say nothing about it.
Choosing the search part is left to `anchors`.
"""

from collections.abc import Sequence

from reweave.edits.codec.anchors import Anchors, find, framed
from reweave.edits.codec.escape import escaper
from reweave.edits.codec.runs import runs
from reweave.errors import DecodeError

SEARCH, DIVIDER, REPLACE = "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"
_escape, _unescape_text = escaper(rf"{SEARCH}$|{DIVIDER}$|{REPLACE}$|\\$")

Block = tuple[list[str], list[str], bool]
"""Search lines, replacement lines (both without newlines), and whether the text then ends without one."""


def encode(lines: Sequence[str], inserted_at: Sequence[int]) -> list[str]:
    r"""One text per edit, as one or more blocks.

    >>> encode(["a\n", "b\n"], [0, 1])[1]
    '<<<<<<< SEARCH\na\n=======\na\nb\n>>>>>>> REPLACE'
    """
    edits = []
    text = Anchors()
    for of_edit in runs(lines, inserted_at):
        blocks = []
        added = 0
        for place, body in of_edit:
            at = place + added
            start, stop = text.around(at)
            new = [line.removesuffix("\n") for line in body]
            search = text.lines[start:stop]
            replace = [*text.lines[start:at], *new, *text.lines[at:stop]]
            rows = [SEARCH, *map(_escaped, search), DIVIDER, *map(_escaped, replace)]
            if not body[-1].endswith("\n"):
                rows.append("\\")
            blocks.append("\n".join([*rows, REPLACE]))
            text.insert(at, new)
            added += len(body)
        edits.append("\n".join(blocks))
    return edits


def apply(lines: list[str], edit: str, number: int) -> list[str]:
    """The lines after one edit. An edit without any text changes nothing.

    Raises:
        DecodeError: The edit is malformed, or a search part does not stand at exactly one place.
    """
    for search, replace, ends_open in parse(edit, number):
        if not search and lines:
            raise DecodeError(number, "empty search part for a text that is not empty")
        places = find(framed(lines), search) if search else [0]
        if len(places) != 1:
            raise DecodeError(number, "search part not found" if not places else "search part found twice")
        if ends_open and places[0] + len(search) < len(lines):
            raise DecodeError(number, "a line has no newline but is not the last")
        lines = put(lines, places[0], len(search), replace, ends_open=ends_open)
    return lines


def put(lines: list[str], at: int, size: int, replace: list[str], *, ends_open: bool) -> list[str]:
    """The lines with ``size`` of them replaced."""
    new = [line + "\n" for line in replace]
    if new and (ends_open or (size and not lines[at + size - 1].endswith("\n"))):
        new[-1] = new[-1][:-1]
        if not new[-1]:
            new.pop()  # "a\n" and nothing: a text that now ends with a newline
    return [*lines[:at], *new, *lines[at + size :]]


def parse(edit: str, number: int) -> list[Block]:
    """An edit's blocks, as written.

    Raises:
        DecodeError: Marks are missing, out of order, or there is text between blocks.
    """
    blocks: list[Block] = []
    search: list[str] = []
    replace: list[str] = []
    part: list[str] | None = None
    for row in edit.split("\n") if edit else []:
        if part is None:
            if row != SEARCH:
                raise DecodeError(number, f"text outside a block: {row[:60]!r}")
            part = search = []
        elif row == DIVIDER and part is search:
            part = replace = []
        elif row == REPLACE and part is replace:
            ends_open = bool(replace) and replace[-1] == "\\"
            rows = replace[:-1] if ends_open else replace
            if "\\" in search or "\\" in rows or not search + rows or (ends_open and not rows):
                raise DecodeError(number, "empty block, or a misplaced lone backslash")
            blocks.append(([*map(unescape, search)], [*map(unescape, rows)], ends_open))
            part = None
        elif row in (SEARCH, DIVIDER, REPLACE):
            raise DecodeError(number, f"mark out of place: {row}")
        else:
            part.append(row)
    if part is not None:
        raise DecodeError(number, "a block is not closed")
    return blocks


def _escaped(line: str) -> str:
    return _escape(line) if line.startswith(("<", "=", ">", "\\")) else line


def unescape(row: str) -> str:
    """A row of a search or replacement part as the line of code it stands for."""
    return _unescape_text(row) if row.startswith("\\") else row
