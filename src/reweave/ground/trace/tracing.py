"""One candidate: run twice after its context, and what it took and left (GIFT4Code, section 3).

Four cells a run: the context; a cell of ours that seeds the candidate where that is asked for, and looks at
the figures there are; the candidate; the figures again. Values are the sandbox's copies, so that what a
candidate changes in place is there as it was before and as it is after.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from reweave.ground.trace import plots, tables
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.files import touches_files
from reweave.ground.trace.names import Names, names
from reweave.ground.trace.ran import Ran, read
from reweave.sandbox import CellsJob, CellsResult, Limits, Sandbox

REASONS = (
    *tables.REASONS,
    "file-access",
    "context-fails",
    "timeout",
    "memory",
    "fails",
    "no-output",
    "not-plain",
    "not-deterministic",
    "repeated-api",
)
"""Why a candidate is refused, in the order in which it is asked; the last is the whole run's to say."""

_OF_THE_MACHINE = ("harness-error", "timeout", "memory")

Tracing = Generator[Sequence[CellsJob], Sequence[CellsResult], "Trace | Refusal"]
"""Gives jobs, is sent their results, returns what came of them."""

_IMPORT = "__builtins__['__import__']"  # names may be bound to something else
_RESEED = (
    f"{_IMPORT}('random').seed({{seed}}), "
    f"'numpy' in {_IMPORT}('sys').modules and {_IMPORT}('numpy').random.seed({{seed}}), "
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What a candidate took from its context, and what it left.

    Attributes:
        inputs: Variables of the context that the candidate reads, as they were before it.
        outputs: Variables that it bound or changed, in place or not, as they were after it, ``Out`` for what
            its last expression showed, and ``Plots`` for figures.
        apart: Those of both that do not cross the sandbox's boundary, with the words that say what they are.
        removed: Names of the context that it deleted.
        printed: What it printed.
        seconds: CPU seconds of its first run.
    """

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    apart: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    printed: str = ""
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no trace.

    Attributes:
        reason: One of ``REASONS``, or ``harness-error``, which says nothing about the candidate.
        detail: For a person.
    """

    reason: str
    detail: str


def trace(
    box: Sandbox,
    context: str,
    program: str,
    config: TraceConfig | None = None,
    *,
    files: Mapping[str, bytes] | None = None,
) -> Trace | Refusal:
    """Trace one candidate; for many there is ``reweave.sandbox.works``.

    Args:
        box: Where it runs.
        context: Python source text: what stands before the candidate.
        program: The candidate's.
        config: How.
        files: What lies in the folder where both run, by name.

    Raises:
        ValueError: A text that cannot be handed to a sample.
    """
    asked = tracing(context, program, config or TraceConfig.model_validate({}), files=files)
    try:
        jobs = next(asked)
        while True:
            jobs = asked.send([cast("CellsResult", result) for result in box.map(jobs)])
    except StopIteration as stop:
        made: Trace | Refusal = stop.value
        return made


def tracing(
    context: str, program: str, config: TraceConfig, *, files: Mapping[str, bytes] | None = None
) -> Tracing:
    """Trace one candidate: the first run, and where that gives outputs, the second.

    Args:
        context: As ``trace`` has it.
        program: Likewise.
        config: How.
        files: What lies in the folder where both run, by name.
    """
    try:
        found = names(program)
        touched = touches_files(program, context)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Refusal("fails", f"it does not parse: {type(error).__name__}: {error}")
    if touched is not None:
        return Refusal("file-access", touched)
    first = yield from _run(job(context, program, config, files=files), found)
    if isinstance(first, Refusal):
        return first
    if not first.outputs:
        shown = "; ".join(f"{name}: {words}" for name, words in first.apart.items())
        return Refusal("not-plain", shown)
    second = yield from _run(job(context, program, config, again=True, files=files), found)
    if isinstance(second, Refusal):
        if second.reason in _OF_THE_MACHINE:
            return second
        return Refusal("not-deterministic", f"the second run: {second.reason}: {second.detail}")
    differing = first.differs(second)
    if differing:
        return Refusal("not-deterministic", differing)
    apart = {**first.apart_before, **first.apart}
    return Trace(first.inputs, first.outputs, apart, first.removed, first.printed, first.seconds)


def job(
    context: str,
    program: str,
    config: TraceConfig,
    *,
    again: bool = False,
    limits: Limits | None = None,
    files: Mapping[str, bytes] | None = None,
) -> CellsJob:
    """Give the job that runs a candidate after its context.

    Args:
        context: As ``trace`` has it.
        program: Likewise.
        config: How.
        again: Whether it is the second of two runs, with another seed.
        limits: Where they are not the configuration's.
        files: What lies in the folder where both run, by name.
    """
    seed = config.seed + again
    between, of_all = plots.CELL, seed
    if config.vary == "candidate":
        between, of_all = f"({_RESEED.format(seed=seed)}{plots.CELL})[-1]", config.seed
    cells = (context, between, program, plots.CELL)
    return CellsJob(cells, seed=of_all, limits=limits or config.limits, files=files or {})


def _run(
    asked: CellsJob, found: Names
) -> Generator[Sequence[CellsJob], Sequence[CellsResult], Ran | Refusal]:
    [result] = yield [asked]
    ran = read(result, found)
    return Refusal(*ran) if isinstance(ran, tuple) else ran
