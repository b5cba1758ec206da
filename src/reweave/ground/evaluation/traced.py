"""References of ARCADE's problems, traced: ``reweave ground trace`` reads no notebooks of many turns.

The rows are the same. Their file takes its name whole, at the end: a run that was killed begins again.
"""

from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from reweave.evaluate.config import EvalConfig
from reweave.ground.evaluation.boxes import open_running
from reweave.ground.evaluation.places import place_of
from reweave.ground.trace.candidates import Entry
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.round_trip import RoundTrip, round_trip
from reweave.ground.trace.rows import grounded, reject
from reweave.ground.trace.tracing import Refusal, Trace, tracing
from reweave.sandbox import CellsJob
from reweave.sandbox.works import Work, run_works
from reweave.settings import checked
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.layout import run_folder
from reweave.storage.manifest import PRETTY
from reweave.tasks import Task

_OPEN = 16
_LINE = orjson.OPT_APPEND_NEWLINE
_WALL, _MEMORY = 30.0, 4096  # as the benchmark's answers have

Made = tuple[Trace, RoundTrip] | Refusal


def trace_references(tasks: Sequence[Task], path: Path, config: EvalConfig, workers: int | None) -> None:
    """Trace references after their contexts, and write the rows.

    Args:
        tasks: The problems.
        path: Where to; beside it ``PATH.run`` holds the settings, and what was refused and why.
        config: The sandbox's settings.
        workers: Programs at once.
    """
    how = checked(TraceConfig, {"wall": _WALL, "memory": _MEMORY, "same_calls": 0, "python": config.python})
    folder = run_folder(path)
    folder.mkdir(parents=True, exist_ok=True)
    refused = []
    with atomic_file(path) as file, open_running(config, how, workers) as box:
        for entry, made in run_works((_work(task, how) for task in tasks), box, most_open=_OPEN):
            if isinstance(made, tuple):
                assert entry.pair is not None
                file.write(orjson.dumps(grounded(entry.pair, *made, how), option=_LINE))
            else:
                refused.append(orjson.dumps(asdict(reject(entry, made)), option=_LINE))
        atomic_write(folder / "rejects.jsonl", b"".join(refused))
        atomic_write(
            folder / "config.json", orjson.dumps({"config": how.model_dump(mode="json")}, option=PRETTY)
        )


def _work(task: Task, config: TraceConfig) -> Work[tuple[Entry, Made]]:
    pair = place_of(task).pair(task, task.reference or "")
    entry = Entry(pair.id, pair=pair)
    found = yield from _beside(tracing(pair.context, pair.code, config), task)
    if isinstance(found, Refusal):
        return entry, found
    trip = yield from _beside(round_trip(pair.context, pair.code, found, config), task)
    return entry, (found, trip)


def _beside(
    work: Generator[Sequence[CellsJob], Any, Any], task: Task
) -> Generator[Sequence[CellsJob], Any, Any]:
    """Lay the files that a context reads beside every job of some work."""
    place = place_of(task)
    try:
        jobs = next(work)
        while True:
            results = yield [place.beside(each, task) for each in jobs]
            jobs = work.send(results)
    except StopIteration as stop:
        return stop.value
