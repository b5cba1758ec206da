"""A whole run of ``reweave ground bridge``: rows in, the same rows with what the other side has out.

Read = kept + rejected + failed; what is not kept is in ``rejects.jsonl``, with the reason.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import orjson

from reweave import __version__
from reweave.errors import MissingExtraError, RowError
from reweave.ground.bridge.config import BridgeConfig
from reweave.ground.bridge.rows import DEFECT, Made, work, written
from reweave.ground.bridge.statistics import Statistics
from reweave.ground.trace.round_trip import FAILURE
from reweave.records import Reject
from reweave.sandbox import Sandbox
from reweave.sandbox.works import run_works
from reweave.storage import Run, open_source

_CHECKPOINT_SECONDS = 1.0
_OPEN = 64  # rows begun and not given yet
_LINE = orjson.OPT_APPEND_NEWLINE
_SHOWN = ("instruction", "intent", "context", "code", "program", "tests", "raw")


@dataclass(frozen=True, slots=True)
class Bridged:
    """What a run made.

    Attributes:
        folder: The run directory.
        statistics: Of the whole run, earlier starts included.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        unsafe: Whether programs ran without isolation in this start.
    """

    folder: Path
    statistics: Statistics
    notes: tuple[str, ...]
    was_complete: bool = False
    unsafe: bool = False


def bridge(
    source: str,
    out: Path,
    config: BridgeConfig,
    *,
    workers: int | None = None,
    report: Callable[[int, int, int | None], None] | None = None,
) -> Bridged:
    """Give the rows of a source what the other side has, or go on with a run that was stopped.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: How.
        workers: Programs run at once; None for one a core. It does not change a byte of the output.
        report: Called now and then with the rows done, those of this start, and their number if known.

    Raises:
        InputError: The source cannot be read.
        MissingExtraError: numpy or pandas is not installed here.
        RunError: The output belongs to another run, or cannot be written.
        SandboxError: Untrusted code cannot be run here.
    """
    versions = {"reweave": __version__, "python": platform.python_version(), **_libraries(config)}
    opened = open_source(source)
    with Run.open(
        out,
        config=config.model_dump(mode="json"),
        source=opened.fingerprint(),
        context={"input": source, "workers": workers},
        versions=versions,
        shard_records=config.shard_records,
    ) as run:
        notes = (*opened.notes, *run.notes)
        if run.manifest is not None:
            return Bridged(
                run.folder, Statistics.from_json(run.manifest.statistics), notes, was_complete=True
            )
        statistics = Statistics.from_json(run.state["statistics"]) if run.state else Statistics()
        first = run.next
        total = opened.count_hint()
        if config.limit:
            total = config.limit if total is None else min(total, config.limit)
        writer = _Writer(run, statistics)
        rows = islice(enumerate(opened.rows()), first, config.limit or None)
        with _box(config, workers) as box:
            for made in run_works((work(raw, number, config) for number, raw in rows), box, most_open=_OPEN):
                writer.add(made)
                if writer.checkpoint() and report is not None:
                    report(run.next, run.next - first, total)
            unsafe = box.tier == "none"
        run.finish(statistics.to_json())
    return Bridged(run.folder, statistics, notes, unsafe=unsafe)


def _libraries(config: BridgeConfig) -> dict[str, str]:
    """Give the versions of what values are made with on this side."""
    if config.zygote != "data":
        return {}
    try:
        import numpy as np  # noqa: PLC0415 - an extra
        import pandas as pd  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise MissingExtraError("reweave ground bridge", "data") from error
    return {"numpy": np.__version__, "pandas": pd.__version__}


def _box(config: BridgeConfig, workers: int | None) -> Sandbox:
    return Sandbox(
        tier=config.tier,
        zygote=config.zygote,
        python=config.python,
        workers=workers,
        limits=config.limits,
        unsafe_no_isolation=config.unsafe_no_isolation,
    )


class _Writer:
    """Gathers rows into writes, and writes into checkpoints."""

    def __init__(self, run: Run, statistics: Statistics) -> None:
        self._run = run
        self._statistics = statistics
        self._last = time.monotonic()

    def add(self, made: Made) -> None:
        """Write what came of a row."""
        kept = line = b""
        error = made.error
        if made.columns is not None:
            try:
                kept = orjson.dumps(written(made), option=_LINE)
            except (TypeError, ValueError) as wrong:
                error = RowError(DEFECT, f"a defect in reweave: {wrong!r}")
            else:
                self._statistics.add(made.calls, made.trip)
        if error is not None:
            outcome = "failed" if error.reason in {FAILURE, DEFECT} else "rejected"
            shown = {column: made.row[column] for column in _SHOWN if column in made.row}
            reject = Reject(made.name, outcome, error.reason, error.detail, shown)
            line = orjson.dumps({"index": self._run.next, **asdict(reject)}, option=_LINE)
            self._statistics.counts.rejects[outcome, error.reason] += 1
        self._statistics.counts.read += 1
        self._run.append(kept, line, 1)

    def checkpoint(self) -> bool:
        """Make what was written lasting, where that is due; say whether it was."""
        if time.monotonic() - self._last < _CHECKPOINT_SECONDS:
            return False
        self._run.checkpoint({"statistics": self._statistics.to_json()})
        self._last = time.monotonic()
        return True
