"""A whole run of ``reweave eval``: a benchmark and samples in, a run directory out.

Three steps, each kept when it is done: all samples (read from a file, or drawn from a model), all verdicts,
the summary. Started again, a run goes on where it stopped. What can be refused is refused before the first
step: a setting that fails at the end would cost all the others.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from reweave import __version__
from reweave.errors import EstimateError, InputError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.folder import EvalFolder
from reweave.evaluate.given import Sample, given_samples
from reweave.evaluate.partial import PartialVerdicts
from reweave.evaluate.scoring import schema, score
from reweave.evaluate.summary_file import FORMAT, Run, flops, make_summary
from reweave.evaluate.variation import Variation
from reweave.records import Reject
from reweave.sandbox import Limits, Sandbox
from reweave.storage import open_source
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.tasks import Task, load, prepare

_DATA = ("numpy", "pandas")  # libraries that the fork server is to have imported already


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the samples come from: a file, or a model behind an endpoint.

    Args:
        file: What ``reweave.storage.open_source`` takes.
        endpoint: A ``reweave.models.Endpoint``, of the configuration's model and kind.
        on_progress: As ``reweave.models.ask`` has it.
    """

    file: str | None = None
    endpoint: Any = None
    on_progress: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What a run came to.

    Args:
        folder: The run directory.
        summary: The contents of ``summary.json``.
        rejects: Rows of the benchmark or the samples that could not be read, tasks that cannot be judged.
        unsampled: Samples that got no answer; the same call asks for them again.
        unjudged: Samples of which the judge could say nothing; the same call judges them again.
        was_complete: Whether there was nothing left to do.
    """

    folder: Path
    summary: dict[str, Any]
    rejects: list[Reject] = field(default_factory=list)
    unsampled: int = 0
    unjudged: int = 0
    was_complete: bool = False


def evaluate(
    benchmark: str,
    out: Path,
    config: EvalConfig,
    source: Source,
    *,
    variation: Variation | None = None,
    box: Sandbox | None = None,
    workers: int | None = None,
    report: Callable[[int, int], None] | None = None,
) -> Evaluated:
    """Score samples on a benchmark.

    Args:
        benchmark: As ``reweave.tasks.load`` takes it.
        out: The run directory.
        config: How samples are drawn, read and judged.
        source: Where the samples come from.
        variation: How the tasks are asked in place of how the benchmark has them.
        box: A sandbox as `open_box` gives it, for several runs; None: one for this run.
        workers: Samples judged at once; None: one a core.
        report: Called with the number of verdicts there are and of samples.

    Raises:
        InputError: No such benchmark, file or setting.
        RunError: The folder does not fit this run.
        ModelError: The model's server cannot be asked at all.
        SandboxError: Nothing here holds untrusted code.
        EstimateError: A k that there are too few samples for.
    """
    rejects: list[Reject] = []
    every, tasks = load_tasks(benchmark, config, rejects)
    if variation is not None:
        tasks = variation.change(tasks, rejects)
        if not tasks:
            raise InputError(f"no task of {benchmark} is left: {rejects[-1].id}: {rejects[-1].detail}")
    _check_source(config, source)
    given = None if source.file is None else _given(source.file, every, tasks, config, rejects)
    _check_k(config, tasks, given)
    flops((), config)  # a file that cannot be read is to be known now
    with EvalFolder(out) as folder:
        folder.claim({**_claimed(tasks, config, source), **(variation.told if variation else {})})
        if folder.is_complete():
            return _complete(folder, tasks, config, source)
        with nullcontext(box) if box else open_box(tasks, config, workers) as holding:
            total = _write_samples(folder, given or _drawn(folder, tasks, config, source))
            del given  # there may be many
            prepared = prepare(tasks, holding, rejects=rejects)
            if not prepared:
                raise InputError(f"no task can be judged here: {rejects[-1].id}: {rejects[-1].detail}")
            by_id = {task.id: task for task in prepared}
            rows = (row for row in folder.rows() if row["task_id"] in by_id)
            with folder.partial as verdicts:
                score(rows, by_id, holding, verdicts, report and (lambda done: report(done, total)))
                judged = _verdicts(folder, verdicts)
            run = Run(
                tasks=tasks, samples=_Rows(folder), verdicts=judged, rejects=rejects, config=config,
                tier=holding.tier, drawn=source.endpoint is not None,
            )  # fmt: skip
            summary = make_summary(run)
            _write(folder, run, {task.id: task for task in tasks} | by_id, summary)
            unsampled, unjudged = (
                summary["verdicts"].get(word, 0) for word in ("not-sampled", "harness-error")
            )
            if not unsampled and not unjudged and len(prepared) == len(tasks):
                verdicts.remove()
    return Evaluated(folder=out, summary=summary, rejects=rejects, unsampled=unsampled, unjudged=unjudged)


def load_tasks(benchmark: str, config: EvalConfig, rejects: list[Reject]) -> tuple[list[Task], list[Task]]:
    """Give all tasks of a benchmark, and those that the configuration is about.

    Raises:
        InputError: There are none.
    """
    every = load(benchmark, split=config.split, rejects=rejects)
    if not every:
        why = f": {rejects[0].detail}" if rejects else ""
        raise InputError(f"{benchmark} has no task that can be read{why}")
    tasks = every[: config.limit or None]
    given: dict[str, Any] = {"wall": config.wall, "memory": config.memory and config.memory << 20}
    limits = {name: limit for name, limit in given.items() if limit is not None}
    return every, [_within(task, limits) for task in tasks] if limits else tasks


def _within(task: Task, limits: Mapping[str, Any]) -> Task:
    """Give a task whose programs have these limits, in place of the benchmark's own."""
    judge: Any = task.judge
    return replace(task, judge=replace(judge, limits=replace(judge.limits or Limits(), **limits)))


