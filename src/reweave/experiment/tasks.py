"""The two sets of tasks: pairs to tune on, and held-out tasks in HumanEval's form.

Which compositions are held out is drawn before anything else, so that the held-out tasks stay the same
whatever the number of programs to tune on.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError
from reweave.experiment.config import ExperimentConfig
from reweave.experiment.grammar import ENTRY_POINT, Sentence, check_text, compositions, is_dull, sentence
from reweave.storage.atomic import atomic_write


def make_tasks(config: ExperimentConfig) -> tuple[list[Sentence], list[Sentence]]:
    """Give the tasks to tune on and those held out.

    Raises:
        InputError: More tasks are wanted than the grammar has.
    """
    heldout: list[Sentence] = []
    train: list[Sentence] = []
    for number, steps in enumerate(config.steps):
        order = _worth_asking(steps, config.seed)
        heldout += islice(order, _share(config.heldout_tasks, number, len(config.steps)))
        train += islice(order, _share(config.train_tasks, number, len(config.steps)))
    if len(train) < config.train_tasks or len(heldout) < config.heldout_tasks:
        raise InputError(
            f"the grammar has {len(heldout) + len(train):,} compositions of {config.steps} steps, and"
            f" {config.heldout_tasks + config.train_tasks:,} are wanted: ask for fewer tasks, or more steps"
        )
    return train, heldout


def write_tasks(folder: Path, config: ExperimentConfig) -> dict[str, Any]:
    """Write ``pairs.jsonl`` and ``heldout.jsonl``; give what they hold in numbers."""
    train, heldout = make_tasks(config)
    _write(folder / "pairs.jsonl", _pairs(train))
    _write(folder / "heldout.jsonl", _benchmark(heldout, config.seed))
    lines = [task.program.count("\n") for task in train]
    return {
        "train_tasks": len(train),
        "train_programs": len({task.program for task in train}),
        "heldout_tasks": len(heldout),
        "heldout_compositions_in_training": len(
            {task.composition for task in heldout} & {task.composition for task in train}
        ),
        "lines": {"least": min(lines), "mean": sum(lines) / len(lines), "most": max(lines)},
    }


def _worth_asking(steps: int, seed: int) -> Iterator[Sentence]:
    for number, each in enumerate(compositions(steps, seed)):
        task = sentence(f"{steps}-{number}", each, seed)
        if not is_dull(task, seed):
            yield task


def _share(total: int, number: int, parts: int) -> int:
    return total * (number + 1) // parts - total * number // parts


def _pairs(tasks: Sequence[Sentence]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        yield {"id": task.id, "instruction": task.prompt, "program": task.program}


def _benchmark(tasks: Sequence[Sentence], seed: int) -> Iterator[dict[str, Any]]:
    for task in tasks:
        yield {
            "task_id": task.id,
            "prompt": task.prompt,
            "entry_point": ENTRY_POINT,
            "test": check_text(task, seed),
            "canonical_solution": task.program,
            "composition": task.composition,
        }


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    atomic_write(path, b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
