"""Figures from rows that are made up: each share as counted by hand."""

import pytest

from reweave.ground.evaluation.config import NONE, Cell
from reweave.ground.evaluation.differences import Measured, comparisons, trained, weigh
from reweave.ground.evaluation.measures import MEASURES, figures, scores


def verdict(task, sample, reason):
    return {"task_id": task, "sample": sample, "reason": reason, "passed": reason == "passed"}


def row(task, sample, reason, accepted=(0, 0, 0)):
    levels = dict(zip(("type", "summary", "example"), map(bool, accepted), strict=True))
    return {
        "task_id": task,
        "sample": sample,
        "reason": reason,
        "accepted": levels if reason == "ran" else None,
    }


VERDICTS = [
    verdict("a", 0, "passed"), verdict("a", 1, "failed"), verdict("a", 2, "failed"),
    verdict("a", 3, "failed"),
    verdict("b", 0, "failed"), verdict("b", 1, "no-code"),
    verdict("c", 0, "passed"), verdict("c", 1, "harness-error"), verdict("c", 2, "not-sampled"),
    verdict("d", 0, "passed"),
]  # fmt: skip
ROWS = [
    row("a", 0, "ran", (1, 1, 1)), row("a", 1, "ran", (1, 0, 0)), row("a", 2, "ran"), row("a", 3, "fails"),
    row("b", 0, "timeout"), row("b", 1, "no-code"),
    row("c", 0, "ran", (1, 1, 0)), row("c", 1, "ran", (1, 1, 1)), row("c", 2, "not-sampled"),
    row("d", 0, "harness-error"),
]  # fmt: skip


def test_scores():
    """Tasks weigh alike; what says nothing of a sample leaves it out, as do tasks of which none ran."""
    found = scores(VERDICTS, ROWS)
    assert tuple(found) == MEASURES
    assert found["ran"] == {"a": 0.75, "b": 0.0, "c": 1.0}
    assert found["ran-but-wrong"] == {"a": 0.5, "b": 0.0, "c": 0.0}
    assert found["ran-but-wrong, of ran"] == {"a": 2 / 3, "c": 0.0}
    assert found["type"] == {"a": 0.5, "b": 0.0, "c": 1.0}
    assert found["summary"] == {"a": 0.25, "b": 0.0, "c": 1.0}
    assert found["example"] == {"a": 0.25, "b": 0.0, "c": 0.0}
    assert found["type, of ran"] == {"a": 2 / 3, "c": 1.0}


def test_figures():
    """The value is the mean over tasks; a group is one case of the interval; without tasks there is none."""
    found = scores(VERDICTS, ROWS)
    made = figures(found, {"a": "one", "b": "one", "c": None})
    assert made["type"]["value"] == pytest.approx(0.5)
    assert (made["type"]["n_tasks"], made["type"]["n_groups"]) == (3, 2)
    low, high = made["type"]["ci95"]
    assert low <= 0.5 <= high
    assert figures(scores([], []), {})["ran"] is None


def measured(solved, tasks=20):
    """A run that solves and keeps to the specification of so many tasks."""
    verdicts = [verdict(str(t), 0, "passed" if t < solved else "failed") for t in range(tasks)]
    rows = [row(str(t), 0, "ran", (t < solved,) * 3) for t in range(tasks)]
    return Measured([{**each, "group": None} for each in verdicts], [1], scores(verdicts, rows))


def test_differences():
    """A form against none, a trained model against the one without; corrected within a measure."""
    cells = {"base": (NONE, Cell("type")), trained("none"): (NONE,), trained("type"): (NONE, Cell("type"))}
    chosen = comparisons(cells)
    assert [(each.run, each.against) for each in chosen] == [
        (("base", "type-oracle"), ("base", "none")),
        (("tuned-none", "none"), ("base", "none")),
        (("tuned-type", "type-oracle"), ("tuned-none", "none")),
        (("tuned-type", "none"), ("tuned-none", "none")),
    ]
    solved = {("base", "none"): 4, ("base", "type-oracle"): 12, ("tuned-none", "none"): 4}
    solved |= {("tuned-type", "type-oracle"): 18, ("tuned-type", "none"): 4}
    rows = weigh(chosen, {run: measured(n) for run, n in solved.items()}, {})
    told = {(each["run"], each["measure"]): each for each in rows}
    assert len(rows) == 4 * 5
    assert told["base/type-oracle", "pass@1"]["difference"] == pytest.approx(0.4)
    assert told["base/type-oracle", "ran-but-wrong"]["difference"] == pytest.approx(-0.4)
    assert told["tuned-type/type-oracle", "example"]["difference"] == pytest.approx(0.7)
    assert told["tuned-none/none", "pass@1"]["p_corrected"] == 1.0
    first = told["base/type-oracle", "pass@1"]
    assert first["corrected_for"] == 4
    assert first["p"] < first["p_corrected"] <= 4 * first["p"]
    low, high = first["ci95"]
    assert 0 < low < 0.4 < high