def zygote_for(tasks: Sequence[Task]) -> Literal["data", "stdlib"]:
    """Say what programs of these tasks are to find imported."""
    libraries = {library for task in tasks for library in task.libraries}
    return "data" if libraries.intersection(_DATA) else "stdlib"


def open_box(tasks: Sequence[Task], config: EvalConfig, workers: int | None) -> Sandbox:
    """Give the sandbox that these tasks call for."""
    return Sandbox(
        tier=config.tier,
        zygote=zygote_for(tasks),
        python=config.python,
        workers=workers,
        unsafe_no_isolation=config.unsafe_no_isolation,
    )


def _check_source(config: EvalConfig, source: Source) -> None:
    endpoint = source.endpoint
    if (source.file is None) == (endpoint is None):
        both = "samples come from a file or from a server, and both are given" if endpoint else "no samples"
        raise InputError(f"{both}: give --samples FILE, or --model NAME with --base-url URL")
    if endpoint and (endpoint.model, endpoint.kind) != (config.model, config.kind):
        raise InputError(
            f"the endpoint is of {endpoint.model!r}, {endpoint.kind}, and the configuration of"
            f" {config.model!r}, {config.kind}"
        )
    if endpoint and config.prompt is not None:
        from reweave.models import load_prompt  # noqa: PLC0415 - where a model is asked

        load_prompt(config.prompt)


def _check_k(config: EvalConfig, tasks: Sequence[Task], given: Sequence[Sample] | None) -> None:
    """Refuse a k that some task has too few samples for."""
    if not config.k:
        return
    k, counts = max(config.k), Counter(sample.task.id for sample in given or ())
    few = [
        task.id for task in tasks if (config.n if given is None else counts.get(task.id, k)) < k
    ]  # a task without any sample is in no number
    if few:
        raise EstimateError(f"pass@{k} needs {k} samples of each task", tuple(few))


def _given(
    file: str, every: Sequence[Task], tasks: Sequence[Task], config: EvalConfig, rejects: list[Reject]
) -> list[Sample]:
    wanted: dict[str, Task | None] = {task.id: None for task in every}
    wanted |= {task.id: task for task in tasks}
    samples = list(given_samples(file, wanted, config, rejects))
    if not samples:
        why = f"; its first row: {rejects[0].reason}: {rejects[0].detail}" if rejects else ""
        raise InputError(f"no sample of {file} is of a task of this benchmark{why}")
    place = {task.id: number for number, task in enumerate(tasks)}
    samples.sort(key=lambda sample: (place[sample.task.id], sample.number))
    return samples


