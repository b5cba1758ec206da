"""Judging the samples of a run: each program through the sandbox, a verdict row a sample, in order."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from reweave.evaluate.folder import PartialVerdicts
from reweave.sandbox import Sandbox
from reweave.tasks import Scored, Task, judge

COLUMNS = (
    "task_id", "sample", "passed", "reason", "form", "seconds", "cpu_seconds", "memory", "detail", "tier",
    "unsafe",
)  # fmt: skip
"""Of ``verdicts.parquet``."""


def score(
    rows: Iterator[dict[str, Any]],
    tasks: Mapping[str, Task],
    box: Sandbox,
    verdicts: PartialVerdicts,
    report: Callable[[int], None] | None = None,
) -> None:
    """Judge samples, from the first that has no verdict on.

    Args:
        rows: Of ``samples.jsonl``.
        tasks: Prepared, by id.
        box: Where programs run.
        verdicts: Takes the verdicts.
        report: Called with the number of verdicts there are.
    """
    waiting: deque[dict[str, Any]] = deque()  # taken, in order, without a verdict yet

    def programs() -> Iterator[tuple[Task, str]]:
        for row in islice(rows, len(verdicts.done), None):
            waiting.append(row)
            if row["program"] is not None:
                yield tasks[row["task_id"]], row["program"]

    for _, scored in judge(programs(), box):
        _settle_unrun(waiting, verdicts)
        verdicts.append(_row(waiting.popleft(), scored))
        if report is not None:
            report(len(verdicts.done))
    _settle_unrun(waiting, verdicts)


def _settle_unrun(waiting: deque[dict[str, Any]], verdicts: PartialVerdicts) -> None:
    """Give what has no program its verdict: there was no answer, or no code in it."""
    while waiting and waiting[0]["program"] is None:
        row = waiting.popleft()
        reason = "not-sampled" if "failure" in row else "no-code"
        detail = row["extraction"].get("detail", "")
        verdicts.append(_row(row, Scored(passed=False, reason=reason, form="none", detail=detail)))


def _row(sample: Mapping[str, Any], scored: Scored) -> dict[str, Any]:
    """Give a row of ``verdicts.parquet``."""
    return {
        "task_id": sample["task_id"],
        "sample": sample["sample"],
        "passed": scored.passed,
        "reason": scored.reason,
        "form": scored.form,
        "seconds": scored.seconds,
        "cpu_seconds": scored.cpu_seconds,
        "memory": scored.memory,
        "detail": scored.detail,
        "tier": scored.tier or "",
        "unsafe": scored.unsafe,
    }


def schema() -> Any:
    """Give the pyarrow schema of ``verdicts.parquet``."""
    import pyarrow as pa  # noqa: PLC0415 - takes a while

    kinds = {
        "sample": pa.int32(),
        "passed": pa.bool_(),
        "unsafe": pa.bool_(),
        "seconds": pa.float64(),
        "cpu_seconds": pa.float64(),
        "memory": pa.int64(),
    }
    return pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
