"""Runs compared with the first of them, task by task, at every k that both can give.

What the difference is and how sure it is comes from ``reweave.evaluate``; this module only says which tasks
and which k are compared.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.view.run_files import RunFiles


@dataclass(frozen=True, slots=True)
class Difference:
    """A run's pass@k less the first run's, over the tasks that both have.

    Args:
        run: The run's place among those compared; never 0.
        k: Samples that one may draw.
        tasks: Tasks compared.
        value: The mean difference, between -1 and 1.
        low: The lower end of its 95 % interval, or None where there are too few tasks.
        high: The upper end, or None.
        p: Two-sided, for no difference; None likewise.
    """

    run: int
    k: int
    tasks: int
    value: float
    low: float | None
    high: float | None
    p: float | None


def differences(runs: Sequence[RunFiles]) -> list[Difference]:
    """Compare every run with the first.

    Pairs without a common task, and values of k for which a matched task has too few samples, are left out.
    """
    counts = [_counts(run) for run in runs]
    ks = [{figure.k for figure in run.pass_at_k} for run in runs]
    found = []
    for index in range(1, len(runs)):
        matched = [task for task in counts[0] if task in counts[index]]
        if not matched:
            continue
        fewest = min(counts[i][task][0] for i in (0, index) for task in matched)
        groups = {task: runs[0].tasks[task].get("group") for task in matched}
        for k in sorted(ks[0] & ks[index]):
            if k <= fewest:
                pairs = [{task: counts[i][task] for task in matched} for i in (index, 0)]
                said = _compare(pairs[0], pairs[1], groups, k)
                low, high = said.ci95 or (None, None)
                found.append(Difference(index, k, len(matched), said.value, low, high, said.p_value))
    return found


def _counts(run: RunFiles) -> dict[str, tuple[int, int]]:
    """Samples and passes of each task that has samples."""
    return {
        task: (len(reasons), reasons.count("passed")) for task, reasons in run.reasons().items() if reasons
    }


def _compare(
    ours: Mapping[str, tuple[int, int]],
    first: Mapping[str, tuple[int, int]],
    groups: Mapping[str, Any],
    k: int,
) -> Any:
    # By name, because numpy comes with them and reports of one run do without.
    estimate = importlib.import_module("reweave.evaluate.pass_at_k").task_pass_at_k
    compare = importlib.import_module("reweave.evaluate.paired").paired_difference

    def scores(counts: Mapping[str, tuple[int, int]]) -> dict[str, float]:
        samples, passes = zip(*counts.values(), strict=True)
        return dict(zip(counts, estimate(list(samples), list(passes), k).tolist(), strict=True))

    return compare(scores(ours), scores(first), groups)
