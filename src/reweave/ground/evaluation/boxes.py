"""The two sandboxes of an evaluation: one judges as the benchmark does, one runs answers as references."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from reweave.evaluate.config import EvalConfig
from reweave.evaluate.run import load_tasks, zygote_for
from reweave.evaluate.run import open_box as open_judging
from reweave.ground.trace.config import TraceConfig
from reweave.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Boxes:
    """Both, open; one, where it serves for both.

    Attributes:
        judging: Gives the benchmark's verdicts.
        running: Says what an answer leaves, by which it keeps to its specification or not.
    """

    judging: Sandbox
    running: Sandbox


@contextmanager
def open_boxes(
    benchmark: str, config: EvalConfig, trace: TraceConfig, workers: int | None
) -> Iterator[Boxes]:
    """Give both, for all cells of a model: to start one takes as long as many answers do."""
    _, tasks = load_tasks(benchmark, config, [])
    with open_judging(tasks, config, workers) as judging:
        serves = (
            (config.tier or trace.tier) in {None, judging.tier}
            and trace.zygote == zygote_for(tasks)
            and not trace.preload
            and (config.python or trace.python) == config.python
        )  # jobs bring their own limits
        with nullcontext(judging) if serves else open_running(config, trace, workers) as running:
            yield Boxes(judging, running)


def open_running(config: EvalConfig, trace: TraceConfig, workers: int | None) -> Sandbox:
    """Give the sandbox in which answers run as the references did."""
    return Sandbox(
        tier=config.tier or trace.tier,
        zygote=trace.zygote,
        preload=trace.preload,
        python=config.python or trace.python,
        workers=workers,
        limits=trace.limits,
        unsafe_no_isolation=config.unsafe_no_isolation,
    )
