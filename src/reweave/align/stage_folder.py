"""A stage and its rows in a folder: run whole or again, never half.

    config.json      what decides the rows; another is refused
    requests*.sqlite every request and answer, a file a role
    rows.jsonl, rejects.jsonl, stage.json, summary.json

Those of the last line appear whole; ``stage.json``, with the counts, comes last. What a stage has asked is
in its log, so a stage that was killed runs again from its first row and asks nothing twice. So does one in
which requests failed, and one whose input has changed.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align import reading
from reweave.align.stage import Stage, Work
from reweave.errors import RowError, RunError
from reweave.records import Reject
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY, read_json

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Input:
    """What a stage reads.

    Args:
        lines: Gives its lines.
        identity: What tells it from another input.
        total: How many lines there are, if that is known.
    """

    lines: Callable[[], Iterable[bytes | RowError]]
    identity: Mapping[str, Any]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of what a stage took up: read = kept + all that was rejected + all that failed.

    Args:
        stage: Its name.
        unit: What is counted.
        read: How many.
        kept: Likewise.
        rejected: By rule, in the order of the rules, those without a reject too.
        failed: By kind.
    """

    stage: str
    unit: str
    read: int
    kept: int
    rejected: Mapping[str, int]
    failed: Mapping[str, int]

    @property
    def whole(self) -> bool:
        """Whether nothing has vanished."""
        return self.read == self.kept + sum(self.rejected.values()) + sum(self.failed.values())


@dataclass(frozen=True, slots=True)
class Done:
    """A stage that has run.

    Args:
        folder: Where.
        counts: What became of its rows.
        spent: What each role has used.
        was_complete: Whether there was nothing to do.
    """

    folder: Path
    counts: Counts
    spent: Mapping[str, Mapping[str, Any]]
    was_complete: bool = False

    def output(self) -> Input:
        """Give its rows as the next stage's input."""
        path = self.folder / "rows.jsonl"
        if (self.folder / "stage.json").exists():
            identity = read_json(self.folder / "stage.json")["rows"]
        else:  # it wrote its own files
            with path.open("rb") as file:
                identity = {"kind": "file", "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
        return Input(lambda: _lines(path), identity, self.counts.kept)


def run_stage(
    stage: Stage,
    given: Input,
    folder: Path,
    *,
    limit: int = 0,
    on_progress: Callable[[Any], None] | None = None,
) -> Done:
    """Run a stage, or find that it has run.

    Args:
        stage: Which.
        given: Its input.
        folder: Its own folder.
        limit: How many lines of the input are read; 0: all.
        on_progress: As ``reweave.models.ask`` has it.

    Raises:
        RunError: The folder does not fit; or the stage has lost a row.
        ReweaveError: As the stage has it.
    """
    with HeldFolder(folder) as held:
        held.claim({"format": FORMAT, "stage": stage.name, **stage.describe()})
        source = {**given.identity, "limit": limit}
        found = _complete(folder, source)
        if found is not None:
            return found
        (folder / "stage.json").unlink(missing_ok=True)
        total = min(given.total, limit) if limit and given.total is not None else given.total
        work = Work(folder, on_progress, total)
        counts, digest, size = _write(stage, islice(given.lines(), limit or None), work)
        atomic_write(folder / "summary.json", orjson.dumps({"spent": work.spent}, option=PRETTY))
        whole = {
            "format": FORMAT,
            "reweave": __version__,
            "source": source,
            "counts": asdict(counts),
            "rules": list(counts.rejected),
            "rows": {"kind": "stage", "sha256": digest, "bytes": size},
        }
        atomic_write(folder / "stage.json", orjson.dumps(whole, option=PRETTY))
    return Done(folder, counts, work.spent)


def read_counts(folder: Path) -> Counts:
    """Read the counts of a stage that has run.

    Raises:
        RunError: It has not, or the file is damaged.
    """
    content = read_json(folder / "stage.json")
    try:
        counts = Counts(**content["counts"])
        rules = {rule: counts.rejected.get(rule, 0) for rule in content["rules"]}
    except (KeyError, TypeError) as error:
        raise RunError(f"{folder / 'stage.json'} is not of this version: {error}") from error
    return Counts(counts.stage, counts.unit, counts.read, counts.kept, rules, counts.failed)


def _complete(folder: Path, source: Mapping[str, Any]) -> Done | None:
    names = ("stage.json", "rows.jsonl", "rejects.jsonl", "summary.json")
    if not all((folder / name).exists() for name in names):
        return None
    counts = read_counts(folder)
    if read_json(folder / "stage.json")["source"] != source or counts.failed:
        return None
    return Done(folder, counts, read_json(folder / "summary.json")["spent"], was_complete=True)


def _write(stage: Stage, lines: Iterable[bytes | RowError], work: Work) -> tuple[Counts, str, int]:
    incoming = reading.Reading(lines)
    rules = (*reading.RULES, *stage.rules)
    kept, size, digest = 0, 0, hashlib.sha256()
    gone: Counter[tuple[str, str]] = Counter()
    folder = work.folder
    with atomic_file(folder / "rows.jsonl") as rows, atomic_file(folder / "rejects.jsonl") as rejects:

        def reject(one: Reject) -> None:
            if one.outcome == "rejected" and one.reason not in rules:
                raise RunError(
                    f"stage {stage.name}: {one.id} is rejected by {one.reason!r}, which is no rule of it"
                )
            gone[one.outcome, one.reason] += 1
            rejects.write(orjson.dumps(asdict(one), option=orjson.OPT_APPEND_NEWLINE))

        for outcome in _outcomes(stage, incoming, work):
            if isinstance(outcome, Reject):
                reject(outcome)
                continue
            line = orjson.dumps(outcome, option=orjson.OPT_APPEND_NEWLINE)
            rows.write(line)
            digest.update(line)
            kept, size = kept + 1, size + len(line)
    counts = Counts(
        stage.name,
        stage.unit,
        incoming.read + work.units,
        kept,
        {rule: gone["rejected", rule] for rule in rules},
        {reason: count for (outcome, reason), count in sorted(gone.items()) if outcome == "failed"},
    )
    if not counts.whole:
        told = f"{counts.read:,} {stage.unit} taken up, and {kept + sum(gone.values()):,} accounted for"
        raise RunError(f"stage {stage.name}: {told}; this is an error in reweave, please report it")
    return counts, digest.hexdigest(), size


def _outcomes(stage: Stage, incoming: reading.Reading, work: Work) -> Iterator[Any]:
    for outcome in stage.run(incoming.rows(), work):
        yield from incoming.drain()
        yield outcome
    yield from incoming.drain()


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
