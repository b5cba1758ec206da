"""One model on one source: rows in, what the model says of each out, in a run directory of their own.

    DIR/models/MODEL/SOURCE.jsonl, DIR/models/MODEL/SOURCE.jsonl.run/

A cell that was killed goes on at its last checkpoint; one that is whole is not computed again, whatever
other sources and models are added. One in which requests failed is gone through again, at no cost: what was
answered is in the model's log.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.perplexity.scoring import Asked, NoAnswer, Outcome, Scorer
from reweave.align.perplexity.texts import Entry, read_entry
from reweave.errors import RowError, RunError
from reweave.model_folder import ModelFormat
from reweave.records import Reject
from reweave.storage import Run, open_source, read_rows
from reweave.storage.layout import run_folder

Report = Callable[[int, int], None]
"""Called with rows and tokens that were added."""

_CHECKPOINT_SECONDS = 1.0
_LINE = orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class Cell:
    """A model's name, a source's name, and where what is known of both lies.

    Attributes:
        source: The source's name.
        model: The model's name.
        spec: What ``open_source`` takes.
        folder: The model's own.
    """

    source: str
    model: str
    spec: str
    folder: Path

    @property
    def out(self) -> Path:
        """The cell's rows, once it is whole."""
        return self.folder / f"{self.source}.jsonl"

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows."""
        return read_rows(self.out)

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Give what became none."""
        with (run_folder(self.out) / "rejects.jsonl").open("rb") as file:
            yield from map(orjson.loads, file)


def run_cell(cell: Cell, scorer: Scorer, settings: Mapping[str, Any], limit: int, report: Report) -> None:
    """Run a cell, or what of it is missing.

    Args:
        cell: Which.
        scorer: The model.
        settings: What else decides its rows.
        limit: Rows read; 0: all.
        report: Told of rows as they are done, those of earlier starts at once.

    Raises:
        InputError: The source cannot be read, or there is no such model.
        RunError: The cell was begun with another configuration, or cannot be written.
        ModelError: The server cannot be asked.
    """
    identity = {**settings, "limit": limit, "template": scorer.template, "model": dict(scorer.describe())}
    source = open_source(cell.spec)
    cell.out.parent.mkdir(parents=True, exist_ok=True)

    def opened() -> Run:
        return Run.open(
            cell.out,
            config=identity,
            source=source.fingerprint(),
            context={"input": cell.spec, "names": [cell.source, cell.model]},
            versions={"reweave": __version__},
        )

    run = opened()
    if run.state.get("ended"):  # with requests that failed, or it would be complete
        run.close()
        _clear(run.folder)
        run = opened()
    with run:
        report(run.next, 0)
        if not run.complete:
            _go_on(run, cell, scorer, islice(source.rows(run.next), _left(limit, run.next)), report)


def _go_on(run: Run, cell: Cell, scorer: Scorer, rows: Iterator[bytes | RowError], report: Report) -> None:
    failed = int(run.state.get("failed", 0))
    last = time.monotonic()
    numbered = enumerate(rows, run.next)
    while group := [read_entry(number, raw) for number, raw in islice(numbered, scorer.group)]:
        kept, rejects, tokens = b"", b"", 0
        for entry, outcome in zip(group, _outcomes(group, scorer), strict=True):
            if isinstance(outcome, Reject):
                failed += outcome.outcome == "failed"
                rejects += orjson.dumps(_of(cell, entry) | asdict(outcome), option=_LINE)
            else:
                tokens += outcome["tokens"]
                kept += orjson.dumps(_of(cell, entry) | outcome, option=_LINE)
        run.append(kept, rejects, len(group))
        if time.monotonic() - last > _CHECKPOINT_SECONDS:
            run.checkpoint({"failed": failed})
            last = time.monotonic()
        report(len(group), tokens)
    if failed:
        run.checkpoint({"failed": failed, "ended": True})
    else:
        run.finish({})


def _outcomes(group: list[Entry], scorer: Scorer) -> list[Reject | dict[str, Any]]:
    form = ModelFormat(prompt=scorer.template)
    asked = [Asked(form.ask(each.text.asked), each.text.completion) for each in group if each.text]
    said = iter(scorer.score(asked) if asked else [])
    return [_outcome(each, each.error if each.text is None else next(said)) for each in group]


def _outcome(entry: Entry, said: Outcome | RowError | None) -> Reject | dict[str, Any]:
    assert said is not None
    if isinstance(said, NoAnswer):
        return Reject(entry.id, "failed", said.kind, said.message, entry.row)
    if isinstance(said, RowError):
        return Reject(entry.id, "rejected", said.reason, said.detail, entry.row)
    assert entry.text is not None
    return {
        "id": entry.id,
        "tokens": said.tokens,
        "nll": said.nll,
        "bytes": len(entry.text.completion.encode()),
        "prompt_tokens": said.prompt_tokens,
        "straddles": said.straddles,
    }


def _of(cell: Cell, entry: Entry) -> dict[str, Any]:
    return {"source": cell.source, "model": cell.model, "index": entry.number}


def _left(limit: int, done: int) -> int | None:
    return max(0, limit - done) if limit else None


def _clear(folder: Path) -> None:
    """Remove a run directory, whole or not at all for who looks at it."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        folder.rename(old)
    except OSError as error:
        raise RunError(f"cannot clear {folder}: {error.strerror}") from error
    shutil.rmtree(old, ignore_errors=True)
