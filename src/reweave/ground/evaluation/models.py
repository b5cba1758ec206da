"""Whom an ablation asks: a model behind an endpoint, samples that exist, or models that it trains and serves.

One model is trained for each form of specification, on files of equal rows that differ in nothing else, from
the same start, with the same seed. Training and serving are those of ``reweave.align.rounds``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.align.rounds.config import ServeConfig
from reweave.align.rounds.served import served
from reweave.align.rounds.training import train
from reweave.errors import InputError
from reweave.evaluate.config import EvalConfig, PlaceConfig
from reweave.evaluate.run import Source
from reweave.ground.evaluation.config import FORMS, NONE, AblationConfig, Cell
from reweave.ground.evaluation.differences import trained
from reweave.models import Endpoint
from reweave.settings import checked
from reweave.storage import read_rows

Sources = Callable[[Cell], Source]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Training:
    """What models are trained on, and how.

    Args:
        variants: The folder that holds a file a form.
        base: The model that each begins as.
        settings: As ``reweave train sft`` takes them, with ``preset`` and ``accelerate``.
        serve: How models are served.
    """

    variants: Path
    base: str
    settings: Mapping[str, Any]
    serve: ServeConfig

    def rows(self, form: str) -> Path:
        """Give a form's file."""
        return self.variants / f"{form}.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """A model, and what it is asked.

    Attributes:
        name: The folder of its cells.
        cells: Them.
        config: How it is asked.
        opened: Gives where samples of a cell come from, for as long as it is open.
    """

    name: str
    cells: tuple[Cell, ...]
    config: EvalConfig
    opened: Callable[[], AbstractContextManager[Sources]]


def from_endpoint(config: EvalConfig, ablation: AblationConfig, source: Source) -> Asked:
    """Ask a model behind an endpoint."""
    return Asked("model", ablation.cells, config, lambda: nullcontext(lambda _: source))


def from_files(config: EvalConfig, ablation: AblationConfig, folder: Path) -> Asked:
    """Take samples that exist: ``CELL.jsonl`` of a folder.

    Raises:
        InputError: One of them is missing.
    """
    files = {cell: folder / f"{cell.name}.jsonl" for cell in ablation.cells}
    if missing := [path.name for path in files.values() if not path.exists()]:
        raise InputError(f"--samples {folder} is a folder of samples, a file a cell; missing: {missing}")
    return Asked(
        "samples", ablation.cells, config, lambda: nullcontext(lambda cell: Source(file=str(files[cell])))
    )


def from_training(
    config: EvalConfig,
    ablation: AblationConfig,
    place: PlaceConfig,
    training: Training,
    out: Path,
    tell: Tell,
) -> list[Asked]:
    """Ask the model before training, in all cells, and those trained with a form, in theirs and without.

    Args:
        config: How they are asked; the model's name is their own.
        ablation: Which cells and forms there are.
        place: Concurrency, time-outs and attempts.
        training: How models are made.
        out: Takes ``trained/FORM``, and what training and servers say.
        tell: Told what begins.

    Raises:
        InputError: The files are not there, or not of equal rows; a setting that is none.
    """
    forms = [form for form in FORMS if form == "none" or form in ablation.forms]
    _check_rows({form: training.rows(form) for form in forms})
    _check_settings(training)

    def asked(name: str, cells: Iterable[Cell], form: str | None) -> Asked:
        model = training.base if form is None else str(out / "trained" / form)
        known = training.serve.name_of("answers", model, name)
        mine = config.model_copy(update={"model": known})

        @contextmanager
        def opened() -> Iterator[Sources]:
            logs = out / "logs"
            logs.mkdir(exist_ok=True)
            if form is not None:
                tell(f"{name}: training")
                Path(model).parent.mkdir(exist_ok=True)
                train(
                    training.rows(form),
                    training.base,
                    Path(model),
                    training.settings,
                    logs / f"train-{form}.log",
                )
            raw = mine.kind == "completions"
            with served(training.serve, model, name, logs / f"serve-{name}.log", raw=raw) as url:
                endpoint = Endpoint(
                    url, known, kind=mine.kind, concurrency=place.concurrency, timeout=place.timeout,
                    retries=place.retries,
                )  # fmt: skip
                yield lambda _: Source(endpoint=endpoint)

        return Asked(name, tuple(cells), mine, opened)

    own = [asked(trained(form), dict.fromkeys((NONE, Cell(form))), form) for form in forms]
    return [asked("base", ablation.cells, None), *own]


def _check_rows(files: Mapping[str, Path]) -> None:
    """See that the files that models are trained on differ in their prompts alone."""
    counts: dict[str, int] = {}
    written: dict[str, bytes] = {}
    for form, path in files.items():
        if not path.exists():
            raise InputError(f"no file {path}: --train takes a folder with a file of rows for each form")
        rows = [row.get("completion") for row in read_rows(path)]
        counts[form], written[form] = len(rows), hashlib.sha256(orjson.dumps(rows)).digest()
    if not any(counts.values()):
        raise InputError(f"{', '.join(path.name for path in files.values())} hold not one row to train on")
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{form} {count:,}" for form, count in counts.items())
        raise InputError(f"the files to train on have unequal rows ({told}): nothing would follow from them")
    if others := [form for form in files if written[form] != written["none"]]:
        raise InputError(
            f"the completions of {', '.join(others)} are others than those of none: models trained on them"
            " would differ in more than the specification"
        )


def _check_settings(training: Training) -> None:
    """Refuse now what would fail when a training's turn comes."""
    from reweave.train.config import SftConfig, preset  # noqa: PLC0415 - only where a model is trained

    given = dict(training.settings)
    given.pop("accelerate", None)
    chosen = preset(given.pop("preset")) if "preset" in given else {}
    checked(SftConfig, {**chosen, **given, "model": training.base})
