"""How far the asking is: a live line on a terminal, a line every ten seconds elsewhere. Always on stderr."""

import sys
import time
from types import TracebackType
from typing import Any, Self

from reweave.models.usage import Progress

_LINE_EVERY = 10.0  # seconds


class LiveLine:
    """Shows a :class:`Progress` each time it is called with one; a context manager.

    >>> with LiveLine() as line:  # on_progress=line
    ...     pass
    """

    def __init__(self) -> None:
        self._shown = time.monotonic()
        self._status: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - only where it is drawn
            from rich.status import Status  # noqa: PLC0415

            self._status = Status("", console=Console(stderr=True))
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, progress: Progress) -> None:
        """Show it, now or at the next turn."""
        now = time.monotonic()
        if self._status is not None:
            if now - self._shown >= 0.1:
                self._shown = now
                self._status.update(describe(progress))
        elif now - self._shown >= _LINE_EVERY:
            self._shown = now
            sys.stderr.write(describe(progress) + "\n")


def describe(progress: Progress) -> str:
    """One line: samples, requests, tokens a second, cost, what failed, time left.

    >>> from reweave.models.usage import Usage
    >>> failed, tried = {"timeout": 1}, {"timeout": 9}
    >>> usage = Usage(50, prompt_tokens=900, completion_tokens=4500)
    >>> describe(
    ...     Progress(
    ...         total=82, answers=39, cached=0, failures=failed, failed_attempts=tried,
    ...         usage=usage, cost=None, seconds=30.0,
    ...     )
    ... )
    '40 of 82 samples, 50 requests, 150 tokens/s, failed: timeout 1, retried: 8, 32 s left'
    """
    of = "" if progress.total is None else f" of {progress.total:,}"
    parts = [
        f"{progress.done:,}{of} samples" + (f" ({progress.cached:,} from the log)" * bool(progress.cached))
    ]
    parts += [f"{progress.usage.requests:,} requests", f"{progress.tokens_per_second:,.0f} tokens/s"]
    if progress.cost is not None:
        parts.append(f"cost {progress.cost:,.2f}")
    if progress.failures:
        parts.append("failed: " + " ".join(f"{kind} {n:,}" for kind, n in sorted(progress.failures.items())))
    retried = sum(progress.failed_attempts.values()) - sum(progress.failures.values())
    if retried > 0:
        parts.append(f"retried: {retried:,}")
    if progress.seconds_left is not None:
        parts.append(f"{progress.seconds_left:,.0f} s left")
    return ", ".join(parts)
