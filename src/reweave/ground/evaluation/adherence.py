"""Does what a model wrote keep to the specification? Each sample runs after its context, and is checked.

It runs as the reference ran when it was traced, once, and the variables that the task asks for are held
against the reference's contract. This is no verdict: the benchmark's own protocol gives those.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reweave.errors import RowError
from reweave.evaluate.partial import PartialVerdicts
from reweave.ground.evaluation.places import place_of
from reweave.ground.evaluation.references import Specified
from reweave.ground.specs import LEVELS
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.names import names
from reweave.ground.trace.ran import Ran, read
from reweave.ground.trace.rows import lasting
from reweave.ground.trace.tracing import job
from reweave.sandbox import Sandbox
from reweave.sandbox.works import Work, run_works

RAN = "ran"
"""The reason of a sample that came to its end."""
NO_CODE, NOT_SAMPLED = "no-code", "not-sampled"

_OPEN = 64  # samples begun and not given yet
_TOLD, _LONG = 3, 500  # violations, characters


def adherence(
    samples: Iterable[Mapping[str, Any]],
    specified: Mapping[str, Specified],
    box: Sandbox,
    config: TraceConfig,
    partial: PartialVerdicts,
    report: Callable[[int], None] | None = None,
) -> None:
    """Run the samples that were not run yet, and check what they leave.

    Args:
        samples: Rows of ``samples.jsonl``.
        specified: By task.
        box: Where they run.
        config: How the references were traced.
        partial: Has what is known already, and takes the rest: ``task_id``, ``sample``, ``reason`` (``ran``,
            or why not), ``detail``, ``accepted`` (by level; null where it did not run), ``broken`` (words).
        report: Called with the number of samples done.
    """
    missing = (row for row in samples if partial.of(row) is None)
    works = (_work(row, specified[row["task_id"]], config) for row in missing)
    for number, (sample, row) in enumerate(run_works(works, box, most_open=_OPEN), 1):
        partial.append(sample, row)
        if report is not None:
            report(number)


def _work(
    sample: Mapping[str, Any], of: Specified, config: TraceConfig
) -> Work[tuple[Mapping[str, Any], dict[str, Any]]]:
    if sample["program"] is None:
        return sample, _row(sample, NOT_SAMPLED if "failure" in sample else NO_CODE, "")
    place = place_of(of.task)
    try:
        code = place.pair(of.task, sample["program"]).code
        found = names(code)
    except (RowError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return sample, _row(sample, "fails", f"it does not parse: {type(error).__name__}: {error}")
    [result] = yield [place.beside(job(of.context, code, config), of.task)]
    ran = read(result, found, wanted=tuple(of.outputs))
    if not isinstance(ran, Ran):
        return sample, _row(sample, *ran)
    broken = of.contract.check(of.inputs, ran.outputs)
    levels = {each.level for each in broken}
    accepted: dict[str, bool] = {
        level: not levels.intersection(LEVELS[: at + 1]) for at, level in enumerate(LEVELS)
    }
    return sample, _row(sample, RAN, "", accepted, [str(each) for each in broken[:_TOLD]])


def _row(
    sample: Mapping[str, Any],
    reason: str,
    detail: str,
    accepted: Mapping[str, bool] | None = None,
    broken: Iterable[str] = (),
) -> dict[str, Any]:
    return {
        "task_id": sample["task_id"],
        "sample": sample["sample"],
        "reason": reason,
        "detail": lasting(detail)[:_LONG],
        "accepted": accepted,
        "broken": [lasting(words)[:_LONG] for words in broken],
    }
