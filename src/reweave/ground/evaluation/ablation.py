"""The whole ablation: every model in every cell, on the same tasks, and what sets the cells apart.

    DIR/config.json                     the settings, and hashes of what was read
    DIR/MODEL/CELL                      a run of ``reweave ground eval``; MODEL/own: what ``self`` has asked
    DIR/trained/FORM, DIR/logs          models trained for it, and what training and servers said
    DIR/results.json, DIR/report.md     written last

Killed at any moment and started again it goes on: each part knows what of it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.errors import InputError, ModelError
from reweave.evaluate.config import EvalConfig, PlaceConfig
from reweave.evaluate.run import Source
from reweave.ground.evaluation.boxes import open_boxes
from reweave.ground.evaluation.config import AblationConfig, Cell
from reweave.ground.evaluation.differences import Measured, Run, comparisons, weigh
from reweave.ground.evaluation.measures import scores
from reweave.ground.evaluation.models import Asked, Tell, Training, from_endpoint, from_files, from_training
from reweave.ground.evaluation.ready import Ready, make_ready, with_own
from reweave.ground.evaluation.report import markdown
from reweave.ground.evaluation.run import adherence_rows, evaluate_cell, is_done, verdict_rows
from reweave.storage import open_source
from reweave.storage.atomic import atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import read_json

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Ablation:
    """What is to be done.

    Args:
        benchmark: ``ds1000``, ``arcade``, or a file of theirs.
        cells: Which forms and levels.
        evaluate: How samples are drawn, read and judged: the same in all cells.
        place: Where samples come from.
        training: Models to train for it; None for none.
    """

    benchmark: str
    cells: AblationConfig
    evaluate: EvalConfig
    place: PlaceConfig
    training: Training | None = None


def run_ablation(
    settings: Ablation,
    out: Path,
    tell: Tell,
    *,
    source: Source | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Run what of an ablation is missing, and give the contents of ``results.json``.

    Args:
        settings: All of them.
        out: Its folder.
        tell: Told in one line what begins.
        source: The model behind an endpoint, where one is asked.
        workers: Programs at once; None: one a core.

    Raises:
        ModelError: Samples got no answer or no verdict; the same call goes on.
        ReweaveError: As the parts have it.
    """
    models = _models(settings, out, tell, source)
    ready = make_ready(settings.benchmark, settings.evaluate, settings.cells, workers)
    with HeldFolder(out) as held:
        held.claim(_claimed(settings, ready))
        for model in models:
            _evaluate(model, ready, out / model.name, tell, workers)
        made = _results(settings, models, out)
        atomic_write(out / "results.json", orjson.dumps(made, option=orjson.OPT_INDENT_2))
        atomic_write(out / "report.md", markdown(made).encode())
    return made


def _models(settings: Ablation, out: Path, tell: Tell, source: Source | None) -> list[Asked]:
    config, cells, place = settings.evaluate, settings.cells, settings.place
    found = [] if source is None else [from_endpoint(config, cells, source)]
    if place.samples is not None:
        found.append(from_files(config, cells, Path(place.samples)))
    if settings.training is not None:
        found += from_training(config, cells, place, settings.training, out, tell)
    if not found:
        raise InputError(
            "whom to ask? give --model NAME with --base-url URL, --samples FOLDER, or --train FOLDER with"
            " --base MODEL"
        )
    return found


def _evaluate(model: Asked, ready: Ready, out: Path, tell: Tell, workers: int | None) -> None:
    """Make what is missing of a model's cells; its server runs only while it is asked."""
    left = [cell for cell in model.cells if not is_done(out / cell.name)]
    if not left:
        return
    lost = 0
    opening = open_boxes(ready.benchmark, model.config, ready.references.trace, workers)
    with model.opened() as sources, opening as boxes:
        for cell in left:
            source, mine = sources(cell), ready
            if cell.leakage == "self":
                tell(f"{model.name}: specifies the tasks itself")
                mine = with_own(ready, model.config, source, out / "own")
            tell(f"{model.name}: {cell.name}")
            out.mkdir(exist_ok=True)
            made = evaluate_cell(mine, out / cell.name, model.config, source, cell, boxes=boxes)
            lost += made.unsampled + made.unjudged
    if lost:
        raise ModelError(
            f"{model.name}: {lost:,} samples got no answer or no verdict; the same command goes on"
        )


def _results(settings: Ablation, models: Sequence[Asked], out: Path) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    runs: dict[Run, Measured] = {}
    groups: dict[str, str | None] = {}
    task = ""
    for model in models:
        for cell in model.cells:
            place = out / model.name / cell.name
            summary = read_json(place / "summary.json")
            task = summary["task"]
            groups |= _groups(place)
            verdicts = verdict_rows(place)
            grouped = [{**row, "group": groups.get(row["task_id"])} for row in verdicts]
            ks = sorted(map(int, summary["pass@k"]))
            runs[model.name, cell.name] = Measured(grouped, ks, scores(verdicts, adherence_rows(place)))
            rows.append(_row(model.name, cell, summary))
    cells = {model.name: model.cells for model in models}
    return {
        "format": FORMAT,
        "reweave": __version__,
        "benchmark": settings.benchmark,
        "task": task,
        "n_tasks": rows[0]["tasks"],
        "left_out": rows[0]["left_out"],
        "sampling": {
            name: getattr(settings.evaluate, name) for name in ("kind", "n", "drawn_at", "top_p", "seed")
        },
        "trained": _trained(settings, out),
        "cells": [{key: value for key, value in row.items() if key != "left_out"} for row in rows],
        "differences": weigh(comparisons(cells), runs, groups),
    }


def _row(model: str, cell: Cell, summary: Mapping[str, Any]) -> dict[str, Any]:
    grounded = summary["grounded"]
    about = {name: grounded[name] for name in ("form", "leakage", "tasks", "left_out", "without_text")}
    told = {name: summary[name] for name in ("n_samples", "verdicts", "pass@k", "warnings")}
    return {"model": model, "cell": cell.name, **about, **told, "measures": grounded["measures"]}


def _trained(settings: Ablation, out: Path) -> dict[str, Any]:
    """Give what each model was trained on."""
    found = sorted((out / "trained").glob("*/train.json")) if settings.training else []
    told = {path.parent.name: read_json(path) for path in found}
    names = ("rows", "trained_tokens", "first_loss", "last_loss")
    return {form: {name: each.get(name) for name in names} for form, each in told.items()}


def _groups(place: Path) -> dict[str, str | None]:
    rows = map(orjson.loads, (place / "tasks.jsonl").read_bytes().splitlines())
    return {row["task_id"]: row["group"] for row in rows}


def _claimed(settings: Ablation, ready: Ready) -> Mapping[str, Any]:
    """Give what all starts must have in common; servers may move."""
    training = settings.training
    told: dict[str, Any] = {
        "format": FORMAT,
        "reweave": __version__,
        "benchmark": settings.benchmark,
        "cells": settings.cells.model_dump(mode="json"),
        "evaluate": settings.evaluate.model_dump(mode="json"),
        "references": ready.references.sha256,
    }
    if training is not None:
        rows = {
            path.name: open_source(str(path)).fingerprint()
            for path in sorted(training.variants.glob("*.jsonl"))
        }
        told |= {"base": training.base, "train": dict(training.settings), "rows": rows}
    return told
