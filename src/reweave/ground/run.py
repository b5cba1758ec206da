"""A whole run of ``reweave ground trace``: candidates in, grounded rows out.

Read = kept + rejected + failed; what is not kept is in ``rejects.jsonl``, with the reason. What a row holds
is ``trace.rows``'s business, how it is written ``trace.writer``'s.
"""

import hashlib
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reweave import __version__
from reweave.errors import MissingExtraError, RowError
from reweave.ground.trace.candidates import Entry, entries, place_of
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.round_trip import round_trip
from reweave.ground.trace.rows import DEFECT
from reweave.ground.trace.statistics import Statistics
from reweave.ground.trace.tables import TableFiles
from reweave.ground.trace.tracing import Refusal, tracing
from reweave.ground.trace.writer import Digests, Made, Writer
from reweave.sandbox import Sandbox
from reweave.sandbox.works import Work, run_works
from reweave.storage import Run, open_source

_OPEN = 64  # candidates begun and not given yet; each may hold a table's worth of values


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
        InputError: The source or a table's folder cannot be read.
        MissingExtraError: numpy or pandas is not installed here.
        RunError: The output belongs to another run, or cannot be written.
        SandboxError: Untrusted code cannot be run here.
    """
    versions = {"reweave": __version__, "python": platform.python_version(), **_libraries(config)}
    opened = open_source(place_of(source))
    tables = TableFiles(config.tables, config.table_bytes)
    began = time.monotonic()
    with Run.open(
        out,
        config=config.model_dump(mode="json", exclude={"tables"}),  # rows say what is in them
        source=opened.fingerprint(),
        context={"input": source, "workers": workers, "tables": list(config.tables)},
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
        writer = Writer(run, statistics, config)
        writer.take_up(islice(found, first))
        with _box(config, workers) as box:
            works = (_work(entry, config, tables) for entry in found)
            for entry, made, names in run_works(works, box, most_open=_OPEN):
                writer.add(entry, made, names)
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


def _work(entry: Entry, config: TraceConfig, tables: TableFiles) -> Work[tuple[Entry, Made, Digests]]:
    """Trace a candidate and try its specifications; give also what its tables were."""
    pair = entry.pair
    if pair is None:
        assert entry.error is not None
        return entry, entry.error, {}
    try:
        files = tables.of(pair)
        found = yield from tracing(pair.context, pair.code, config, files=files)
        if isinstance(found, Refusal):
            return entry, found, {}
        trip = yield from round_trip(pair.context, pair.code, found, config, files=files)
    except RowError as error:
        return entry, error, {}
    except Exception as error:  # noqa: BLE001 - one candidate must not lose the others
        return entry, RowError(DEFECT, f"a defect in reweave: {error!r}"), {}
    return entry, (found, trip), {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
