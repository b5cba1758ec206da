"""Runs compared with the first of them, task by task, at every k that both can give.

What the difference is and how sure it is comes from ``reweave.evaluate``; this module hands it the verdicts
and keeps what the report shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reweave.errors import EstimateError
from reweave.evaluate.run_files import RunFiles

if TYPE_CHECKING:
    from reweave.evaluate.statistics.paired import PairedDifference


@dataclass(frozen=True, slots=True)
class Pair:
    """A run compared with the first.

    Args:
        run: The run's place among those compared; never 0.
        by_k: Its pass@k less the first run's, for each k.
        problem: Why there is no comparison, or nothing.
    """

    run: int
    by_k: "dict[int, PairedDifference]"
    problem: str = ""


def pairs(runs: Sequence[RunFiles]) -> list[Pair]:
    """Compare every run with the first, at the values of k that both summaries have.

    Raises:
        MissingExtraError: There are several runs, and numpy is not installed.
    """
    return [_pair(runs, index) for index in range(1, len(runs))]


def _pair(runs: Sequence[RunFiles], index: int) -> Pair:
    # numpy comes with it, and a report of one run does without.
    from reweave.evaluate.statistics.summary import compare  # noqa: PLC0415

    ks = {figure.k for figure in runs[0].pass_at_k} & {figure.k for figure in runs[index].pass_at_k}
    try:
        found = compare(_verdicts(runs[index]), _verdicts(runs[0]))
    except EstimateError as error:
        return Pair(index, {}, str(error))
    by_k = {k: difference for k, difference in found.items() if k in ks}
    more = sorted(ks - set(by_k))
    if more:
        # `compare` gives the usual k by itself; others are asked for, as far as the matched tasks allow.
        for k in more:
            try:
                by_k |= compare(_verdicts(runs[index]), _verdicts(runs[0]), [k])
            except EstimateError:
                continue
    problem = "" if by_k else "they have no k in common for which every matched task has enough samples"
    return Pair(index, dict(sorted(by_k.items())), problem)


def _verdicts(run: RunFiles) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        name: run.table[name].to_pylist() for name in ("task_id", "sample", "passed", "reason")
    }
    columns["group"] = [run.tasks[task].get("group") for task in columns["task_id"]]
    return columns
