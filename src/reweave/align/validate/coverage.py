"""How much of a program its tests reach: lines and branches, on request.

The program is run against its tests once more, in the form in which it has passed, with probes in it
(``sandbox.inside.coverage``). Which of them were reached is the program's own word: it can say that all were.
So this is part of no score and of no rule. What can be reached comes from its text, and what is said beyond
that is not heard.
"""

from dataclasses import dataclass
from typing import Any

from reweave.parsing import parse_quietly
from reweave.sandbox import Verdict
from reweave.sandbox.inside import coverage

Branch = tuple[int, bool]
"""The line of a condition, and whether it held."""

Point = tuple[tuple[int, ...], Branch | None]
"""What one probe stands for: lines, and a branch."""

_SHOWN = 10  # missed lines that are named


@dataclass(frozen=True, slots=True)
class Coverage:
    """What tests reach of a program, as that says.

    Args:
        lines, lines_reached: Lines that a run can come to, and those it came to.
        branches, branches_reached: Ways that conditions can go, and those that were gone.
    """

    lines: frozenset[int]
    lines_reached: frozenset[int]
    branches: frozenset[Branch]
    branches_reached: frozenset[Branch]

    @property
    def shares(self) -> dict[str, float]:
        """The shares that were reached, of ``lines`` and ``branches``; without what there is none of."""
        reached = {
            "lines": (len(self.lines_reached), len(self.lines)),
            "branches": (len(self.branches_reached), len(self.branches)),
        }
        return {name: n / of for name, (n, of) in reached.items() if of}

    def column(self) -> dict[str, Any]:
        """Give what a row says of it."""
        return {
            "lines": len(self.lines),
            "lines_reached": len(self.lines_reached),
            "branches": len(self.branches),
            "branches_reached": len(self.branches_reached),
            "missed_lines": sorted(self.lines - self.lines_reached)[:_SHOWN],
        }


def measured(program: str, verdict: Verdict) -> Coverage | None:
    """Give a program's coverage, None where it is not known: it did not pass this time, or said nothing.

    Args:
        program: Source text.
        verdict: By its tests, of a job that asked for coverage.
    """
    if not verdict.passed or verdict.points is None:
        return None
    try:
        points: list[Point] = coverage.points(parse_quietly(program))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    reached = [points[number] for number in verdict.points if number < len(points)]
    return Coverage(_lines(points), _lines(reached), _branches(points), _branches(reached))


def _lines(points: list[Point]) -> frozenset[int]:
    return frozenset(line for lines, _ in points for line in lines)


def _branches(points: list[Point]) -> frozenset[Branch]:
    return frozenset(branch for _, branch in points if branch is not None)
