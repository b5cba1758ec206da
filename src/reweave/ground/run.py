"""A whole run of ``reweave ground trace``: candidates in, grounded rows out.

Read = kept + rejected + failed; what is not kept is in ``rejects.jsonl``, with the reason. What a row holds
is ``trace.rows``'s business.
"""

import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import orjson

from reweave import __version__
from reweave.errors import MissingExtraError, RowError
from reweave.ground.trace.apis import Variety
from reweave.ground.trace.candidates import Entry, entries, place_of
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.round_trip import RoundTrip, round_trip
from reweave.ground.trace.rows import DEFECT, grounded, reject
from reweave.ground.trace.statistics import Statistics
from reweave.ground.trace.tracing import Refusal, Trace, tracing
from reweave.sandbox import Sandbox
from reweave.sandbox.works import Work, run_works
from reweave.storage import Run, open_source

_CHECKPOINT_SECONDS = 1.0
_OPEN = 64  # candidates begun and not given yet; each may hold a table's worth of values
_LINE = orjson.OPT_APPEND_NEWLINE

Made = tuple[Trace, RoundTrip] | Refusal | RowError


@dataclass(frozen=True, slots=True)
class Grounded:
    """What a run made.

    Attributes:
        folder: The run directory.
        statistics: Of the whole run, earlier starts included.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
        new_rows: How many candidates this start has run.
        unsafe: Whether programs ran without isolation in this start.
    """

    folder: Path
    statistics: Statistics
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0
    new_rows: int = 0
    unsafe: bool = False


def ground(
    source: str,
    out: Path,
    config: TraceConfig,
    *,
    workers: int | None = None,
    report: Callable[[int, int, int | None], None] | None = None,
) -> Grounded:
    """Trace the candidates of a source, or go on with a run that was stopped.

    Args:
        source: ``ds1000``, ``pandaseval``, ``numpyeval``, or what `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: How.
        workers: Programs run at once; None for one a core. It does not change a byte of the output.
        report: Called now and then with the candidates done, those of this start, and their number if known.

    Raises:
        InputError: The source cannot be read.
        MissingExtraError: numpy or pandas is not installed here.
        RunError: The output belongs to another run, or cannot be written.
        SandboxError: Untrusted code cannot be run here.
    """
    versions = {"reweave": __version__, "python": platform.python_version(), **_libraries(config)}
    opened = open_source(place_of(source))
    began = time.monotonic()
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
            done = Statistics.from_json(run.manifest.statistics)
            return Grounded(run.folder, done, notes, was_complete=True)
        statistics = Statistics.from_json(run.state["statistics"]) if run.state else Statistics()
        first = run.next
        total = config.limit or None
        found = islice(entries(opened.rows(), config.libraries), config.limit or None)
        writer = _Writer(run, statistics, config)
        writer.take_up(islice(found, first))
        with _box(config, workers) as box:
            for entry, made in run_works((_work(entry, config) for entry in found), box, most_open=_OPEN):
                writer.add(entry, made)
                if writer.checkpoint() and report is not None:
                    report(run.next, run.next - first, total)
            unsafe = box.tier == "none"
        run.finish(statistics.to_json())
        took = time.monotonic() - began
        return Grounded(run.folder, statistics, notes, False, took, run.next - first, unsafe)


def _libraries(config: TraceConfig) -> dict[str, str]:
    """Give the versions of what values are made with on this side."""
    if config.zygote != "data":
        return {}
    try:
        import numpy as np  # noqa: PLC0415 - an extra
        import pandas as pd  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise MissingExtraError("reweave ground trace", "data") from error
    return {"numpy": np.__version__, "pandas": pd.__version__}


def _box(config: TraceConfig, workers: int | None) -> Sandbox:
    return Sandbox(
        tier=config.tier,
        zygote=config.zygote,
        preload=config.preload,
        python=config.python,
        workers=workers,
        limits=config.limits,
        unsafe_no_isolation=config.unsafe_no_isolation,
    )


def _work(entry: Entry, config: TraceConfig) -> Work[tuple[Entry, Made]]:
    if entry.pair is None:
        assert entry.error is not None
        return entry, entry.error
    try:
        found = yield from tracing(entry.pair.context, entry.pair.code, config)
        if isinstance(found, Refusal):
            return entry, found
        trip = yield from round_trip(entry.pair.context, entry.pair.code, found, config)
    except Exception as error:  # noqa: BLE001 - one candidate must not lose the others
        return entry, RowError(DEFECT, f"a defect in reweave: {error!r}")
    return entry, (found, trip)


class _Writer:
    """Gathers rows into writes, and writes into checkpoints."""

    def __init__(self, run: Run, statistics: Statistics, config: TraceConfig) -> None:
        self._run = run
        self._statistics = statistics
        self._config = config
        self._variety = Variety(config.same_calls)
        self._last = time.monotonic()

    def take_up(self, done: Iterable[Entry]) -> None:
        """Count again which calls the rows have that earlier starts kept: all that is in no reject."""
        rejects = self._run.folder / "rejects.jsonl"
        lines = rejects.read_bytes().splitlines() if self._run.next else []
        gone = {orjson.loads(line)["index"] for line in lines}
        for number, entry in enumerate(done):
            if number not in gone and entry.pair is not None:
                self._variety.admits(entry.pair.code)

    def add(self, entry: Entry, made: Made) -> None:
        """Write what came of a candidate."""
        kept = b""
        if isinstance(made, tuple):
            assert entry.pair is not None
            try:
                row = grounded(entry.pair, *made, self._config)
                kept = orjson.dumps(row, option=_LINE)
            except Exception as error:  # noqa: BLE001 - one row must not lose the others
                made = RowError(DEFECT, f"a defect in reweave: {error!r}")
            else:
                if not self._variety.admits(entry.pair.code):
                    kept, made = b"", Refusal("repeated-api", " ".join(row["calls"]) or "it calls nothing")
        line = b""
        if isinstance(made, tuple):
            self._statistics.add(*made, row)
        else:
            refused = reject(entry, made)
            self._statistics.rejects[refused.outcome, refused.reason] += 1
            line = orjson.dumps({"index": self._run.next, **asdict(refused)}, option=_LINE)
        self._statistics.read += 1
        self._run.append(kept, line, 1)

    def checkpoint(self) -> bool:
        """Make what was written lasting, where that is due; say whether it was."""
        if time.monotonic() - self._last < _CHECKPOINT_SECONDS:
            return False
        self._run.checkpoint({"statistics": self._statistics.to_json()})
        self._last = time.monotonic()
        return True
