r"""Groups a path's lines into edits, and each edit's lines into runs: what one hunk inserts at one place.

Exact by construction: places follow from which lines are present, never from comparing texts, so equal
lines cannot be confused (a heuristic diff may align them differently). Insertions only, as in LintSeq
(arXiv 2410.02749, section 3). How a run is written down is left to the modules of the text forms.
"""

from bisect import bisect_left
from collections.abc import Sequence

Run = tuple[int, list[str]]
"""How many lines of the state before the edit stand above the run, and the lines it inserts there."""


def runs(lines: Sequence[str], inserted_at: Sequence[int]) -> list[list[Run]]:
    """Each edit's runs, top to bottom; an edit that inserts nothing has none.

    Args:
        lines: The finished program's lines.
        inserted_at: For each line, the number of the edit that inserts it.

    >>> runs(["a", "b", "c", "d"], [1, 0, 2, 1])
    [[(0, ['b'])], [(0, ['a']), (1, ['d'])], [(2, ['c'])]]
    """
    edits: list[list[Run]] = [[] for _ in range(max(inserted_at, default=-1) + 1)]
    # The edits of the lines above, sorted: those before `edit` are the lines that the edit finds in place.
    # Sorted insertion moves memory but runs no code; it beats trees up to a hundred thousand lines.
    above: list[int] = []
    last = -1
    place = 0
    body: list[str] = []
    for line, edit in zip(lines, inserted_at, strict=True):
        if edit == last:
            body.append(line)
            above.insert(place, edit)
            continue
        last = edit
        place = bisect_left(above, edit)
        above.insert(place, edit)
        of_edit = edits[edit]
        if of_edit and of_edit[-1][0] == place:
            # Only lines of later edits lie between: in this state the two stretches touch.
            body = of_edit[-1][1]
            body.append(line)
        else:
            body = [line]
            of_edit.append((place, body))
    return edits
