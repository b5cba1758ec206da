"""Where a returned text ends: before the stop text that is whole first, as if letters came one by one."""

from collections.abc import Sequence


def cut(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    r"""Cut a text; say whether it was.

    >>> cut("def f():\n    pass\n\ndef g():", ["\nclass", "\ndef"])
    ('def f():\n    pass\n', True)
    """
    places = [(at + len(stop), at) for stop in stops if (at := text.find(stop)) >= 0]
    return (text[: min(places)[1]], True) if places else (text, False)


class Stopper:
    r"""Cuts a text that comes in pieces, and holds back what may be the beginning of a stop text.

    >>> stopper = Stopper(["END"])
    >>> [stopper.take(piece) for piece in ("abE", "xE", "ND and more")], stopper.stopped
    (['ab', 'Ex', ''], True)
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._held = ""
        self.stopped = False

    def take(self, piece: str) -> str:
        """Take a piece; give what is certain to be returned."""
        if self.stopped:
            return ""
        text, self.stopped = cut(self._held + piece, self._stops)
        keep = 0 if self.stopped else max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """Give what was held back: nothing more comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """How much of a text's end is the beginning of a stop text."""
    return next(
        (size for size in range(min(len(stop) - 1, len(text)), 0, -1) if stop.startswith(text[-size:])), 0
    )
