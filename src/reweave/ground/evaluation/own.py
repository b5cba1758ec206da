"""Specifications that do not come from a trace: a model's own, written before it answers, and a user's.

A model is asked once for each task, greedily, and all samples of the task are drawn with that text in the
prompt: two requests where one is usual. A chat model gets ``templates/own-chat.txt``; a base model goes on
with the prompt as far as the place where the specification stands.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, ModelError, RowError
from reweave.evaluate.config import EvalConfig
from reweave.ground.evaluation.places import place_of
from reweave.models import Answer, Endpoint, Parameters, Progress, Question
from reweave.storage import open_source
from reweave.storage.atomic import atomic_file
from reweave.tasks import Task

_MOST_TOKENS = 512
_ENDS = ("\n\n", "\nA:\n")
_HERE = "\x00"  # where the specification would stand


def read_given(path: str) -> dict[str, str]:
    """Read a file of specifications: rows of ``task_id`` (or ``id``) and ``spec``.

    Raises:
        InputError: It cannot be read, or a row is none.
    """
    found: dict[str, str] = {}
    for number, raw in enumerate(open_source(path).rows()):
        if isinstance(raw, RowError):
            raise InputError(f"{path}, row {number}: {raw}")
        try:
            row = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}, row {number}: {error}") from error
        name = row.get("task_id", row.get("id")) if isinstance(row, dict) else None
        if not isinstance(name, str) or not isinstance(row.get("spec"), str):
            raise InputError(f"{path}, row {number}: needs the texts task_id and spec")
        if name in found:
            raise InputError(f"{path}: two rows of {name}")
        found[name] = row["spec"].strip("\n")
    if not found:
        raise InputError(f"{path} holds no specification")
    return found


def write_own(
    tasks: Sequence[Task],
    config: EvalConfig,
    endpoint: Endpoint | None,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, str]:
    """Have a model specify tasks, or find that it has; give the texts by task.

    Args:
        tasks: As the benchmark has them.
        config: How it is asked for answers later on.
        endpoint: Where it is asked.
        folder: Gets ``requests.sqlite``, and ``specs.jsonl`` once all is there.
        on_progress: As ``reweave.models.ask`` has it.

    Raises:
        ModelError: Tasks got no answer; the same call asks for these again.
        InputError: There is no model to ask.
    """
    path = folder / "specs.jsonl"
    if path.exists():
        return read_given(str(path))
    if endpoint is None:
        raise InputError("leakage self asks a model before it answers: give --model NAME with --base-url URL")
    from reweave.models import RequestLog, ask_all  # noqa: PLC0415 - openai takes a second to import

    folder.mkdir(parents=True, exist_ok=True)
    questions = [Question(task.id, prompt=_prompt(task, config)) for task in tasks]
    stop = (*_ENDS, *tasks[0].stop[:1]) if config.kind == "completions" else ()
    asked = Parameters(temperature=0.0, max_tokens=_MOST_TOKENS, stop=stop, seed=config.seed)
    said: dict[str, str] = {}
    failed: list[Any] = []
    with RequestLog(folder / "requests.sqlite") as log:
        for outcome in ask_all(endpoint, questions, asked, log, on_progress):
            if isinstance(outcome, Answer):
                said[outcome.question.id] = _text(outcome.text)
            else:
                failed.append(outcome)
    if failed:
        first = f"{failed[0].question.id}: {failed[0].kind}: {failed[0].message}"
        raise ModelError(
            f"{len(failed):,} tasks got no specification of the model's own; the same command asks again."
            f" The first: {first}"
        )
    with atomic_file(path) as file:
        for task in tasks:
            row = {"task_id": task.id, "spec": said[task.id]}
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return said


def left_out(texts: Mapping[str, str]) -> Callable[[Task], None]:
    """Refuse tasks that somebody's texts say nothing of."""

    def refuse(task: Task) -> None:
        if task.id not in texts:
            raise RowError("not-given", "the file of specifications has no row of this task")

    return refuse


def _prompt(task: Task, config: EvalConfig) -> str:
    if config.kind == "completions":
        return place_of(task).put(task, _HERE).prompt.partition(_HERE)[0]
    from reweave.models import load_prompt  # noqa: PLC0415 - likewise

    return load_prompt("own-chat", "reweave.ground.evaluation").fill({"prompt": task.prompt.strip("\n")})


def _text(answer: str) -> str:
    """Give the text of an answer: without the marks of a comment, as a notebook's cell has it."""
    lines = (line.removeprefix("#").strip() for line in answer.strip().splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("```"))
