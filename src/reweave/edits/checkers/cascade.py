"""Two checkers as one: a state is clean when both say so, such as ``ruff+ty``.

A quick checker that sees names and syntax and a slower one that knows attributes and calls complement each
other; what only one of them saw is reported, what neither could look at stays an error.
"""

from collections.abc import Sequence

from reweave.edits.checkers.base import Checker, Verdict
from reweave.errors import CheckerError


class UnionChecker:
    """Runs both checkers on every text and unites what they found, the first one's findings first.

    Args:
        name: The name the pair is chosen by.
        first: Its `CheckerError` for a text wins over the second's.
        second: Any other checker.
    """

    def __init__(self, name: str, first: Checker, second: Checker) -> None:
        self.name = name
        self.version = f"{first.version} + {second.version}"
        self._first = first
        self._second = second

    def check(self, texts: Sequence[str]) -> list[Verdict]:
        """Check texts with both; see `Checker.check`."""
        pairs = zip(self._first.check(texts), self._second.check(texts), strict=True)
        return [_unite(first, second) for first, second in pairs]

    def close(self) -> None:
        """Close both, the second also when closing the first fails."""
        try:
            self._first.close()
        finally:
            self._second.close()


def _unite(first: Verdict, second: Verdict) -> Verdict:
    if isinstance(first, CheckerError):
        return first
    if isinstance(second, CheckerError):
        return second
    return first + second
