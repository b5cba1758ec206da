"""Time limits that come from what a right program took, and hold on a machine that is busy.

A mutant that never ends is ended after a while in which its original would have been done ten times over.
Wall seconds alone would also end what only waited for a processor: a run counts as timed out once it has
*computed* so long, and is asked again with more wall seconds where it has not.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace

from reweave.sandbox import Limits, TestsJob, Verdict

FACTOR = 10  # times the original's CPU seconds
LEAST = 0.1  # CPU seconds: starting and loading vary by less
_WALL = 2  # wall seconds for each CPU second, at first
_MORE = 4  # times as many, when asked again


def budget(cpu_seconds: float) -> float:
    """Give the CPU seconds for a variant of what took so many."""
    return max(LEAST, FACTOR * cpu_seconds)


def timed(
    jobs: Sequence[TestsJob], seconds: Sequence[float], limits: Limits
) -> Generator[Sequence[TestsJob], Sequence[Verdict], list[Verdict]]:
    """Ask for verdicts under time limits, and again for those that did not have their time.

    Args:
        jobs: What to run.
        seconds: One a job: CPU seconds after which it counts as timed out.
        limits: Of everything else, and the wall seconds that no run gets more of.
    """
    walls = [min(limits.wall, _WALL * each) for each in seconds]
    verdicts: dict[int, Verdict] = {}
    left = list(range(len(jobs)))
    while left:
        asked = [replace(jobs[each], limits=replace(limits, wall=walls[each])) for each in left]
        verdicts |= zip(left, (yield asked), strict=True)
        left = [
            each
            for each in left
            if verdicts[each].reason == "timeout"
            and verdicts[each].cpu_seconds < seconds[each]
            and walls[each] < limits.wall
        ]
        for each in left:
            walls[each] = min(limits.wall, _MORE * walls[each])
    return [verdicts[each] for each in range(len(jobs))]
