"""A whole run of ``reweave curate decontaminate``: rows without any item of some benchmarks.

One pass, in parts, each over several processes; the output in a run directory, the kept rows byte for byte as
they came.
"""

import functools
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.compute.chunks import in_order
from reweave.compute.kept_rows import KeptRows
from reweave.curate.benchmark_items import benchmark_items
from reweave.curate.columns import parse_column, read_row, read_text
from reweave.curate.config import DecontaminateConfig
from reweave.curate.contamination import BenchmarkIndex, Hit
from reweave.errors import RowError
from reweave.records import Reject
from reweave.storage import Fields, Run, Source, extract_code, make_reject, open_source

_CHUNK = 500  # rows a part


@dataclass(frozen=True, slots=True)
class Decontaminated:
    """What a run came to.

    Attributes:
        folder: The run directory; ``rejects.jsonl`` in it has each hit.
        statistics: ``read``, ``kept``, ``rejects`` by reason, ``hits`` by benchmark and way, ``items``,
        ``unseen``. notes: What a person should know. was_complete: Whether there was nothing left to do.
        seconds: How long this start took.
    """

    folder: Path
    statistics: dict[str, Any]
    notes: tuple[str, ...]
    was_complete: bool = False
    seconds: float = 0.0


def decontaminate(
    source: str,
    out: Path,
    config: DecontaminateConfig,
    *,
    workers: int = 1,
    report: Callable[[str, int, int | None], None] | None = None,
) -> Decontaminated:
    """Keep the rows that hold no item of the benchmarks, or go on with a run that was stopped.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: The output file, or folder of shards.
        config: Which benchmarks, and what a hit is.
        workers: Number of processes. It does not change a byte of the output.
        report: Called with what is being done, the rows done, and their number if it is known.

    Raises:
        InputError: The source or a benchmark cannot be read.
        RunError: The output belongs to another run, or cannot be written.
    """
    began = time.monotonic()
    opened = open_source(source)
    settings = config.model_dump(mode="json")
    index, unread = _index(orjson.dumps(settings))
    with Run.open(
        out,
        config=settings,
        source=opened.fingerprint(),
        context={"input": source, "workers": workers},
        versions={"reweave": __version__},
        shard_records=config.shard_records,
    ) as run:
        notes = (*opened.notes, *run.notes, *_unread(unread))
        if run.manifest is not None:
            return Decontaminated(run.folder, dict(run.manifest.statistics), notes, was_complete=True)
        about = {"items": index.items, "unseen": index.unseen}
        statistics = _write(run, opened, config, workers, report or (lambda *_: None)) | about
        run.finish(statistics)
    return Decontaminated(run.folder, statistics, notes, seconds=time.monotonic() - began)


@functools.lru_cache(maxsize=1)
def _index(settings: bytes) -> tuple[BenchmarkIndex, list[Reject]]:
    """Build the index, once a process."""
    config = DecontaminateConfig(**orjson.loads(settings))
    rejects: list[Reject] = []
    index = BenchmarkIndex(
        benchmark_items(config.against, rejects),
        ngram=config.ngram,
        share=config.share,
        common=config.common,
        nodes=config.nodes if config.programs else 0,
    )
    return index, rejects


def _unread(rejects: Sequence[Reject]) -> list[str]:
    if not rejects:
        return []
    first = rejects[0]
    return [f"{len(rejects)} benchmark rows cannot be read, the first {first.id}: {first.detail}"]


def _write(
    run: Run,
    source: Source,
    config: DecontaminateConfig,
    workers: int,
    report: Callable[[str, int, int | None], None],
) -> dict[str, Any]:
    total = source.count_hint()
    writer = KeptRows(run, "hits", lambda done: report("looking", done, total))
    start = run.next
    rows = itertools.islice(source.rows(start), max(config.limit - start, 0) if config.limit else None)
    settings = orjson.dumps(config.model_dump(mode="json"))
    pending: list[list[bytes | RowError]] = []

    def work() -> Iterator[tuple[list[bytes], bytes]]:
        while chunk := list(itertools.islice(rows, _CHUNK)):
            pending.append(chunk)
            yield [raw if isinstance(raw, bytes) else b"" for raw in chunk], settings

    for found in in_order(look, work(), workers):
        for raw, said in zip(pending.pop(0), found, strict=True):
            reject = _reject(run.next, raw, said)
            if reject is None:
                assert isinstance(raw, bytes)
                writer.keep(raw)
            else:
                writer.drop(reject, {f"{hit['benchmark']} {hit['how']}" for hit in reject.get("hits", ())})
    return writer.statistics()


Found = list[dict[str, Any]] | tuple[str, str]
"""A row's hits, or why it cannot be read: reason and detail."""


def look(raws: Sequence[bytes], settings: bytes) -> list[Found]:
    """Look for the benchmarks' items in some rows."""
    config = DecontaminateConfig(**orjson.loads(settings))
    index, _ = _index(settings)
    columns = [parse_column(said) for said in config.on]
    found: list[Found] = []
    for raw in raws:
        try:
            row = read_row(raw)
            texts = (
                [read_text(_column(row, each.name), each.name) for each in columns]
                if columns
                else _texts(row)
            )
        except RowError as error:
            found.append((error.reason, error.detail))
            continue
        hits = index.find(texts, [extract_code(text)[0] for text in texts if "def " in text])
        found.append([_told(hit) for hit in hits])
    return found


def _column(row: dict[str, Any], name: str) -> Any:
    if name not in row:
        raise RowError("missing-column", f"no column {name}; there are {', '.join(row) or 'none'}")
    return row[name]


def _texts(row: dict[str, Any]) -> list[str]:
    """Give all text of a row, however deep it lies."""
    found: list[str] = []
    waiting: list[Any] = [row]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            waiting += list(value.values())[::-1]
        elif isinstance(value, list):
            waiting += value[::-1]
    return found


def _told(hit: Hit) -> dict[str, Any]:
    return asdict(hit) | {"share": round(hit.share, 4)}


def _reject(number: int, raw: bytes | RowError, found: Found) -> dict[str, Any] | None:
    """Give the reject of a row; None where it is kept."""
    content, fields = raw if isinstance(raw, bytes) else None, Fields()
    if isinstance(raw, RowError):
        return asdict(make_reject(raw, None, number, fields))
    if isinstance(found, tuple):
        return asdict(make_reject(RowError(*found), content, number, fields))
    if not found:
        return None
    best = found[0]
    how = f"{best['share']:.0%} of the n-grams of its {best['part']}"
    if best["how"] == "program":
        how = f"{best['part']} is its solution in other words"
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    detail = f"{best['benchmark']} {best['id']}: {how}{more}"
    return asdict(make_reject(RowError("benchmark-item", detail), content, number, fields)) | {"hits": found}
