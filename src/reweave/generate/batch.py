"""The loop of in-process generation: rows join and leave as they begin and end.

A prompt that several rows share is read once. What a model is and how it reads a token is ``local``'s matter.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from reweave.edits.checkers import make_checker
from reweave.generate.checking import EditChecker
from reweave.generate.draws import draw
from reweave.generate.row import Row, Rules
from reweave.generate.row_cache import RowCache
from reweave.generate.sampling import Sampling
from reweave.model_folder import ModelFormat


class Model(Protocol):
    """What the loop needs of a model."""

    format: ModelFormat

    @property
    def rows(self) -> int:
        """Completions at once."""

    def read(self, prompt: list[int]) -> tuple[Any, Any]:
        """Read a prompt: give the logits after it, and its cache."""

    def step(self, tokens: list[int], positions: list[int], cache: RowCache) -> Any:
        """Read one token of each row: give the logits after it, (rows, vocabulary)."""

    def new_cache(self, rows: list[Row], max_tokens: int) -> RowCache:
        """Make a cache that holds as many of the rows at once as there may be."""


class Batch:
    """Rows under way together, the first ones of the cache.

    Args:
        model: Theirs.
        rows: All that are to be completed; they hold the results.
        sampling: How.
        rules: What tokens mean.
        on_edit: Told (row, text of the edit) of each edit that is kept.
    """

    def __init__(
        self,
        model: Model,
        rows: list[Row],
        sampling: Sampling,
        rules: Rules,
        on_edit: Callable[[int, str], None] | None,
    ) -> None:
        self._model = model
        self._sampling = sampling
        self._rules = rules
        self._on_edit = on_edit
        self._waiting = iter(rows)
        self._active: list[Row] = []
        self._cache = model.new_cache(rows, sampling.max_tokens) if rows else None
        self._read: tuple[list[int], Any, Any] | None = None  # the prompt read last
        self._linter = make_checker("ruff") if sampling.checked else None
        self._checker = None if self._linter is None else EditChecker(self._linter, model.format)

    def close(self) -> None:
        """End the checker's helpers."""
        if self._linter is not None:
            self._linter.close()

    def run(self) -> None:
        """Complete every row."""
        while self._join():
            assert self._cache is not None
            rows = self._active
            logits = self._model.step(
                [row.tokens[-1] for row in rows], [row.position for row in rows], self._cache
            )
            self._take(logits, rows)
            self._leave()

    def _join(self) -> bool:
        """Let rows in while there is room; say whether any is under way."""
        while len(self._active) < self._model.rows and (row := next(self._waiting, None)) is not None:
            if self._read is None or self._read[0] != row.prompt:
                self._read = (row.prompt, *self._model.read(row.prompt))
            _, logits, cache = self._read
            assert self._cache is not None
            self._cache.put(len(self._active), cache)
            self._active.append(row)
            self._take(logits.unsqueeze(0), [row])
            self._leave()
        return bool(self._active)

    def _take(self, logits: Any, rows: list[Row]) -> None:
        """Draw a token for each row, and see to the edits that this completes."""
        tokens = draw(logits, self._sampling, [next(row.numbers) for row in rows])
        completed = [
            (row, edit)
            for row, token in zip(rows, tokens, strict=True)
            if (edit := row.push(token, self._rules)) is not None
        ]
        if not completed:
            return
        broken = self._broken([row for row, _ in completed])
        for (row, edit), worse in zip(completed, broken, strict=True):
            if worse and row.tries < self._sampling.checked:
                row.again()
                continue
            row.keep(broken=worse)
            if self._on_edit is not None:
                self._on_edit(row.number, edit)

    def _broken(self, rows: list[Row]) -> Sequence[bool]:
        if self._checker is None:
            return [False] * len(rows)
        return self._checker.broken([row.text(self._rules) for row in rows])

    def _leave(self) -> None:
        """Let the rows out that have ended; the last ones take their places."""
        assert self._cache is not None
        place = 0
        while place < len(self._active):
            if self._active[place].finish_reason is None:
                place += 1
                continue
            last = self._active.pop()
            if place < len(self._active):
                self._cache.move(len(self._active), place, last.position)
                self._active[place] = last
