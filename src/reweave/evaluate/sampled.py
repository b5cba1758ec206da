"""Samples drawn from a model: every task is asked n times, through the request log of the run.

What the log holds is not asked again. A sample that got no answer stays in the run as such.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reweave.errors import InputError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.given import Sample
from reweave.evaluate.programs import Read, read_answer
from reweave.models import Answer, Endpoint, Failure, Parameters, Progress, Question
from reweave.tasks import Task


def draw_samples(
    tasks: Sequence[Task],
    config: EvalConfig,
    endpoint: Endpoint,
    log: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> Iterator[Sample]:
    """Ask for all samples, wait for them, and give them task by task.

    Args:
        tasks: In the order of the run.
        config: How to draw and to read.
        endpoint: Where to ask.
        log: The request log.
        on_progress: As ``reweave.models.ask`` has it.

    Raises:
        ModelError: The server cannot be asked at all.
        RunError: The log cannot be used.
        InputError: A prompt template that does not fit.
    """
    from reweave.models import RequestLog, ask_all  # noqa: PLC0415 - openai takes a second to import

    by_stop: dict[tuple[str, ...], list[Question]] = {}  # few tasks differ in what ends their completions
    for task in tasks:
        by_stop.setdefault(_stop(task, config), []).append(_question(task, config))
    outcomes: dict[tuple[str, int], Answer | Failure] = {}
    with RequestLog(log) as kept:
        for stop, questions in by_stop.items():
            for outcome in ask_all(endpoint, questions, _parameters(config, stop), kept, on_progress):
                outcomes[outcome.question.id, outcome.sample] = outcome
    for task in tasks:
        for number in range(config.n):
            yield _sample(task, number, outcomes[task.id, number], config)


def _question(task: Task, config: EvalConfig) -> Question:
    prompt = task.chat if config.kind == "chat" else task.prompt
    if config.prompt is not None:
        from reweave.models import load_prompt  # noqa: PLC0415 - likewise

        fields = {"prompt": task.prompt, "instruction": task.chat, "entry_point": task.entry_point or ""}
        prompt = load_prompt(config.prompt).fill(fields)
    if not prompt:
        raise InputError(f"task {task.id} has no text for a {config.kind} model: give --prompt FILE")
    return Question(task.id, prompt=prompt, n=config.n)


def _stop(task: Task, config: EvalConfig) -> tuple[str, ...]:
    """Give what ends a completion; a chat model ends by itself."""
    if config.stop is not None:
        return config.stop
    return task.stop if config.kind == "completions" else ()


def _parameters(config: EvalConfig, stop: tuple[str, ...]) -> Parameters:
    return Parameters(
        temperature=config.drawn_at,
        top_p=config.top_p,
        min_p=config.min_p,
        max_tokens=config.max_tokens,
        stop=stop,
        seed=config.seed,
    )


def _sample(task: Task, number: int, outcome: Answer | Failure, config: EvalConfig) -> Sample:
    if isinstance(outcome, Failure):
        nothing = Read(None, "none", None, f"{outcome.kind}: {outcome.message}")
        return Sample(task, number, "", nothing, failure=(outcome.kind, outcome.message))
    tokens: Any = None
    if outcome.completion_tokens is not None:
        tokens = {"prompt": outcome.prompt_tokens or 0, "completion": outcome.completion_tokens}
    read = read_answer(task, outcome.text, config)
    return Sample(task, number, outcome.text, read, tokens, outcome.finish_reason)
