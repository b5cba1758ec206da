"""A whole run of ``reweave eval``: a benchmark and samples in, a run directory out.

Three steps, each kept when it is done: all samples (read from a file, or drawn from a model), all verdicts,
the summary. Started again, a run goes on where it stopped.
"""

import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.errors import EstimateError, InputError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.folder import EvalFolder
from reweave.evaluate.given import given_samples, known_tasks
from reweave.evaluate.scoring import schema, score
from reweave.records import Reject
from reweave.sandbox import Sandbox
from reweave.storage import open_source
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.tasks import Task, load, prepare

FORMAT = 1  # of the run directory
_DATA = ("numpy", "pandas")  # libraries that the fork server is to have imported already


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the samples come from: a file, or a model behind an endpoint.

    Args:
        file: What ``reweave.storage.open_source`` takes.
        endpoint: A ``reweave.models.Endpoint``.
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
        rejects: Rows of the benchmark or the samples that could not be read.
        unsampled: Samples that got no answer; the same command asks for them again.
        was_complete: Whether there was nothing left to do.
    """

    folder: Path
    summary: dict[str, Any]
    rejects: list[Reject] = field(default_factory=list)
    unsampled: int = 0
    was_complete: bool = False


def evaluate(
    benchmark: str,
    out: Path,
    config: EvalConfig,
    source: Source,
    *,
    workers: int | None = None,
    report: Callable[[int, int], None] | None = None,
) -> Evaluated:
    """Score samples on a benchmark.

    Args:
        benchmark: As ``reweave.tasks.load`` takes it.
        out: The run directory.
        config: How samples are drawn, read and judged.
        source: Where the samples come from.
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
    tasks = load(benchmark, split=config.split, rejects=rejects)
    tasks = tasks[: config.limit or None]
    by_id = known_tasks(tasks)
    with EvalFolder(out) as folder:
        folder.claim(
            {
                "format": FORMAT,
                "reweave": __version__,
                "benchmark": tasks[0].benchmark,
                "tasks": len(tasks),
                "samples": None if source.file is None else open_source(source.file).fingerprint(),
                **config.model_dump(mode="json"),
            }
        )
        if folder.summary.exists() and folder.verdicts.exists():
            summary = orjson.loads(folder.summary.read_bytes())
            if not summary["verdicts"].get("not-sampled"):
                return Evaluated(folder=out, summary=summary, rejects=rejects, was_complete=True)
        total, unsampled = _write_samples(folder, tasks, config, source, rejects)
        with open_box(tasks, config, workers) as box:
            prepared = prepare(tasks, box, rejects=rejects)
            by_id = {task.id: task for task in prepared}
            tasks = [task for task in tasks if task.id in by_id]
            rows = (row for row in folder.rows() if row["task_id"] in by_id)
            with folder.partial() as verdicts:
                score(rows, by_id, box, verdicts, report and (lambda done: report(done, total)))
                _write_verdicts(folder, verdicts.done)
                _write_tasks(folder, prepared)
                summary = _summary(folder, prepared, verdicts.done, config, box, source)
                atomic_write(folder.summary, orjson.dumps(summary, option=orjson.OPT_INDENT_2))
                verdicts.remove()
    return Evaluated(folder=out, summary=summary, rejects=rejects, unsampled=unsampled)


def open_box(tasks: Sequence[Task], config: EvalConfig, workers: int | None) -> Sandbox:
    """Give the sandbox that these tasks call for."""
    libraries = {library for task in tasks for library in task.libraries}
    return Sandbox(
        tier=config.tier,
        zygote="data" if libraries.intersection(_DATA) else "stdlib",
        python=config.python,
        workers=workers,
        unsafe_no_isolation=config.unsafe_no_isolation,
    )


def _write_samples(
    folder: EvalFolder, tasks: list[Task], config: EvalConfig, source: Source, rejects: list[Reject]
) -> tuple[int, int]:
    """Write ``samples.jsonl`` in the tasks' order; give how many there are, and how many got no answer."""
    known = {task.id: task for task in tasks}
    if source.file is not None:
        samples = list(given_samples(source.file, known, config, rejects))
        place = {task.id: number for number, task in enumerate(tasks)}
        samples.sort(key=lambda sample: (place[sample.task.id], sample.number))
    elif source.endpoint is not None:
        from reweave.evaluate.sampled import draw_samples  # noqa: PLC0415 - models are an extra

        samples = list(draw_samples(tasks, config, source.endpoint, folder.requests, source.on_progress))
    else:
        raise InputError("no samples: give --samples FILE, or --model NAME with --base-url URL")
    if not samples:
        raise InputError(f"no sample of {source.file} is of a task of this benchmark")
    with atomic_file(folder.samples) as file:
        for sample in samples:
            file.write(orjson.dumps(sample.row(), option=orjson.OPT_APPEND_NEWLINE))
    return len(samples), sum(sample.failure is not None for sample in samples)


