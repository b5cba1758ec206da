r"""Unified hunks as models get them wrong: the reader for edits that `unified` refuses.

Small models fail on the arithmetic of headers before they fail on code, so the lines that are there win
over the counts above them, and a place that does not exist becomes the nearest one that does. Where the
two positions of a header disagree the new one counts, as in the published decoder.
"""

import re

from reweave.edits.codec.draft import Draft

_N = r"([0-9]{1,9})(?:,([0-9]{1,9}))?"
_HEADER = re.compile(rf"@@\s*+(?:-?{_N}\s*+)?\+{_N}.*", re.DOTALL)


def mend(draft: Draft, edit: str) -> None:
    """Apply what can be read of an edit."""
    header = ""
    body: list[str] = []
    offset = 0
    # A row that begins with @@ starts a hunk: added lines, even those with @@ in the code, begin with +.
    for row in [*edit.split("\n"), "@@"]:
        if not row.startswith("@@"):
            body.append(row)
            continue
        if header:
            offset += _hunk(draft, header, body, offset)
        elif body:
            draft.skip(f"text before the first hunk: {_shown(body)}")
        header, body = row, []


def _hunk(draft: Draft, header: str, body: list[str], offset: int) -> int:
    """Apply one hunk; by how many lines the text grew."""
    before = len(draft.lines)
    match = _HEADER.fullmatch(header)
    if match is None:
        draft.skip(f"unreadable header {header[:60]!r} and {len(body)} lines under it")
        return 0
    start, old_count, new_start, new_count = match.groups()
    want_old = 1 if start and old_count is None else int(old_count or 0)
    want_new = 1 if new_count is None else int(new_count)
    if want_old and any(row[:1] in ("-", " ") for row in body):
        _with_context(draft, header, body, int(start) - 1 + offset)
        return len(draft.lines) - before
    new = _added(draft, header, body, want_new)
    if not new:
        draft.skip(f"no lines under header {header[:60]!r}")
        return 0
    at = int(new_start) - 1
    if start is None or int(start) + offset != at:
        draft.repair(f"positions in header {header[:60]!r} disagree with the text: took the new one")
    draft.insert(at, new)
    return len(draft.lines) - before


def _added(draft: Draft, header: str, body: list[str], want: int) -> list[str]:
    """The lines a pure insertion adds."""
    new: list[str] = []
    for row in body:
        if row.startswith("+"):
            new.append(row[1:] + "\n")
        elif row.startswith("\\ ") and new:
            new[-1] = new[-1].removesuffix("\n")
        elif len(new) < want:
            new.append(row + "\n")
            draft.repair(f"line without '+': {row[:60]!r}")
        else:
            draft.skip(f"text after a hunk: {_shown([row])}")
    for i, line in enumerate(new[:-1]):
        new[i] = line if line.endswith("\n") else line + "\n"
        if new[i] != line:
            draft.repair("a line that is not the last of its hunk lacks its newline: gave it one")
    if new and len(new) != want:
        draft.repair(f"{len(new)} added lines under header {header[:60]!r}")
    return new


def _with_context(draft: Draft, header: str, body: list[str], at: int) -> None:
    """Apply a hunk with context or removals, if what it names is there."""
    old: list[str] = []
    new: list[str] = []
    ends_open = False
    while not body[-1]:
        body = body[:-1]  # texts end in newlines more often than hunks in blank context without its space
    for row in body:
        if row.startswith("\\ "):
            ends_open = bool(new)
            continue
        ends_open = False
        sign, line = (row[0], row[1:]) if row[:1] in ("+", "-", " ") else (" ", row)
        if sign != "+":
            old.append(line)
        if sign != "-":
            new.append(line + "\n")
    at = max(at, 0)
    stop = at + len(old)
    if [line.removesuffix("\n") for line in draft.lines[at:stop]] != old:
        draft.skip(f"context or removed lines of {header[:60]!r} are not in the text there")
        return
    if ends_open:
        new[-1] = new[-1].removesuffix("\n")
    draft.repair(f"hunk {header[:60]!r} applied by its lines")
    draft.replace(at, stop, new)


def _shown(rows: list[str]) -> str:
    text = "\n".join(rows)
    return repr(text if len(text) <= 60 else text[:57] + "...")
