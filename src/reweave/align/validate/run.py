"""A whole run of ``reweave align validate``: responses in, the same rows with what their tests show out.

Every row that was judged is in the output, accepted or not: selection and preference pairs need both. Those
not accepted are in ``rejects.jsonl`` too, with the reason and what shows it.
"""

import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.validate import stream
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.judgement import judge
from reweave.align.validate.rows import COLUMN, Entry, Group, groups, shown
from reweave.align.validate.statistics import Statistics
from reweave.align.validate.validation import Validation
from reweave.errors import RowError
from reweave.records import Reject
from reweave.sandbox import Sandbox
from reweave.storage import Run, open_source

_CHECKPOINT_SECONDS = 1.0
_DEFECT = "defect"

Judged = tuple[Group, list[Validation]]


@dataclass(frozen=True, slots=True)
class Validated:
    """What a run made.

    Attributes:
        folder: The run directory.
        statistics: Of the whole run, earlier starts included.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
        new_mutants: How many mutants this start ran.
        unsafe: Whether programs ran without isolation in this start.
    """

    folder: Path
    statistics: Statistics
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0
    new_mutants: int = 0
    unsafe: bool = False


def validate(
    source: str,
    out: Path,
    config: ValidateConfig,
    *,
    workers: int | None = None,
    report: Callable[[int, int, int | None], None] | None = None,
) -> Validated:
    """Validate the responses of a source, or go on with a run that was stopped.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: How to judge.
        workers: Programs run at once; None for one a core. It does not change a byte of the output.
        report: Called now and then with the rows done, the mutants run by this start, and the number of rows
            if that is known.

    Raises:
        InputError: The source cannot be read.
        RunError: The output belongs to another run, or cannot be written.
        SandboxError: Untrusted code cannot be run here.
    """
    opened = open_source(source)
    began = time.monotonic()
    with Run.open(
        out,
        config=config.model_dump(),
        source=opened.fingerprint(),
        context={"input": source, "workers": workers},
        versions={"reweave": __version__, "python": platform.python_version()},
        shard_records=config.shard_records,
    ) as run:
        notes = (*opened.notes, *run.notes)
        if run.manifest is not None:
            done = Statistics.from_json(run.manifest.statistics)
            return Validated(run.folder, done, notes, was_complete=True)
        statistics = Statistics.from_json(run.state["statistics"]) if run.state else Statistics()
        earlier = statistics.made
        total = opened.count_hint()
        if config.limit:
            total = config.limit if total is None else min(total, config.limit)
        writer = _Writer(run, statistics, config)
        with open_box(config, workers) as box:
            for judged in stream.run(_judgements(opened.rows(), run.next, config), box):
                writer.add(*judged)
                if writer.checkpoint() and report is not None:
                    report(run.next, statistics.made - earlier, total)
            unsafe = box.tier == "none"
        run.finish(statistics.to_json())
    return Validated(
        run.folder,
        statistics,
        notes,
        seconds=time.monotonic() - began,
        new_mutants=statistics.made - earlier,
        unsafe=unsafe,
    )


def open_box(config: ValidateConfig, workers: int | None) -> Sandbox:
    """Start the sandbox that a configuration asks for.

    Raises:
        SandboxError: Nothing holds here.
    """
    return Sandbox(
        tier=config.tier,
        zygote=config.zygote,
        python=config.python,
        workers=workers,
        limits=config.limits,
        unsafe_no_isolation=config.unsafe_no_isolation,
    )


def _judgements(
    rows: Iterable[bytes | RowError], start: int, config: ValidateConfig
) -> Iterator[stream.Judgement[Judged]]:
    """Give the judgements of groups that are not written yet: a checkpoint is where one begins."""
    for group in groups(islice(rows, config.limit or None)):
        if group.start >= start:
            yield _judgement(group, config)


def _judgement(group: Group, config: ValidateConfig) -> stream.Judgement[Judged]:
    responses = [entry.response for entry in group.entries if entry.response is not None]
    try:
        made = yield from judge(responses, config) if responses else _nothing()
    except Exception as error:  # noqa: BLE001 - one instruction must not lose the others
        defect = RowError(_DEFECT, f"a defect in reweave: {error!r}")
        entries = [Entry(each.id, each.row, None, each.error or defect) for each in group.entries]
        return Group(group.start, tuple(entries)), []
    return group, made


def _nothing() -> stream.Judgement[list[Validation]]:
    return []
    yield  # a generator, that asks for nothing


class _Writer:
    """Gathers the rows of groups into writes, and whole groups into checkpoints."""

    def __init__(self, run: Run, statistics: Statistics, config: ValidateConfig) -> None:
        self.run = run
        self.statistics = statistics
        self.config = config
        self.last = time.monotonic()

    def add(self, group: Group, made: list[Validation]) -> None:
        """Write the rows of a group."""
        statistics = self.statistics
        validations = iter(made)
        accepted = 0
        for number, entry in enumerate(group.entries, group.start):
            validation = next(validations) if entry.response is not None else None
            kept, reject = self._row(entry, validation)
            line = b""
            if reject is not None:
                statistics.rejects[reject.outcome, reject.reason] += 1
                line = orjson.dumps({"index": number, **asdict(reject)}, option=_LINE)
            accepted += reject is None
            self.run.append(kept, line, 1)
        statistics.read += len(group.entries)
        statistics.kept += accepted
        statistics.instructions += bool(made)
        if self.config.coverage:
            statistics.add_coverage([each for each in made if each.failure is None])
        statistics.with_accepted += accepted > 0

    def checkpoint(self) -> bool:
        """Make what was written lasting, where that is due; say whether it was."""
        if time.monotonic() - self.last < _CHECKPOINT_SECONDS:
            return False
        self.run.checkpoint({"statistics": self.statistics.to_json()})
        self.last = time.monotonic()
        return True

    def _row(self, entry: Entry, validation: Validation | None) -> tuple[bytes, Reject | None]:
        """Give a row's line, if it has one, and why it was not accepted, if it was not."""
        if validation is None:
            error = entry.error
            assert error is not None
            outcome = "failed" if error.reason == _DEFECT else "rejected"
            return b"", Reject(entry.id, outcome, error.reason, error.detail, entry.row)
        if validation.failure is not None:
            return b"", Reject(entry.id, "failed", "harness-error", validation.failure, entry.row)
        self.statistics.add(validation)
        column: dict[str, Any] = validation.column(self.config)
        line = orjson.dumps({"id": entry.id, **entry.row, COLUMN: column}, option=_LINE)
        if column["accepted"]:
            return line, None
        return line, Reject(entry.id, "rejected", column["reason"], column["detail"], shown(entry.row))


_LINE = orjson.OPT_APPEND_NEWLINE
