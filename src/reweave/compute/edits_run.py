"""A whole run of ``reweave edits``: from a source, through the workers, into a run directory."""

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import orjson

from reweave import __version__
from reweave.compute.config import EditsConfig
from reweave.compute.job import Job, Result, Row
from reweave.compute.pool import run as run_job
from reweave.edits.checkers import make_checker
from reweave.edits.settings import Settings, settings
from reweave.edits.statistics import Statistics
from reweave.errors import RowError
from reweave.storage import Fields, Run, open_source

_CHECKPOINT_SECONDS = 1.0
_CHECKPOINT_RECORDS = 5_000


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made.

    Attributes:
        folder: The run directory.
        statistics: Of the whole run, earlier starts included.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
        new_paths: How many paths this start made.
    """

    folder: Path
    statistics: Statistics
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0
    new_paths: int = 0


def make_edits(
    source: str,
    out: Path,
    config: EditsConfig,
    *,
    workers: int = 1,
    report: Callable[[int, int, int | None], None] | None = None,
    batch_states: int | None = None,
) -> Made:
    """Write the edit sequences of a source, or go on with a run that was stopped.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: What to make.
        workers: Number of processes. It does not change a byte of the output.
        report: Called now and then with the records done, the paths made by this start, and the number of
            records if that is known.
        batch_states: How many states one call of the checker gets, about. It does not change a byte either.

    Raises:
        InputError: The source cannot be read, or a setting makes no sense.
        RunError: The output belongs to another run, or cannot be written.
        ReweaveError: The checker cannot run.
    """
    chosen = _settings(config)
    job = _job(config, chosen, batch_states)
    opened = open_source(
        source, split=config.split, code_field=config.code_field, extract=config.extract == "auto"
    )
    began = time.monotonic()
    with Run.open(
        out,
        config=config.model_dump(),
        source=opened.fingerprint(),
        context={"input": source, "workers": workers, "batch_states": job.batch_states},
        versions=_versions(chosen),
        shard_records=config.shard_records,
    ) as run:
        notes = (*opened.notes, *run.notes)
        if run.manifest is not None:
            done = Statistics.from_json(run.manifest.statistics)
            return Made(run.folder, done, notes, was_complete=True)
        statistics = Statistics.from_json(run.state["statistics"]) if run.state else Statistics()
        earlier = statistics.paths
        total = opened.count_hint()
        if config.limit:
            total = min(total, config.limit) if total is not None else None
        rows = _rows(opened.rows(run.next), run.next, config.limit)
        writer = _Writer(run, statistics)
        for result in run_job(job, rows, workers):
            writer.add(result)
            if writer.due():
                writer.checkpoint()
                if report is not None:
                    report(run.next, statistics.paths - earlier, total)
        writer.flush()
        run.finish(statistics.to_json())
    return Made(
        run.folder,
        statistics,
        notes,
        seconds=time.monotonic() - began,
        new_paths=statistics.paths - earlier,
    )


class _Writer:
    """Gathers results into writes, and writes into checkpoints."""

    def __init__(self, run: Run, statistics: Statistics) -> None:
        self.run = run
        self.statistics = statistics
        self.kept: list[bytes] = []
        self.rejects: list[bytes] = []
        self.records = 0
        self.since = 0
        self.last = time.monotonic()

    def add(self, result: Result) -> None:
        self.kept.append(result.kept)
        self.rejects.append(result.rejects)
        self.records += 1
        self.since += 1
        self.statistics.merge_json(orjson.loads(result.statistics))
        if self.records >= min(self.run.room, 256):
            self.flush()

    def flush(self) -> None:
        if self.records:
            self.run.append(b"".join(self.kept), b"".join(self.rejects), self.records)
            self.kept.clear()
            self.rejects.clear()
            self.records = 0

    def due(self) -> bool:
        return self.since >= _CHECKPOINT_RECORDS or time.monotonic() - self.last >= _CHECKPOINT_SECONDS

    def checkpoint(self) -> None:
        self.flush()
        self.run.checkpoint({"statistics": self.statistics.to_json()})
        self.since = 0
        self.last = time.monotonic()


def _rows(source: Iterator[bytes | RowError], start: int, limit: int) -> Iterator[Row]:
    left = None if not limit else max(limit - start, 0)
    return enumerate(islice(source, left), start)


def _settings(config: EditsConfig) -> Settings:
    return settings(
        paths=config.paths,
        seed=config.seed,
        preset=config.preset,
        unit=config.unit,
        checker=config.checker,
        sampler=config.sampler,
        max_lines=config.max_lines,
    )


def _job(config: EditsConfig, chosen: Settings, batch_states: int | None) -> Job:
    fields = Fields(
        code=config.code_field,
        instruction=config.instruction_field,
        id=config.id_field,
        extract=config.extract == "auto",
    )
    form = config.form or ("published" if config.preset == "paper" else "unified")
    more = {} if batch_states is None else {"batch_states": batch_states}
    return Job(chosen, fields, config.format, form, config.marker, **more)


def _versions(chosen: Settings) -> dict[str, str]:
    versions = {name: version(name) for name in ("orjson", "pyarrow")}
    versions["reweave"] = __version__
    versions["python"] = platform.python_version()
    if chosen.sampler != "random":
        checker = make_checker(chosen.checker, imports=not chosen.tolerate)
        versions["checker"] = checker.version
        checker.close()
    return versions
