"""Reading a run back: its edit sequences and its statistics, whatever format it was written in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from reweave.edits.rows import from_row
from reweave.edits.statistics import Statistics
from reweave.errors import DecodeError, InputError, RunError
from reweave.records import EditSequence
from reweave.storage import find_run, read_rows


def sequences_of(run: Path, form: str | None = None, limit: int = 0) -> Iterator[EditSequence]:
    """Yield the edit sequences of a run, finished or not.

    Args:
        run: An output of ``reweave edits``, or its run directory.
        form: How edits are written; None asks the run, and takes ``unified`` where there is none.
        limit: Stop after this many programs; 0 reads all.

    Raises:
        InputError: There is no such run, or a row is not one of edit sequences.
    """
    config = _config(find_run(run)[1])
    form = form or config.get("form") or ("published" if config.get("preset") == "paper" else "unified")
    programs = 0
    before: str | None = None
    for number, row in enumerate(read_rows(run)):
        try:
            sequence = from_row(row, form, config.get("marker") or "<|diff|>")
        except (DecodeError, InputError) as error:
            raise InputError(f"{run}, row {number}: {error} (--form says how edits are written)") from error
        if sequence.id != before or sequence.path == 0:
            programs += 1
            before = sequence.id
        if limit and programs > limit:
            return
        yield sequence


def statistics_of(run: Path, form: str | None = None) -> Statistics:
    """Count a run's sequences, tokens included, and take over what only the run knows: the rejects."""
    statistics = Statistics()
    for sequence in sequences_of(run, form):
        if statistics.add(sequence):
            statistics.add_tokens(sequence)
    _, folder = find_run(run)
    stored = _stored(folder)
    if stored is not None:
        statistics.read, statistics.kept = stored.read, stored.kept
        statistics.rejects = stored.rejects
        statistics.duplicates = stored.duplicates
    else:
        statistics.read = statistics.kept = statistics.programs
    return statistics


def _stored(folder: Path | None) -> Statistics | None:
    file = folder / "statistics.json" if folder is not None else None
    if file is None or not file.exists():
        return None
    try:
        return Statistics.from_json(orjson.loads(file.read_bytes()))
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise RunError(f"{file} is damaged: {error}") from error


def _config(folder: Path | None) -> dict[str, Any]:
    file = folder / "config.json" if folder is not None else None
    if file is None or not file.exists():
        return {}
    config: dict[str, Any] = orjson.loads(file.read_bytes()).get("config", {})
    return config
