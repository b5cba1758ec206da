r"""Edits out of a completion that is still being written: which are complete, and when the last one was.

An edit is complete when the marker after it is there. The completion ends with its first empty edit, whatever
is written after it (arXiv 2410.02749, section 3.2). Decoding is left to ``reweave.edits.codec``.
"""

from collections.abc import Sequence

from reweave.edits.codec import split_lenient
from reweave.model_folder import ModelFormat


class Reader:
    r"""Takes pieces of one completion.

    >>> reader = Reader(ModelFormat(form="short"))
    >>> [reader.take(piece) for piece in ("\n<|diff|>@1", "\na\n<|di", "ff|>\n<|diff|>Done!")]
    [[], [], ['\n<|diff|>@1\na']]
    >>> reader.final, reader.text, reader.beyond
    (True, '\n<|diff|>@1\na\n<|diff|>\n<|diff|>', 'Done!')

    Args:
        form: What the model writes; a model that writes programs has no edits, and its end is the engine's.
    """

    def __init__(self, form: ModelFormat) -> None:
        self._format = form
        self._border = f"\n{form.marker}"
        self._begins: int | None = None  # where the edit under way begins, after its marker
        self._looked = 0
        self._given = 0
        self.text = ""
        self.beyond = ""
        self.final = False

    def take(self, piece: str) -> Sequence[str]:
        """Take a piece; give the edits that it completes, raw and with the markers before them.

        Text before the first marker comes with the first edit, so that what is given adds up to the text.
        """
        if self.final:
            self.beyond += piece
            return ()
        self.text += piece
        if self._format.writes == "program":
            return ()
        if self._begins is None and self.text.startswith(self._format.marker):
            self._begins = len(self._format.marker)
        complete: list[str] = []
        while (at := self.text.find(self._border, self._looked)) >= 0:
            end = at + len(self._border)
            if self._begins == at:
                self.final, self.beyond, self.text = True, self.text[end:], self.text[:end]
                return complete
            if self._begins is not None:
                complete.append(self.text[self._given : at])
                self._given = at
            self._begins = self._looked = end
        self._looked = max(self._begins or 0, len(self.text) - len(self._border) + 1)
        return complete

    def finish(self) -> Sequence[str]:
        """Give the last edit, where the text ended without a marker after it; else nothing."""
        begun = self._begins is not None and not self.final
        last = self.text[self._given :].removesuffix(self._format.eos) if begun else ""
        return [last] if last.rstrip("\n") not in {"", self._format.marker, self._border} else []

    @property
    def rest(self) -> str:
        """What no edit that was given holds: the markers at the end, or an edit that never ended."""
        return self.text[self._given :]


def edits_of(text: str, form: ModelFormat) -> list[str]:
    """Give the edits of raw text, unescaped."""
    edits, _ = split_lenient(text, marker=form.marker, eos=form.eos)
    return edits
