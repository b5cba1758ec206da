"""Search/replace blocks as models get them wrong: the reader for edits that `search_replace` refuses.

Marks may carry trailing blanks, the last block may be unclosed, and a search part that is not in the
text as it stands may differ in leading and trailing blanks, or stand at several places (the first is
taken). A search part that is nowhere is left out: guessing a place would put code where nobody meant it.
"""

from reweave.edits.codec.anchors import find, framed
from reweave.edits.codec.draft import Draft
from reweave.edits.codec.search_replace import DIVIDER, REPLACE, SEARCH, put, unescape
from reweave.records import split_lines


def mend(draft: Draft, edit: str) -> None:
    """Apply what can be read of an edit."""
    search: list[str] | None = None
    replace: list[str] | None = None
    stray: list[str] = []
    for row in edit.split("\n"):
        mark = row.rstrip()
        if mark == SEARCH:
            if search is not None:
                _block(draft, search, replace, closed=False)
            search, replace = [], None
        elif mark == DIVIDER and search is not None and replace is None:
            replace = []
        elif mark == REPLACE and search is not None:
            _block(draft, search, replace, closed=True)
            search = replace = None
        elif replace is not None:
            replace.append(row)
        elif search is not None:
            search.append(row)
        else:
            stray.append(row)
    if search is not None:
        _block(draft, search, replace, closed=False)
    if stray:
        draft.skip(f"{len(stray)} lines outside blocks, the first of them {stray[0][:60]!r}")


def _block(draft: Draft, search: list[str], replace: list[str] | None, *, closed: bool) -> None:
    """Apply one block."""
    if replace is None:
        draft.skip(f"block without {DIVIDER}")
        return
    if not closed:
        draft.repair("a block is not closed")
    ends_open = len(replace) > 1 and replace[-1] == "\\"
    wanted = [unescape(row) for row in search if row != "\\"]
    new = [unescape(row) for row in replace if row != "\\"]
    if len(wanted) + len(new) + ends_open < len(search) + len(replace):
        draft.repair("misplaced lone backslash left out")
    if not wanted and not new:
        draft.skip("empty block")
        return
    at = _place(draft, wanted)
    if at is None:
        draft.skip("search part not found")
        return
    after = put(draft.lines, at, len(wanted), new, ends_open=ends_open)
    draft.replace(0, len(draft.lines), split_lines("".join(after)))


def _place(draft: Draft, wanted: list[str]) -> int | None:
    """Where a search part stands."""
    if not wanted:
        if draft.lines:
            draft.repair("empty search part: put the replacement at the end")
        return len(draft.lines)
    places = find(framed(draft.lines), wanted)
    if not places:
        stripped = [line.strip() + "\n" for line in draft.lines]
        places = find(framed(stripped), [line.strip() for line in wanted])
        if places:
            draft.repair("search part differs from the text in blanks")
    if len(places) > 1:
        draft.repair("search part stands at several places: took the first")
    return places[0] if places else None
