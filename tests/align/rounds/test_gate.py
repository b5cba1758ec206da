"""Whether a new model is taken: the three rules on the same figures."""

import pytest

from reweave.align.rounds.config import RoundsConfig
from reweave.align.rounds.gate import decide
from reweave.errors import EstimateError


def verdicts(solved, tasks=20, samples=4):
    """Verdict rows: the first tasks are solved by all samples, the others by none."""
    return [
        {"task_id": str(t), "sample": s, "passed": t < solved, "reason": "passed" if t < solved else "failed"}
        for t in range(tasks)
        for s in range(samples)
    ]


@pytest.mark.parametrize(
    ("after", "before", "better", "certain", "not_worse"),
    [
        (12, 2, True, True, True),
        (3, 2, True, False, True),  # one task of twenty
        (2, 2, False, False, True),
        (1, 2, False, False, True),
        (2, 12, False, False, False),
    ],
)
def test_rules(after, before, better, certain, not_worse):
    """``better`` goes by the difference, ``certain`` and ``not-worse`` by its interval."""
    rules = {"better": better, "certain": certain, "not-worse": not_worse}
    for rule, wanted in rules.items():
        made = decide(verdicts(after), verdicts(before), RoundsConfig(model="m", accept=rule))
        assert made.accepted is wanted, rule
        assert (made.before, made.after) == (before / 20, after / 20)
        assert made.difference == pytest.approx((after - before) / 20)
        assert ("not met" in made.why) is not wanted
        assert f"from {before / 20:.3f} to {after / 20:.3f} on 20 tasks" in made.why


def test_gain():
    """A gain that is asked for has to be passed, not met."""
    config = RoundsConfig(model="m", gain=0.1)
    assert not decide(verdicts(4), verdicts(2), config).accepted
    assert decide(verdicts(5), verdicts(2), config).accepted


def test_one_task():
    """With one task there is no interval, so nothing is certain; and it is said."""
    made = decide(verdicts(1, tasks=1), verdicts(0, tasks=1), RoundsConfig(model="m", accept="certain"))
    assert not made.accepted
    assert made.ci95 is None
    assert "no interval" in made.why


def test_nothing_to_compare():
    """Without a task in common, or with too few samples, it is an error, not a decision."""
    other = [{**row, "task_id": f"other{row['task_id']}"} for row in verdicts(1)]
    with pytest.raises(EstimateError, match="no task in common"):
        decide(verdicts(1), other, RoundsConfig(model="m"))
    with pytest.raises(EstimateError):
        decide(verdicts(1), verdicts(1), RoundsConfig(model="m", k=5))
