"""Finds places in a text by the lines that stand there: what search/replace blocks rest on.

Encoding keeps count of every line, so that most places are settled by one line that stands nowhere
else; only where none is near is the text searched, and then for a few sizes of context, not all.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable


def framed(lines: Iterable[str]) -> str:
    """A text to `find` lines in: its lines with their newlines, one in front, and one at the end."""
    text = "\n" + "".join(lines)
    return text if text.endswith("\n") else text + "\n"


def find(text: str, wanted: Iterable[str]) -> list[int]:
    """The first two places (line indices) at which a row of lines stands; fewer when there are fewer.

    Args:
        text: What `framed` gives.
        wanted: At least one line; lines come without their newlines.
    """
    # A newline at both ends, and between: matches can only begin and end where lines do.
    needle = "\n" + "\n".join([*wanted, ""])
    places: list[int] = []
    offset = text.find(needle)
    while offset >= 0 and len(places) < 2:
        places.append(text.count("\n", 0, offset))
        offset = text.find(needle, offset + 1)
    return places


class Anchors:
    """A text that grows by insertion, and can say which lines name a place in it.

    Lines come without their newlines.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._counts: Counter[str] = Counter()
        self._text: str | None = None

    def insert(self, at: int, new: list[str]) -> None:
        """Put lines in at an index."""
        self.lines[at:at] = new
        self._counts.update(new)
        self._text = None

    def around(self, at: int) -> tuple[int, int]:
        """The smallest range around a place whose lines stand nowhere else; all of a text at worst.

        The line above comes first, then the line below, and so on outwards. Blank lines alone do not
        name a place: nothing about them tells a reader where he is.
        """
        n = len(self.lines)
        if not n:
            return 0, 0

        def reach(size: int) -> tuple[int, int]:
            return max(0, at - (size + 1) // 2), min(n, at + size // 2)

        def names(size: int) -> bool:
            start, stop = reach(size)
            if stop - start == n:
                return True
            context = self.lines[start:stop]
            if not any(line and not line.isspace() for line in context):
                return False
            if any(self._counts[line] == 1 for line in context):
                return True
            if self._text is None:
                self._text = "\n" + "\n".join([*self.lines, ""])
            return len(find(self._text, context)) == 1

        # A larger context names a place whenever a smaller one does: double until one does, then halve.
        size = 1
        while not names(size):
            size *= 2
        return reach(bisect_left(range(size), True, lo=size // 2 + 1, key=names) if size > 1 else 1)
