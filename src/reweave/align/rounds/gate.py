"""Whether a round's model is taken: the difference of two evaluations on the same tasks, and a rule.

A pure function of verdicts. Its explanation is part of its result: a loop that trains on its own output is
trusted only as far as one can read why it went on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reweave.align.rounds.config import RoundsConfig

Verdicts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says.

    Args:
        accepted: Whether the new model is taken.
        before, after: pass@k of the best model so far and of the new one, on the tasks that both have.
        difference: After minus before.
        ci95: Its 95 % interval; None with fewer than two tasks.
        p: Two-sided; None likewise.
        n_tasks: How many tasks.
        why: In words.
    """

    accepted: bool
    before: float
    after: float
    difference: float
    ci95: tuple[float, float] | None
    p: float | None
    n_tasks: int
    why: str


def decide(after: Verdicts, before: Verdicts, config: RoundsConfig) -> Decision:
    """Say whether a new model is taken.

    Args:
        after: The new model's verdicts.
        before: Those of the best so far.
        config: Has the rule.

    Raises:
        EstimateError: The two have no task in common, or too few samples for k.
    """
    from reweave.evaluate.statistics.summary import compare  # noqa: PLC0415 - numpy

    found = compare(after, before, [config.k])[config.k]
    lower, upper = found.ci95 or (None, None)
    if config.accept == "better":
        accepted, asked = found.value > config.gain, f"a difference above {config.gain:g}"
    elif config.accept == "certain":
        accepted = lower is not None and lower > config.gain
        asked = f"the whole 95 % interval above {config.gain:g}"
    else:
        accepted, asked = upper is None or upper >= 0, "a 95 % interval that is not below 0"
    interval = "no interval: fewer than two tasks" if lower is None else f"95 % [{lower:+.3f}, {upper:+.3f}]"
    sure = "" if found.p_value is None else f", p = {found.p_value:.3f}"
    why = (
        f"pass@{config.k} went from {found.mean_b:.3f} to {found.mean_a:.3f} on {found.n_tasks:,} tasks:"
        f" {found.value:+.3f}, {interval}{sure}. The rule {config.accept!r} asks for {asked}:"
        f" {'met' if accepted else 'not met'}."
    )
    return Decision(
        accepted, found.mean_b, found.mean_a, found.value, found.ci95, found.p_value, found.n_tasks, why
    )
