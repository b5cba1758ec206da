"""What a checker is: a function from program texts to diagnostics, a batch at a time.

A checker never calls a text clean that it did not look at: what crashes, times out or is skipped comes
back as a `CheckerError` in that text's place, and the sampler fails the program it belongs to.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from reweave.errors import CheckerError
from reweave.records import Diagnostic

Verdict = list[Diagnostic] | CheckerError
"""The diagnostics of one text (none: the checker has nothing to say), or why there is no verdict."""


@runtime_checkable
class Checker(Protocol):
    """Maps a batch of program texts to their diagnostics.

    A verdict depends on the text alone: not on its neighbours in the batch, nor on what was checked
    before, nor on the folder the process runs in.
    """

    @property
    def name(self) -> str:
        """The name it is chosen by, such as ``ruff``."""

    @property
    def version(self) -> str:
        """Name and version as written into each row, such as ``ruff 0.17.5``."""

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts, one verdict each, in their order.

        Texts end with a newline or not, as programs do. An error that concerns one text is returned in
        its place; `CheckerError` is raised only when the checker cannot run at all.
        """

    def close(self) -> None:
        """End helper processes and remove scratch files. May be called twice."""
