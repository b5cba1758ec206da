"""Samples that exist: a file of answers, in the forms that other tools write.

EvalPlus's ``{"task_id", "solution"}`` and ``{"task_id", "completion"}``, and this project's own
``samples.jsonl``. A solution is a program and wins over a completion, as in EvalPlus; a completion follows
the task's prompt.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from reweave.errors import RowError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.programs import Read, read_answer
from reweave.records import Reject
from reweave.storage import open_source
from reweave.tasks import Task

SOLUTION = "solution"  # the rule by which a sample is known to be a whole program
_MOST = 2**31  # samples a task: the column's type


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
    source: str, tasks: Mapping[str, Task | None], config: EvalConfig, rejects: list[Reject]
) -> Iterator[Sample]:
    """Read a file of samples.

    Args:
        source: What ``reweave.storage.open_source`` takes.
        tasks: By id; None where samples of a task are of no interest.
        config: How answers are read.
        rejects: Takes rows that cannot be read, with the reason.

    Raises:
        InputError: No such file.
    """
    following: Counter[str] = Counter()
    taken: set[tuple[str, int]] = set()
    for line, raw in enumerate(open_source(source).rows()):
        row: dict[str, Any] = {}
        try:
            row = _object(raw)
            task = _task(row, tasks)
            if task is None:
                continue
            sample = _sample(row, task, _number(row, task.id, following, taken), config)
        except RowError as error:
            rejects.append(Reject(f"row {line}", "rejected", error.reason, error.detail, row))
            continue
        taken.add((sample.task.id, sample.number))
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


def _task(row: Mapping[str, Any], tasks: Mapping[str, Task | None]) -> Task | None:
    if "task_id" not in row:
        raise RowError("no-task-id", f"the row has the columns {', '.join(sorted(row))} and no task_id")
    name = str(row["task_id"])
    if name not in tasks:
        raise RowError("unknown-task", f"no task {row['task_id']!r} in this benchmark")
    return tasks[name]


def _number(
    row: Mapping[str, Any], task_id: str, following: Counter[str], taken: set[tuple[str, int]]
) -> int:
    number = row.get("sample")
    if number is None:  # the next that is free
        while (task_id, following[task_id]) in taken:
            following[task_id] += 1
        return following[task_id]
    if type(number) is not int or not 0 <= number < _MOST:
        raise RowError("no-sample-number", f"sample is {number!r}, not a whole number from 0 on")
    if (task_id, number) in taken:
        raise RowError("duplicate-sample", f"there is a sample {number} of {task_id} already")
    return number


def _sample(row: Mapping[str, Any], task: Task, number: int, config: EvalConfig) -> Sample:
    tokens, ended = _tokens(row.get("tokens")), row.get("finish_reason")
    more: dict[str, Any] = {"tokens": tokens, "finish_reason": ended if isinstance(ended, str) else None}
    solution, answer = row.get("solution"), row.get("completion")
    if not isinstance(solution, str) and not isinstance(answer, str):
        raise RowError("no-answer", "neither completion nor solution is a text")
    if isinstance(row.get("failure"), dict):  # of our own: nothing was answered
        kind, message = (str(row["failure"].get(name, "")) for name in ("kind", "message"))
        return Sample(
            task, number, "", Read(None, "none", None, f"{kind}: {message}"), failure=(kind, message)
        )
    if not isinstance(solution, str) and _rule(row) == SOLUTION:
        solution = answer
    if isinstance(solution, str):
        whole = Read(solution, SOLUTION) if solution.strip() else Read(None, SOLUTION, None, "it is empty")
        return Sample(task, number, solution, whole, **more)
    assert isinstance(answer, str)
    return Sample(task, number, answer, read_answer(task, answer, config), **more)


def _rule(row: Mapping[str, Any]) -> Any:
    """Give how one of our own samples was read."""
    extraction = row.get("extraction")
    return extraction.get("rule") if isinstance(extraction, dict) else None


def _tokens(value: Any) -> dict[str, int] | None:
    """Give numbers of tokens if they are in our form: others say something else."""
    if not isinstance(value, dict):
        return None
    counts = {name: value.get(name) for name in ("prompt", "completion")}
    whole = all(type(count) is int and count >= 0 for count in counts.values())
    return counts if whole else None  # type: ignore[return-value]