def _write_verdicts(folder: EvalFolder, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - takes a while
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    table = pa.Table.from_pylist(rows, schema=schema())
    with atomic_file(folder.verdicts) as file:
        pq.write_table(table, file, compression="zstd")


def _write_tasks(folder: EvalFolder, tasks: Sequence[Task]) -> None:
    with atomic_file(folder.path / "tasks.jsonl") as file:
        for task in tasks:
            row = {
                "task_id": task.id,
                "prompt": task.prompt or task.chat,
                "tests": task.judge.describe(),
                "reference": task.reference,
                "group": task.group,
            }
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _summary(
    folder: EvalFolder,
    tasks: Sequence[Task],
    rows: list[dict[str, Any]],
    config: EvalConfig,
    box: Sandbox,
    source: Source,
) -> dict[str, Any]:
    from reweave.evaluate.summary import summarize  # noqa: PLC0415 - numpy

    group = {task.id: task.group for task in tasks}
    numbers = summarize([{**row, "group": group[row["task_id"]]} for row in rows], config.k)
    drawn = source.endpoint is not None
    sampling = {
        "kind": config.kind,
        "n": config.n,
        "temperature": config.drawn_at,
        "top_p": config.top_p,
        "min_p": config.min_p,
        "max_tokens": config.max_tokens,
        "stop": config.stop,
        "seed": config.seed,
    }
    return {
        "format": FORMAT,
        "task": tasks[0].benchmark,
        "split": config.split,
        "model": config.model,
        **numbers,
        "forms": dict(sorted(Counter(row["form"] for row in rows).items())),
        "failures": _failures(folder),
        "tokens": _tokens(folder),
        "flops": _flops(folder, config),
        "diversity": _diversity(folder, group),
        "sandbox": {"tier": box.tier, "unsafe": box.tier == "none"},
        "sampling": sampling if drawn else None,
        "decoding": config.decode,
        "versions": {"reweave": __version__, "python": platform.python_version(), **_libraries(tasks)},
    }


def _failures(folder: EvalFolder) -> dict[str, int]:
    kinds = Counter(row["failure"]["kind"] for row in folder.rows() if "failure" in row)
    return dict(sorted(kinds.items()))


def _tokens(folder: EvalFolder) -> dict[str, int] | None:
    counts = [row["tokens"] for row in folder.rows() if row["tokens"]]
    if not counts:
        return None
    return {name: sum(each[name] for each in counts) for name in ("prompt", "completion")}


def _flops(folder: EvalFolder, config: EvalConfig) -> dict[str, Any] | None:
    if config.model_config_file is None:
        return None
    from reweave.evaluate.flops import sampling_flops  # noqa: PLC0415 - numpy
    from reweave.evaluate.model_shape import model_shape  # noqa: PLC0415 - likewise

    shape = model_shape(Path(config.model_config_file))
    counts = [row["tokens"] for row in folder.rows() if row["tokens"]]
    if not counts:
        raise InputError("--model-config: the samples do not say how many tokens they have")
    total = sum(sampling_flops(shape, max(1, each["prompt"]), [each["completion"]]).total for each in counts)
    note = "2 N tokens, prompt and completion, plus attention; each sample reads its prompt"
    return {"per_sample": total / len(counts), "n_samples": len(counts), "note": note}


def _diversity(folder: EvalFolder, group: dict[str, str | None]) -> dict[str, Any] | None:
    from reweave.evaluate.diversity import distinct_programs  # noqa: PLC0415 - numpy

    programs: dict[str, list[str | None]] = {task: [] for task in group}
    for row in folder.rows():
        if row["task_id"] in programs:
            programs[row["task_id"]].append(row["program"])
    if max(map(len, programs.values())) < 2:
        return None
    groups = group if any(group.values()) else None
    try:
        found = distinct_programs(programs, groups=groups)
    except EstimateError:
        return None
    share = found.share
    return {
        "distinct_programs": {
            "value": share.value,
            "stderr": share.stderr,
            "ci95": None if share.ci95 is None else list(share.ci95),
        },
        "n_samples": found.n_samples,
        "n_distinct": found.n_distinct,
        "unparsed": found.unparsed,
    }


def _libraries(tasks: Sequence[Task]) -> dict[str, str]:
    found = {}
    for library in sorted({library for task in tasks for library in task.libraries}):
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
