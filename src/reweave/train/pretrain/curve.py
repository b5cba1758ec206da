"""The loss curve and the speed of a run, as lines of JSON: ``losses.jsonl``.

A line for each logged step: ``step``, ``tokens`` so far, ``loss`` (the mean since the line before),
``learning_rate``, ``grad_norm``, ``tokens_per_second``, ``mfu``, ``seconds`` of training so far; a line for
each held-out loss: ``step``, ``held_out_loss``, ``bits_per_byte``. Seconds are those of steps and of getting
their data, without held-out losses and checkpoints. A resumed run cuts off the lines behind its checkpoint
and goes on: but for the times, the curve is that of a run that was never killed.
"""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write


def read_curve(path: Path) -> Iterator[dict[str, Any]]:
    """Give the lines of a loss curve; a line torn by a kill is the last one and left out."""
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield orjson.loads(line)


class Curve:
    """Appends to a loss curve.

    Args:
        path: The file.
        step: Where training begins or goes on: lines behind it are cut off.
        step_tokens: Tokens a step, over all processes.
        flops: Of a token.
        peak: FLOPs a second, of all devices together.
        report: Called with tokens so far, after each line.

    Attributes:
        seconds: Of training so far, those before a kill included.
        step: The last one on the curve, or the checkpoint.
        held_out: The last held-out loss, as it was logged.
    """

    def __init__(
        self,
        path: Path,
        *,
        step: int,
        step_tokens: int,
        flops: float,
        peak: float,
        report: Callable[[int], None] | None = None,
    ) -> None:
        lines = [line for line in read_curve(path) if line["step"] <= step]
        atomic_write(path, b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
        self._path, self.step, self._step_tokens = path, step, step_tokens
        self._flops, self._peak, self._report = flops, peak, report
        self.seconds = max((line.get("seconds", 0.0) for line in lines), default=0.0)
        self._mark = time.perf_counter()
        self.held_out: dict[str, Any] | None = None

    def rest(self) -> None:
        """Time from here on is training's again: what went before was not."""
        self._mark = time.perf_counter()

    def trained(self, step: int, logs: dict[str, Any]) -> dict[str, float]:
        """Add a line for a logged step; gives the speed.

        Raises:
            RunError: The loss is no number any more.
        """
        now = time.perf_counter()
        spent, self._mark = now - self._mark, now
        self.seconds += spent
        rate = (step - self.step) * self._step_tokens / max(spent, 1e-9)
        self.step = step
        speed = {"tokens_per_second": rate, "mfu": rate * self._flops / self._peak}
        told = {
            name: logs[name] for name in ("loss", "learning_rate", "grad_norm") if logs.get(name) is not None
        }
        self._add(
            {"step": step, "tokens": step * self._step_tokens, **told, **speed, "seconds": self.seconds}
        )
        if not math.isfinite(logs["loss"]):
            raise RunError(
                f"the loss is {logs['loss']} at step {step}: training has diverged;"
                " give a lower --learning-rate and another folder"
            )
        if self._report is not None:
            self._report(step * self._step_tokens)
        return speed

    def evaluated(self, step: int, logs: dict[str, Any]) -> None:
        """Add a line for a held-out loss."""
        self.held_out = logs
        self._add({"step": step, **logs})

    def _add(self, line: dict[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
