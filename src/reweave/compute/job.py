"""What a worker does: raw rows in, output rows out, both as bytes. Knows nothing of pipes and files."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import orjson

from reweave.edits.checkers import make_checker
from reweave.edits.codec import MARKER
from reweave.edits.machine import BATCH_STATES, Machine, Outcome
from reweave.edits.rows import to_row
from reweave.edits.settings import Settings
from reweave.edits.statistics import Statistics
from reweave.errors import RowError
from reweave.records import Program, Reject
from reweave.storage.rows import Fields, make_reject, row_to_program

Row = tuple[int, bytes | RowError]
"""A row's number in the input, and its JSON or why it could not be read."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that decides what is made of a row."""

    settings: Settings
    fields: Fields
    format: str = "edits"
    form: str = "unified"
    marker: str = MARKER
    batch_states: int = BATCH_STATES

    def to_json(self) -> bytes:
        """Return the job as JSON, to hand to another process."""
        return orjson.dumps(asdict(self))

    @classmethod
    def from_json(cls, data: bytes) -> "Job":
        """Read what `to_json` gave."""
        parts = orjson.loads(data)
        return cls(**parts | {"settings": Settings(**parts["settings"]), "fields": Fields(**parts["fields"])})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row: the lines to write, each with its newline, and the statistics of it."""

    index: int
    kept: bytes
    rejects: bytes
    statistics: bytes


def work(job: Job, rows: Iterable[Row | None]) -> Iterator[Result]:
    """Yield a result a row, as they are finished; None among the rows says to go on with those at hand."""
    settings = job.settings
    checker = None
    if settings.sampler != "random":
        checker = make_checker(settings.checker, imports=not settings.tolerate)

    def programs() -> Iterator[tuple[int, Program | Reject] | None]:
        for row in rows:
            yield None if row is None else (row[0], read(*row, job.fields))

    try:
        for outcome in Machine(settings, checker, job.batch_states).run(programs()):
            yield _made(job, outcome)
    finally:
        if checker is not None:
            checker.close()


def read(index: int, raw: bytes | RowError, fields: Fields) -> Program | Reject:
    """Read a program from a raw row, or say why there is none."""
    if isinstance(raw, RowError):
        return make_reject(raw, None, index, fields)
    try:
        return row_to_program(raw, index, fields)
    except RowError as error:
        return make_reject(error, raw, index, fields)


def _made(job: Job, outcome: Outcome) -> Result:
    if outcome.reject is not None:
        return rejected(outcome.index, outcome.reject)
    statistics = Statistics(read=1, kept=1)
    statistics.add_duplicates(outcome.duplicates)
    lines = []
    for sequence in outcome.sequences:
        statistics.add(sequence)
        lines.append(orjson.dumps(to_row(sequence, job.format, job.form, job.marker), option=_LINE))
    return Result(outcome.index, b"".join(lines), b"", orjson.dumps(statistics.to_json()))


def rejected(index: int, reject: Reject) -> Result:
    """Return the result of a row that gave no program, or whose program gave no sequence."""
    statistics = Statistics(read=1)
    statistics.add_reject(reject)
    line = orjson.dumps({"index": index, **asdict(reject)}, option=_LINE)
    return Result(index, b"", line, orjson.dumps(statistics.to_json()))


_LINE = orjson.OPT_APPEND_NEWLINE
