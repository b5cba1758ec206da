"""How far a run is: a bar on a terminal, a line every ten seconds elsewhere. Always on stderr."""

import sys
import time
from types import TracebackType
from typing import Any, Self

_LINE_EVERY = 10.0  # seconds


class Progress:
    """Shows records done, the rate of what they become, and the time left where their number is known.

    Args:
        records: What they are called.
        made: What the rate is of.
    """

    def __init__(self, records: str = "programs", made: str = "paths") -> None:
        self._records, self._made = records, made
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
            self._task = self._bar.add_task(self._records, total=None, rate="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, made: int, total: int | None) -> None:
        """Say how many records are done in all, and how much this start has made of them."""
        first = self._first = done if self._first is None else self._first
        now = time.monotonic()
        seconds = max(now - self._began, 1e-6)
        rate = f"{made / seconds:,.0f} {self._made}/s"
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, rate=rate)
        elif now - self._shown >= _LINE_EVERY:
            self._shown = now
            of = f" of {total:,}" if total else ""
            left = (
                f", {(total - done) * seconds / (done - first):,.0f} s left" if total and done > first else ""
            )
            sys.stderr.write(f"{done:,}{of} {self._records}, {rate}{left}\n")
