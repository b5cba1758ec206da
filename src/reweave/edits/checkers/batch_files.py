"""Texts as files in a scratch folder, for tools that check a folder in one call (ruff, ty).

A tool that dies must not make its whole batch clean. So each batch holds one more file, the sentinel, with an
error that the tool must report; and when a call fails, `check_halving` narrows it down to the texts at fault.
What to run and how to read its output is the checker's own business.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

from reweave.edits.checkers.base import Verdict
from reweave.errors import CheckerError

SENTINEL = "reweave_sentinel\n"  # an undefined name

_MEMORY = Path("/dev/shm")  # noqa: S108 (private folders are made in it)


class BatchFailedError(Exception):
    """The tool did not get through a batch: ``reason`` as in `CheckerError`, and what it said."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class BatchFolder:
    """A private folder, in memory where the system has such a place, that ends with the process.

    Texts go to ``states/0.py``, ``states/1.py`` …: names that no ``import`` statement can spell, so files
    cannot see each other. What else a tool needs, its configuration say, goes to ``root``.
    """

    def __init__(self) -> None:
        in_memory = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK | os.X_OK)
        self.root = Path(tempfile.mkdtemp(prefix="reweave-", dir=_MEMORY if in_memory else None)).resolve()
        self.states = self.root / "states"
        self.states.mkdir()
        self._held = 0
        self._remove = weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)

    def fill(self, texts: Sequence[str]) -> int:
        """Write the texts and, behind them, the sentinel; return the sentinel's number.

        Files of an earlier, larger batch are removed. Texts are written as UTF-8, byte for byte.
        """
        for number, text in enumerate([*texts, SENTINEL]):
            (self.states / f"{number}.py").write_bytes(text.encode())
        for number in range(len(texts) + 1, self._held):
            (self.states / f"{number}.py").unlink(missing_ok=True)
        self._held = len(texts) + 1
        return len(texts)

    def close(self) -> None:
        """Remove the folder. May be called twice."""
        self._remove()


def check_halving(
    checker: str, look: Callable[[Sequence[str]], list[Verdict]], texts: Sequence[str]
) -> list[Verdict]:
    """Check texts in one call, and in halves where a call fails, down to the single text at fault.

    Args:
        checker: Its name, for errors.
        look: Checks a batch in one call, or raises `BatchFailedError`.
        texts: The batch.

    Raises:
        CheckerError: The tool fails on an empty batch, too: no text is at fault.
    """
    if not texts:
        return []
    try:
        return look(texts)
    except BatchFailedError:
        try:
            look([])
        except BatchFailedError as error:
            raise CheckerError(checker, error.reason, error.detail) from error
    return _halve(checker, look, texts)


def _halve(
    checker: str, look: Callable[[Sequence[str]], list[Verdict]], texts: Sequence[str]
) -> list[Verdict]:
    middle = (len(texts) + 1) // 2
    verdicts: list[Verdict] = []
    for part in (texts[:middle], texts[middle:]):
        if not part:
            continue
        try:
            verdicts += look(part)  # a single text gets its second chance here
        except BatchFailedError as error:
            if len(part) > 1:
                verdicts += _halve(checker, look, part)
            else:
                verdicts.append(CheckerError(checker, error.reason, error.detail))
    return verdicts
