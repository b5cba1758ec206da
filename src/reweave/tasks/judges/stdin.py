"""Judging by what a program prints: one run a case, its standard output compared with what is accepted.

Two outputs agree where their lines do, white space at the lines' ends and blank lines at the end left out;
else where their white-space separated tokens do, one by one: equal, or both numbers of which at least one is
written with a point or an exponent, within ``TOLERANCE``, absolute or relative.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from reweave.sandbox import Job, Limits, Run, StdinJob, StdinResult
from reweave.tasks.task import Informed, Scored, scored

TOLERANCE = 1e-6
_SHOWN = 200  # characters of an output in a message


@dataclass(frozen=True, slots=True)
class Case:
    """One input, and the outputs that are right for it."""

    input: str
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StdinJudge(Informed):
    """Runs a program on each case.

    Args:
        cases: At least one.
        limits: What one case may use; None for the sandbox's own.
    """

    cases: tuple[Case, ...]
    limits: Limits | None = None

    @property
    def problem(self) -> str | None:
        """Nothing is in the way."""
        return None

    def jobs(self, program: str) -> Sequence[Job]:
        """Give one job a case."""
        return [StdinJob(program, case.input, limits=self.limits) for case in self.cases]

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Compare each output; the first case that does not hold is named."""
        for number, (case, run) in enumerate(
            zip(self.cases, cast("Sequence[StdinResult]", runs), strict=True)
        ):
            what = f"case {number} of {len(self.cases)}, input {case.input[:_SHOWN]!r}"
            if run.reason != "passed":
                return scored("stdin", run.reason, f"{what}: {run.detail}", runs)
            if not any(agree(run.stdout, output) for output in case.outputs):
                told = f"printed {run.stdout[:_SHOWN]!r}, not {case.outputs[0][:_SHOWN]!r}"
                return scored("stdin", "failed", f"{what}: {told}", runs)
        return scored("stdin", "passed", "", runs)

    def describe(self) -> str:
        """Give the cases."""
        return "\n".join(f"{case.input!r} -> {' or '.join(map(repr, case.outputs))}" for case in self.cases)


def agree(printed: str, expected: str) -> bool:
    r"""Say whether two outputs agree: see the module.

    >>> agree("3.0000001 \nYes\n\n", "3\nYes"), agree("30", "3"), agree("yes", "Yes")
    (True, False, False)
    """
    if _lines(printed) == _lines(expected):
        return True
    one, other = printed.split(), expected.split()
    return len(one) == len(other) and all(map(_alike, one, other))


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if not any(mark in (one + other).lower() for mark in ".e") or "_" in one:
        return False
    try:
        return math.isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    except ValueError:
        return False
