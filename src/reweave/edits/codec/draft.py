"""An edit that the strict reader refused, on its way into the text: what is left of it, and what was said.

Shared by the lenient readers. It keeps the text whole (only the last line may lack a newline) and the
account complete: whatever a reader leaves out or mends becomes a `Skipped`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something a lenient reader did not take as it stood.

    Attributes:
        edit: The number of the edit, counted from 0.
        reason: What was wrong, and what became of it.
        repaired: True where the text was used after mending, False where it was left out.
    """

    edit: int
    reason: str
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a lenient reader made of an edit sequence.

    Attributes:
        program: The program at the end.
        applied: How many edits were applied, in whole or in part; edits without any text do not count.
        skipped: What was left out or repaired, in order. Empty when the strict reader agrees.
    """

    program: str
    applied: int
    skipped: tuple[Skipped, ...]


class Draft:
    """The text while one edit is mended into it.

    Args:
        lines: The text before the edit.
        edit: The edit's number.
    """

    def __init__(self, lines: list[str], edit: int) -> None:
        self.lines = list(lines)
        self.edit = edit
        self.applied = False
        self.skipped: list[Skipped] = []

    def skip(self, reason: str) -> None:
        """Say that a part was left out."""
        self.skipped.append(Skipped(self.edit, reason))

    def repair(self, reason: str) -> None:
        """Say that a part was used, but not as it stood."""
        self.skipped.append(Skipped(self.edit, reason, repaired=True))

    def insert(self, at: int, new: list[str]) -> None:
        """Put lines in at an index, or at the nearest end of the text."""
        clamped = min(max(at, 0), len(self.lines))
        if clamped != at:
            self.repair(f"position {at + 1} is outside a text of {len(self.lines)} lines: took {clamped + 1}")
        self.replace(clamped, clamped, new)

    def replace(self, start: int, stop: int, new: list[str]) -> None:
        """Put lines in for those from ``start`` to before ``stop``."""
        new = [line for line in new if line]  # neither content nor newline: not a line
        self.lines[start:stop] = new
        self.applied = True
        for i in (start - 1, start + len(new) - 1):
            if 0 <= i < len(self.lines) - 1 and not self.lines[i].endswith("\n"):
                self.lines[i] += "\n"
                self.repair(f"line {i + 1} is no longer the last: gave it a newline")
