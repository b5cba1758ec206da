"""Judging the samples of a run: each program through the sandbox, a verdict row a sample, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from reweave.evaluate.partial import PartialVerdicts
from reweave.sandbox import Sandbox
from reweave.tasks import Scored, Task, judge

COLUMNS = (
    "task_id", "sample", "passed", "reason", "form", "seconds", "cpu_seconds", "memory", "detail", "tier",
    "unsafe",
)  # fmt: skip
"""Of ``verdicts.parquet``."""


def score(
    rows: Iterable[dict[str, Any]],
    tasks: Mapping[str, Task],
    box: Sandbox,
    verdicts: PartialVerdicts,
    report: Callable[[int], None] | None = None,
) -> None:
    """Judge the samples that have no verdict yet.

    Args:
        rows: Of ``samples.jsonl``.
        tasks: Prepared, by id.
        box: Where programs run.
        verdicts: Has the verdicts so far, and takes the others.
        report: Called with the number of verdicts there are.
    """
    waiting: deque[dict[str, Any]] = deque()  # taken, in order, without a verdict yet
    unsafe = box.tier == "none"
    done = 0

    def programs() -> Iterator[tuple[Task, str]]:
        nonlocal done
        for row in rows:
            if verdicts.of(row) is not None:
                done += 1
                continue
            waiting.append(row)
            if row["program"] is not None:
                yield tasks[row["task_id"]], row["program"]

    def settle(scored: Scored) -> None:
        nonlocal done
        row = waiting.popleft()
        verdicts.append(row, _row(row, scored, unsafe=unsafe))
        done += 1
        if report is not None:
            report(done)

    def settle_unrun() -> None:
        while waiting and waiting[0]["program"] is None:
            settle(_unrun(waiting[0]))

    for _, scored in judge(programs(), box):
        settle_unrun()
        settle(scored)
    settle_unrun()


def _unrun(row: Mapping[str, Any]) -> Scored:
    """Give what has no program its verdict: there was no answer, or no code in it."""
    reason = "not-sampled" if "failure" in row else "no-code"
    return Scored(passed=False, reason=reason, form="none", detail=row["extraction"].get("detail", ""))


def _row(sample: Mapping[str, Any], scored: Scored, *, unsafe: bool) -> dict[str, Any]:
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
        # A program can raise what no file can hold
        "detail": scored.detail.encode("utf-8", "replace").decode(),
        "tier": scored.tier or "",
        "unsafe": scored.unsafe or unsafe,
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
