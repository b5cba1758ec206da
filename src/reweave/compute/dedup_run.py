"""A whole run of ``reweave curate dedup``: two passes over the rows, the output in a run directory.

The first pass leaves sets and signatures of each part of the input in ``OUT.run/sketch``, so that a run that
was killed does not compute them again; the second writes the kept rows, byte for byte as they came, and the
others with what they are duplicates of. The input is only ever read.
"""

import itertools
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reweave import __version__
from reweave.compute.chunks import in_order
from reweave.compute.kept_rows import KeptRows
from reweave.curate.arrays import np
from reweave.curate.columns import ColumnSpec, parse_column, read_row, read_score, usual_columns
from reweave.curate.config import DedupConfig
from reweave.curate.duplicates import Column, Duplicate, find_duplicates
from reweave.curate.minhash import MinHash
from reweave.curate.shingles import Shingles, shingle
from reweave.errors import InputError, RowError
from reweave.storage import Fields, Run, Source, atomic_file, make_reject, open_source

_CHUNK = 5_000  # rows a part

Report = Callable[[str, int, int | None], None]
"""Called with what is being done, the rows done, and their number if it is known."""


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What a run came to.

    Attributes:
        folder: The run directory.
        statistics: ``read``, ``kept``, ``rejects`` by reason, ``by_column``, ``columns``.
        notes: What a person should know.
        was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
    """

    folder: Path
    statistics: dict[str, Any]
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0


def deduplicate(
    source: str, out: Path, config: DedupConfig, *, workers: int = 1, report: Report | None = None
) -> Deduplicated:
    """Keep one row of each group of near-duplicates, or go on with a run that was stopped.

    Args:
        source: What `reweave.storage.open_source` takes, but for stdin: it is read twice.
        out: The output file, or folder of shards.
        config: What a duplicate is.
        workers: Number of processes. It does not change a byte of the output.
        report: Told how far it is.

    Raises:
        InputError: The source cannot be read, or has none of the columns.
        RunError: The output belongs to another run, or cannot be written.
    """
    if source == "-":
        raise InputError("duplicates are found in two passes: give a file, not stdin")
    opened = open_source(source)
    columns = [parse_column(said) for said in config.on] or usual_columns(_first(opened))
    began = time.monotonic()
    settings = config.model_dump() | {"on": [str(each) for each in columns]}
    with Run.open(
        out,
        config=settings,
        source=opened.fingerprint(),
        context={"input": source, "workers": workers},
        versions={"reweave": __version__, "numpy": np.__version__},
        shard_records=config.shard_records,
    ) as run:
        notes = (*opened.notes, *run.notes)
        sketch = run.folder / "sketch"
        if run.manifest is not None:
            shutil.rmtree(sketch, ignore_errors=True)  # killed after the run was complete
            return Deduplicated(run.folder, dict(run.manifest.statistics), notes, was_complete=True)
        tell = report or (lambda *_: None)
        _sketch(opened, config, columns, sketch, workers, tell)
        found = _decide(config, columns, sketch)
        statistics = _write(run, opened, config, columns, found, tell)
        run.finish(statistics)
        shutil.rmtree(sketch, ignore_errors=True)
    return Deduplicated(run.folder, statistics, notes, seconds=time.monotonic() - began)


def _first(source: Source) -> dict[str, Any]:
    for raw in source.rows():
        try:
            return read_row(raw)
        except RowError:
            continue
    return {}


def _rows(source: Source, config: DedupConfig, start: int = 0) -> Iterator[bytes | RowError]:
    return itertools.islice(source.rows(start), max(config.limit - start, 0) if config.limit else None)


def _sketch(
    source: Source,
    config: DedupConfig,
    columns: Sequence[ColumnSpec],
    folder: Path,
    workers: int,
    report: Report,
) -> None:
    """Make the parts that are not there yet."""
    folder.mkdir(exist_ok=True)
    total = source.count_hint()

    def work() -> Iterator[tuple[Any, ...]]:
        rows = _rows(source, config)
        for number in itertools.count():
            chunk = list(itertools.islice(rows, _CHUNK))
            if not chunk:
                return
            path = folder / f"{number:06d}.npz"
            if not path.exists():
                plain = [raw if isinstance(raw, bytes) else b"" for raw in chunk]
                yield (plain, columns, config.best, config.ngram, config.permutations, config.seed, path)

    done = 0
    for rows in in_order(sketch_part, work(), workers):
        done += rows
        report("reading", done, total)


def sketch_part(
    raws: Sequence[bytes],
    columns: Sequence[ColumnSpec],
    best: str | None,
    ngram: int,
    permutations: int,
    seed: int,
    path: Path,
) -> int:
    """Write the sets and signatures of some rows into a file; a row that cannot be read has empty ones."""
    tokens: list[list[list[str]]] = [[] for _ in columns]
    scores = []
    for raw in raws:
        try:
            row = read_row(raw)
            found = [column.tokens(row) for column in columns]
            score = 0.0 if best is None else read_score(row, best)
        except RowError:
            found, score = [[] for _ in columns], 0.0
        for kept, each in zip(tokens, found, strict=True):
            kept.append(each)
        scores.append(score)
    minhash = MinHash(permutations, seed)
    arrays: dict[str, Any] = {"scores": np.asarray(scores)}
    for number, texts in enumerate(tokens):
        sets = shingle(texts, ngram)
        arrays |= {
            f"hashes{number}": sets.hashes,
            f"offsets{number}": sets.offsets,
            f"signatures{number}": minhash.signatures(sets),
        }
    with atomic_file(path) as file:
        np.savez(file, **arrays)
    return len(raws)


def _decide(config: DedupConfig, columns: Sequence[ColumnSpec], folder: Path) -> dict[int, Duplicate]:
    made = [
        Column(
            permutations=config.permutations, threshold=each.threshold or config.threshold, seed=config.seed
        )
        for each in columns
    ]
    scores = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as part:
            scores.append(part["scores"])
            for number, column in enumerate(made):
                sets = Shingles(part[f"hashes{number}"], part[f"offsets{number}"])
                column.add_signed(sets, part[f"signatures{number}"])
    chosen = None if config.best is None or not scores else np.concatenate(scores)
    return find_duplicates(made, match=config.match, scores=chosen)


def _write(
    run: Run,
    source: Source,
    config: DedupConfig,
    columns: Sequence[ColumnSpec],
    found: dict[int, Duplicate],
    report: Report,
) -> dict[str, Any]:
    """Write the rows from where the run stands; give the statistics."""
    total = source.count_hint()
    rows = KeptRows(run, "by_column", lambda done: report("writing", done, total))
    for number, raw in enumerate(_rows(source, config, run.next), run.next):
        reject = _judge(number, raw, columns, config.best, found)
        if reject is None:
            assert isinstance(raw, bytes)
            rows.keep(raw)
        else:
            rows.drop(reject, [reject["column"]] if "column" in reject else [])
    return rows.statistics() | {"columns": [str(each) for each in columns]}


def _judge(
    number: int,
    raw: bytes | RowError,
    columns: Sequence[ColumnSpec],
    best: str | None,
    found: dict[int, Duplicate],
) -> dict[str, Any] | None:
    """Give the reject of a row; None where it is kept."""
    fields = Fields()
    content = raw if isinstance(raw, bytes) else None
    if number not in found:
        try:
            row = read_row(raw)
            for column in columns:
                column.tokens(row)
            if best is not None:
                read_score(row, best)
        except RowError as error:
            return asdict(make_reject(error, content, number, fields))
        return None
    duplicate = found[number]
    column = columns[duplicate.column]
    detail = f"{column.name} is like that of row {duplicate.of}: Jaccard {duplicate.similarity:.3f}"
    reject = asdict(make_reject(RowError("near-duplicate", detail), content, number, fields))
    return reject | {
        "number": number,
        "of": duplicate.of,
        "column": column.name,
        "similarity": round(duplicate.similarity, 6),
    }
