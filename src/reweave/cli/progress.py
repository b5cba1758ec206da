"""How far a run is: a bar on a terminal, a line every ten seconds elsewhere. Always on stderr."""

import sys
import time
from types import TracebackType
from typing import Any, Self

_LINE_EVERY = 10.0  # seconds


class Progress:
    """Shows records done, the rate of paths, and the time left where the number of records is known."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._began = self._shown = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("programs", total=None, rate="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, paths: int, total: int | None) -> None:
        """Say how many records are done in all, and how many paths this start has made."""
        first = self._first = done if self._first is None else self._first
        now = time.monotonic()
        seconds = max(now - self._began, 1e-6)
        rate = f"{paths / seconds:,.0f} paths/s"
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, rate=rate)
        elif now - self._shown >= _LINE_EVERY:
            self._shown = now
            of = f" of {total:,}" if total else ""
            left = (
                f", {(total - done) * seconds / (done - first):,.0f} s left" if total and done > first else ""
            )
            sys.stderr.write(f"{done:,}{of} programs, {rate}{left}\n")
