"""The whole of ``reweave align perplexity``: every model on every source, and the table of them.

    DIR/config.json, DIR/models/MODEL/…, DIR/rows.jsonl, DIR/rejects.jsonl, DIR/perplexity.json

The last comes last. A cell of the table is the business of ``cell``; what is put together here is made anew
at every start, from the cells that the command names.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.align.perplexity import estimates
from reweave.align.perplexity.cell import Cell, run_cell
from reweave.align.perplexity.config import ModelConfig, PerplexityConfig
from reweave.align.perplexity.local import LocalModel
from reweave.align.perplexity.scoring import DIGITS, Scorer
from reweave.align.perplexity.server import ServedModel
from reweave.model_folder import ModelFormat
from reweave.settings import checked
from reweave.storage import open_source
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run came to.

    Attributes:
        folder: Where.
        cells: The cells of ``perplexity.json``, source by source.
        notes: What a person should know to read the figures.
        failed: Rows whose requests failed; the same call asks for them again.
        spent: What served models have used in all starts, by name, as ``reweave.align.costs`` has it.
    """

    folder: Path
    cells: Sequence[Mapping[str, Any]]
    notes: Sequence[str]
    failed: int
    spent: Mapping[str, Mapping[str, Any]]


def measure(
    config: PerplexityConfig,
    out: Path,
    *,
    report: Callable[[int, int, int | None], None] | None = None,
) -> Measured:
    """Measure all models on all sources, or what of it is missing.

    Args:
        config: Which, and how.
        out: The folder.
        report: Called with the rows done, the tokens of this start, and the number of rows if that is known.

    Raises:
        InputError: A source, a model or a setting that cannot be.
        RunError: The folder does not fit.
        ModelError: A server cannot be asked at all, or gives no log-probabilities of prompts.
        MissingExtraError: What a model needs is not installed.
    """
    config.check()
    cells = [
        Cell(source, model, spec, _place(out, model))
        for source, spec in config.sources.items()
        for model in config.models
    ]
    # What can be refused is refused before anything is computed.
    scorers = {name: _scorer(config, name, model, out) for name, model in config.models.items()}
    told = _Told(report, _total(config))
    used: dict[str, Mapping[str, Any]] = {}
    settings = {"format": FORMAT, "max_length": config.max_length}
    with HeldFolder(out) as folder:
        folder.claim({"format": FORMAT, "verb": "align perplexity"})  # each cell claims what decides its rows
        for name, scorer in scorers.items():
            with closing(scorer):
                for cell in cells:
                    if cell.model == name:
                        run_cell(cell, scorer, settings, config.limit, told.add)
                if isinstance(scorer, ServedModel):
                    used[name] = scorer.spent()
        found = [_figures(cell, scorers[cell.model]) for cell in cells]
        _join(out / "rows.jsonl", (row for cell in cells for row in cell.rows()))
        _join(out / "rejects.jsonl", (row for cell in cells for row in cell.rejects()))
        notes = _notes(found)
        whole = {"format": FORMAT, "reweave": __version__, "digits": DIGITS, "cells": found, "notes": notes}
        atomic_write(out / "perplexity.json", orjson.dumps(whole, option=PRETTY))
    return Measured(out, found, notes, sum(sum(cell["failed"].values()) for cell in found), used)


def _scorer(config: PerplexityConfig, name: str, model: ModelConfig, out: Path) -> Scorer:
    template = config.prompt if model.prompt is None else model.prompt
    if template is not None:
        checked(ModelFormat, {"prompt": template})
    if model.base_url is not None:
        return ServedModel(model, _place(out, name), template=template, longest=config.max_length)
    return LocalModel(
        model.model,
        template=template,
        longest=config.max_length,
        batch=config.batch,
        device=config.device,
        precision=config.precision,
    )


def _place(out: Path, model: str) -> Path:
    return out / "models" / model


def _figures(cell: Cell, scorer: Scorer) -> dict[str, Any]:
    """Give what there is to say of a cell."""
    rows = [(row["nll"], row["tokens"], row["bytes"], row["straddles"]) for row in cell.rows()]
    nats, tokens, sizes, straddling = zip(*rows, strict=True) if rows else ((), (), (), ())
    gone = Counter((reject["outcome"], reject["reason"]) for reject in cell.rejects())
    found: dict[str, Any] = {
        "source": cell.source,
        "model": cell.model,
        "template": scorer.template,
        "read": len(rows) + sum(gone.values()),
        "kept": len(rows),
        **{
            outcome: {reason: n for (kind, reason), n in sorted(gone.items()) if kind == outcome}
            for outcome in ("rejected", "failed")
        },
        "tokens": sum(tokens),
        "bytes": sum(sizes),
        "nll": round(math.fsum(nats), DIGITS),
        "straddling": sum(straddling),
        "perplexity": None,
        "bits_per_byte": None,
    }
    if rows:
        for name, figure in (
            ("perplexity", estimates.perplexity(nats, tokens)),
            ("bits_per_byte", estimates.bits_per_byte(nats, sizes)),
        ):
            found[name] = {"value": figure.value, "ci95": figure.ci95}
    return found


def _notes(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say where figures that stand side by side are not of the same rows, or not of the same texts."""
    notes = []
    for source in dict.fromkeys(cell["source"] for cell in cells):
        kept = {cell["kept"] for cell in cells if cell["source"] == source}
        if len(kept) > 1:
            notes.append(f"{source}: models were not measured on the same rows; rejects.jsonl says why")
    for cell in cells:
        if cell["straddling"]:
            told = f"{cell['straddling']:,} of {cell['kept']:,} completions begin inside a token"
            notes.append(
                f"{cell['source']}, {cell['model']}: {told}, which counts whole; with `tokenizer` none would"
            )
    return notes


def _total(config: PerplexityConfig) -> int | None:
    counts = [open_source(spec).count_hint() for spec in config.sources.values()]
    if None in counts:
        return None
    most = config.limit or math.inf
    return len(config.models) * int(sum(min(count, most) for count in counts if count is not None))


def _join(path: Path, rows: Iterator[Mapping[str, Any]]) -> None:
    with atomic_file(path) as file:
        for row in rows:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


class _Told:
    """Adds up how far the cells are."""

    def __init__(self, report: Callable[[int, int, int | None], None] | None, total: int | None) -> None:
        self._report, self._total = report, total
        self._rows = self._tokens = 0

    def add(self, rows: int, tokens: int) -> None:
        """Take note of rows that are done."""
        self._rows += rows
        self._tokens += tokens
        if self._report is not None:
            self._report(self._rows, self._tokens, self._total)