def _drawn(folder: EvalFolder, tasks: list[Task], config: EvalConfig, source: Source) -> list[Sample]:
    from reweave.evaluate.sampled import draw_samples  # noqa: PLC0415 - models are an extra

    return list(draw_samples(tasks, config, source.endpoint, folder.requests, source.on_progress))


def _claimed(tasks: Sequence[Task], config: EvalConfig, source: Source) -> Mapping[str, Any]:
    """Give all that a run must have in common with its continuation."""
    digest = hashlib.sha256()
    for task in tasks:
        parts = (task.id, task.prompt, task.chat, task.reference or "", task.judge.describe())
        digest.update("\0".join(parts).encode("utf-8", "replace"))
    prompt = None
    if source.endpoint and config.prompt is not None:
        prompt = hashlib.sha256(Path(config.prompt).read_bytes()).hexdigest()
    return {
        "format": FORMAT,
        "reweave": __version__,
        "benchmark": tasks[0].benchmark,
        "tasks": {"number": len(tasks), "sha256": digest.hexdigest()},
        "samples": None if source.file is None else open_source(source.file).fingerprint(),
        "prompt_sha256": prompt,
        **config.model_dump(mode="json"),
    }


def _write_samples(folder: EvalFolder, samples: Sequence[Sample]) -> int:
    folder.write_lines("samples.jsonl", (sample.row() for sample in samples))
    return len(samples)


def _verdicts(folder: EvalFolder, verdicts: PartialVerdicts) -> list[dict[str, Any]]:
    """Give the verdicts in the samples' order."""
    found = (verdicts.of(row) for row in folder.rows())
    return [row for row in found if row is not None]


class _Rows:
    """The rows of ``samples.jsonl``, from the file each time: there may be many."""

    def __init__(self, folder: EvalFolder) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return self._folder.rows()


def _write(folder: EvalFolder, run: Run, tasks: Mapping[str, Task], summary: Mapping[str, Any]) -> None:
    """Write what others read; the summary comes last."""
    import pyarrow as pa  # noqa: PLC0415 - takes a while
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    with atomic_file(folder.verdicts) as file:
        pq.write_table(pa.Table.from_pylist(list(run.verdicts), schema=schema()), file, compression="zstd")
    folder.write_lines(
        "tasks.jsonl",
        (
            {
                "task_id": task.id,
                "prompt": task.prompt or task.chat,
                "tests": task.judge.describe(),
                "reference": task.reference,
                "group": task.group,
            }
            for task in tasks.values()
        ),
    )
    names = ("id", "outcome", "reason", "detail")
    folder.write_lines(
        "rejects.jsonl", ({name: getattr(reject, name) for name in names} for reject in run.rejects)
    )
    _write_summary(folder, summary)


def _write_summary(folder: EvalFolder, summary: Mapping[str, Any]) -> None:
    atomic_write(folder.summary, orjson.dumps(summary, option=orjson.OPT_INDENT_2))


def _complete(folder: EvalFolder, tasks: Sequence[Task], config: EvalConfig, source: Source) -> Evaluated:
    """Give a run that has all its verdicts; its summary is made anew, since other k may be asked for."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - takes a while

    with (folder.path / "rejects.jsonl").open("rb") as file:
        rejects = [Reject(**orjson.loads(line)) for line in file]
    before = orjson.loads(folder.summary.read_bytes())
    run = Run(
        tasks=tasks, samples=_Rows(folder), verdicts=pq.read_table(folder.verdicts).to_pylist(),
        rejects=rejects, config=config, tier=before["sandbox"]["tier"], drawn=source.endpoint is not None,
    )  # fmt: skip
    summary = make_summary(run) | {"versions": before["versions"]}
    summary |= {key: before[key] for key in before if key not in summary}  # what others measured beside it
    if summary != before:
        _write_summary(folder, summary)
    return Evaluated(folder=folder.path, summary=summary, rejects=rejects, was_complete=True)
