"""A whole run of ``reweave ground contexts``: from files, through the readers, into a run directory."""

import platform
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reweave import __version__
from reweave.errors import MissingExtraError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.reader import reject_line
from reweave.ground.contexts.readers import read_all
from reweave.ground.contexts.sources import Tables, find
from reweave.storage import Run

_CHECKPOINT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made.

    Attributes:
        folder: The run directory.
        read: Files read, earlier starts included.
        kept: Of these, files that gave a record, by format.
        rejects: The others, by outcome and reason: read = kept + all rejects.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
        new_files: How many files this start read.
    """

    folder: Path
    read: int
    kept: Mapping[str, int]
    rejects: Mapping[tuple[str, str], int]
    notes: tuple[str, ...] = ()
    was_complete: bool = False
    seconds: float = 0.0
    new_files: int = 0


@dataclass(slots=True)
class _Counts:
    """Counts of a run, kept with its checkpoints."""

    kept: Counter[str] = field(default_factory=Counter)
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "_Counts":
        rejects = {(outcome, reason): n for outcome, reason, n in state.get("rejects", [])}
        return cls(Counter(state.get("kept", {})), Counter(rejects))

    def to_json(self) -> dict[str, Any]:
        rejects = [[*key, n] for key, n in sorted(self.rejects.items())]
        return {"kept": dict(sorted(self.kept.items())), "rejects": rejects}


def make_contexts(
    sources: Sequence[str],
    out: Path,
    config: ContextsConfig,
    *,
    workers: int = 1,
    report: Callable[[int, int, int | None], None] | None = None,
) -> Made:
    """Write the contexts of tables and notebooks, or go on with a run that was stopped.

    Args:
        sources: Files and folders.
        out: The output file, or folder of shards.
        config: What to read, and what to tell of it.
        workers: Processes that read. They change no byte of the output.
        report: Called now and then with the files read, the contexts that this start has made, and the number
            of files.

    Raises:
        InputError: No such file, or no table among them.
        RunError: The output belongs to another run, or cannot be written.
        MissingExtraError: pandas, or for Excel openpyxl, is not installed.
    """
    tables = find(sources)
    began = time.monotonic()
    versions = _versions(tables)
    with Run.open(
        out,
        config=config.model_dump(),
        source=tables.fingerprint(),
        context={"input": list(sources), "workers": workers},
        versions=versions,
        shard_records=config.shard_records,
    ) as run:
        notes = (*tables.notes, *run.notes)
        if run.manifest is not None:
            counts = _Counts.of(run.manifest.statistics)
            return Made(run.folder, run.next, counts.kept, counts.rejects, notes, was_complete=True)
        counts = _Counts.of(run.state)
        start, before = run.next, counts.kept.total()
        files = tables.files[: config.limit or None]
        last = time.monotonic()
        with closing(read_all(files[start:], config, workers)) as answers:
            for file, (line, reject) in zip(files[start:], answers, strict=True):
                if reject is None:
                    counts.kept[file.format] += 1
                else:
                    counts.rejects[reject.outcome, reject.reason] += 1
                run.append(line, b"" if reject is None else reject_line(reject), 1)
                if time.monotonic() - last >= _CHECKPOINT_SECONDS:
                    run.checkpoint(counts.to_json())
                    last = time.monotonic()
                    if report is not None:
                        report(run.next, counts.kept.total() - before, len(files))
        run.finish(counts.to_json())
        return Made(
            run.folder,
            run.next,
            counts.kept,
            counts.rejects,
            notes,
            seconds=time.monotonic() - began,
            new_files=run.next - start,
        )


def _versions(tables: Tables) -> dict[str, str]:
    """Give the versions of what reads; say what is missing before anything is begun."""
    needed = ["pandas", "pyarrow"]
    if any(file.format == "xlsx" for file in tables.files):
        needed.append("openpyxl")
    for name in needed:
        if find_spec(name) is None:
            raise MissingExtraError("reading Excel files" if name == "openpyxl" else "reading tables", "data")
    versions = {name: version(name) for name in needed}
    return versions | {"reweave": __version__, "python": platform.python_version()}
