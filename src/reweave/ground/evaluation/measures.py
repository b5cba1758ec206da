"""From verdicts and adherence to the figures beside pass@k.

Every measure is a share of a task's samples, so that tasks weigh alike, as for pass@1; its interval is the
house's for shares of tasks, clustered by the benchmark's groups. Shares *of those that ran* are over tasks of
which a sample ran. Samples of which nothing can be said (no answer came, the harness failed) are in none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from reweave.evaluate.statistics.verdict_counts import UNJUDGED
from reweave.ground.evaluation.adherence import RAN
from reweave.ground.specs import LEVELS

Scores = Mapping[str, Mapping[str, float]]
"""By measure and task: a share of its samples."""

WRONG = "ran-but-wrong"
MEASURES = ("ran", WRONG, f"{WRONG}, of ran", *LEVELS, *(f"{level}, of ran" for level in LEVELS))
"""The levels' own names are their adherence's."""


def scores(verdicts: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> Scores:
    """Give each task's shares.

    Args:
        verdicts: Rows of ``verdicts.parquet``.
        rows: Of ``adherence.jsonl``.
    """
    passed = {
        (each["task_id"], each["sample"]): bool(each["passed"])
        for each in verdicts
        if each["reason"] not in UNJUDGED
    }
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        key = row["task_id"], row["sample"]
        if row["reason"] in UNJUDGED or key not in passed:
            continue
        found, ran = counts[row["task_id"]], row["reason"] == RAN
        found["all"] += 1
        found["ran"] += ran
        found[WRONG] += ran and not passed[key]
        found.update(level for level in LEVELS if ran and row["accepted"][level])
    whole = {
        name: {task: n[name] / n["all"] for task, n in counts.items()} for name in ("ran", WRONG, *LEVELS)
    }
    of_ran = {
        f"{name}, of ran": {task: n[name] / n["ran"] for task, n in counts.items() if n["ran"]}
        for name in (WRONG, *LEVELS)
    }
    every = whole | of_ran
    return {name: every[name] for name in MEASURES}


def figures(found: Scores, groups: Mapping[str, str | None]) -> dict[str, Any]:
    """Give each measure's value with its interval; null where no task says anything of it."""
    from reweave.evaluate.statistics.standard_errors import estimate_share  # noqa: PLC0415 - numpy

    made: dict[str, Any] = {}
    for name, by_task in found.items():
        if not by_task:
            made[name] = None
            continue
        grouped = [groups.get(task) for task in by_task]
        each = estimate_share(list(by_task.values()), grouped if any(grouped) else None)
        made[name] = {
            "value": each.value,
            "stderr": each.stderr,
            "ci95": None if each.ci95 is None else list(each.ci95),
            "n_tasks": each.n_tasks,
            "n_groups": each.n_groups,
        }
    return made
