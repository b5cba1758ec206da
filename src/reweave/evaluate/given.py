"""Samples that exist: a file of answers, in the forms that other tools write.

EvalPlus's ``{"task_id", "solution"}`` and ``{"task_id", "completion"}``, and this project's own
``samples.jsonl``. A solution is a program; a completion follows the task's prompt.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.programs import Read, read_answer
from reweave.records import Reject
from reweave.storage import open_source
from reweave.tasks import Task


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer to a task, read.

    Args:
        task: The task.
        number: Which of its samples, from 0.
        answer: The model's text.
        read: What was made of it.
        tokens: ``prompt`` and ``completion``, where they are known.
        finish_reason: Why the answer ended, where that is known.
        failure: The kind and message of what came instead of an answer.
    """

    task: Task
    number: int
    answer: str
    read: Read
    tokens: Mapping[str, int] | None = None
    finish_reason: str | None = None
    failure: tuple[str, str] | None = None

    def row(self) -> dict[str, Any]:
        """Give the line of ``samples.jsonl``."""
        row = {"task_id": self.task.id, "sample": self.number, "completion": self.answer}
        row |= self.read.columns()
        row |= {"tokens": self.tokens, "finish_reason": self.finish_reason}
        if self.failure is not None:
            row["failure"] = {"kind": self.failure[0], "message": self.failure[1]}
        return row


def given_samples(
    source: str, tasks: Mapping[str, Task], config: EvalConfig, rejects: list[Reject]
) -> Iterator[Sample]:
    """Read a file of samples.

    Args:
        source: What ``reweave.storage.open_source`` takes.
        tasks: By id.
        config: How answers are read.
        rejects: Takes rows that cannot be read, with the reason.

    Raises:
        InputError: No such file.
    """
    counts: Counter[str] = Counter()
    taken: set[tuple[str, int]] = set()
    for line, raw in enumerate(open_source(source).rows()):
        name = f"row {line}"
        row: dict[str, Any] = {}
        try:
            row = _object(raw)
            task = _task(row, tasks)
            number = _number(row, counts[task.id], task, taken)
            sample = _sample(row, task, number, config)
        except RowError as error:
            rejects.append(Reject(name, "rejected", error.reason, error.detail, row))
            continue
        counts[task.id] += 1
        taken.add((task.id, number))
        yield sample


def _object(raw: bytes | RowError) -> dict[str, Any]:
    if isinstance(raw, RowError):
        raise raw
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", str(error)) from error
    if not isinstance(row, dict):
        raise RowError("not-an-object", f"a {type(row).__name__}")
    return row


def _task(row: Mapping[str, Any], tasks: Mapping[str, Task]) -> Task:
    if "task_id" not in row:
        raise RowError("no-task-id", f"the row has the columns {', '.join(sorted(row))} and no task_id")
    task = tasks.get(str(row["task_id"]))
    if task is None:
        raise RowError("unknown-task", f"no task {row['task_id']!r} in this benchmark")
    return task


def _number(row: Mapping[str, Any], following: int, task: Task, taken: set[tuple[str, int]]) -> int:
    number = row.get("sample", following)
    if type(number) is not int or number < 0:
        raise RowError("no-sample-number", f"sample is {number!r}, not a whole number")
    if (task.id, number) in taken:
        raise RowError("duplicate-sample", f"there is a sample {number} of {task.id} already")
    return number


def _sample(row: Mapping[str, Any], task: Task, number: int, config: EvalConfig) -> Sample:
    tokens, ended = row.get("tokens"), row.get("finish_reason")
    if isinstance(row.get("completion"), str):
        answer = row["completion"]
        return Sample(task, number, answer, read_answer(task, answer, config), tokens, ended)
    if isinstance(row.get("solution"), str):
        answer = row["solution"]
        whole = Read(answer, "solution") if answer.strip() else Read(None, "none", None, "an empty solution")
        return Sample(task, number, answer, whole, tokens, ended)
    raise RowError("no-answer", "neither completion nor solution is a text")


def known_tasks(tasks: list[Task]) -> dict[str, Task]:
    """Give tasks by id; raise where there are none."""
    if not tasks:
        raise InputError("the benchmark has no task that can be read")
    return {task.id: task for task in tasks}
