"""The contents of ``summary.json``: the statistics of a run, and what they rest on.

The statistics themselves are :mod:`reweave.evaluate.statistics.summary`'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reweave.errors import EstimateError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.statistics.verdict_counts import UNJUDGED
from reweave.evaluate.versions import versions
from reweave.records import Reject
from reweave.sandbox import Limits
from reweave.tasks import Task

FORMAT = 1  # of the run directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a summary is made of.

    Args:
        tasks: All, in order.
        samples: Rows of ``samples.jsonl``, read anew each time they are iterated.
        verdicts: Rows of ``verdicts.parquet``.
        rejects: What could not be read or judged.
        config: How it was measured.
        tier: What held the programs.
        drawn: Whether a model was asked.
    """

    tasks: Sequence[Task]
    samples: Iterable[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]]
    rejects: Sequence[Reject]
    config: EvalConfig
    tier: str
    drawn: bool


def make_summary(run: Run) -> dict[str, Any]:
    """Give the summary.

    Raises:
        EstimateError: There is no verdict.
        InputError: The model's configuration cannot be read, or samples do not say their tokens.
    """
    from reweave.evaluate.statistics.summary import summarize  # noqa: PLC0415 - numpy

    config, group = run.config, {task.id: task.group for task in run.tasks}
    rows = [{**row, "group": group[row["task_id"]]} for row in run.verdicts]
    warnings = [*_without_samples(run), *_all_equal(run)]
    ks, too_few = _ks(run)
    numbers = summarize(rows, ks)
    tiers = sorted({row["tier"] for row in rows if row["tier"]}) or [run.tier]
    return {
        "format": FORMAT,
        "task": run.tasks[0].benchmark,
        "split": config.split,
        "model": config.model,
        **numbers,
        "forms": _counted(row["form"] for row in rows),
        "failures": _counted(row["failure"]["kind"] for row in run.samples if "failure" in row),
        "rejects": _counted(reject.reason for reject in run.rejects),
        "warnings": warnings + too_few,
        "tokens": _tokens(run),
        "flops": flops(run.samples, config),
        "diversity": _diversity(run, group),
        "sandbox": {
            "tier": ", ".join(tiers),
            "unsafe": any(row["unsafe"] for row in rows),
            "limits": _limits(run.tasks),
        },
        "sampling": _sampling(config) if run.drawn else None,
        "decoding": config.decode,
        "versions": versions(config.python, sorted({name for task in run.tasks for name in task.libraries})),
    }


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _limits(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Give the limits that programs were held to, and how many tasks each set is of, the most common first.

    They are the benchmark's, as its reader has them: where a reference is slow, its task's seconds are more.
    """
    counts = Counter(task.judge.limits or Limits() for task in tasks)
    return [{"tasks": count, **asdict(limits)} for limits, count in counts.most_common()]


def _sampling(config: EvalConfig) -> dict[str, Any]:
    names = ("kind", "n", "top_p", "min_p", "max_tokens", "stop", "seed")
    return {"temperature": config.drawn_at, **{name: getattr(config, name) for name in names}}


def _ks(run: Run) -> tuple[list[int] | None, list[str]]:
    """Give the k that there are enough judged samples for, and a warning about the others."""
    if run.config.k is None:
        return None, []
    judged = Counter({row["task_id"]: 0 for row in run.verdicts})
    judged.update(row["task_id"] for row in run.verdicts if row["reason"] not in UNJUDGED)
    [(least, fewest)] = judged.most_common()[:-2:-1]
    left_out = sorted({k for k in run.config.k if k > fewest})
    if not left_out:
        return list(run.config.k), []
    names = ", ".join(f"pass@{k}" for k in left_out)
    return [k for k in run.config.k if k <= fewest], [
        f"{names}: not given, since task {least} has {fewest} judged samples"
    ]


def _without_samples(run: Run) -> list[str]:
    """Warn where the samples are of a part of the benchmark alone."""
    seen = {row["task_id"] for row in run.verdicts}
    without = [task.id for task in run.tasks if task.id not in seen]
    if not without:
        return []
    more = f" and {len(without) - 5:,} more" if len(without) > 5 else ""
    told = f"{', '.join(without[:5])}{more}"
    return [f"{len(without):,} of {len(run.tasks):,} tasks are in no number, for want of verdicts: {told}"]


def _all_equal(run: Run) -> list[str]:
    """Warn where the temperature had no effect: some servers ignore it without a word."""
    if not run.drawn or run.config.drawn_at == 0:
        return []
    answers: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for row in run.samples:
        if "failure" not in row:
            answers.setdefault(row["task_id"], set()).add(row["completion"])
            counts[row["task_id"]] += 1
    several = [task for task, count in counts.items() if count > 1]
    if not several or any(len(answers[task]) > 1 for task in several):
        return []
    at = f"{run.config.drawn_at:g}"
    return [f"all samples of every task are equal at temperature {at}: the server seems to ignore it"]


def _tokens(run: Run) -> dict[str, int] | None:
    counts = [row["tokens"] for row in run.samples if row["tokens"]]
    if not counts:
        return None
    return {name: sum(each[name] for each in counts) for name in ("prompt", "completion")}


def flops(samples: Iterable[Mapping[str, Any]], config: EvalConfig) -> dict[str, Any] | None:
    """Give the FLOPs of sampling, None where the model's size or the tokens are not known."""
    if config.model_config_file is None:
        return None
    from reweave.evaluate.statistics.flops import sampling_flops  # noqa: PLC0415 - numpy
    from reweave.evaluate.statistics.model_shape import model_shape  # noqa: PLC0415 - likewise

    shape = model_shape(Path(config.model_config_file))
    counts = [row["tokens"] for row in samples if row["tokens"]]
    if not counts:
        return None
    total = sum(sampling_flops(shape, max(1, each["prompt"]), [each["completion"]]).total for each in counts)
    note = "2 N tokens, prompt and completion, plus attention; each sample reads its prompt"
    return {"per_sample": total / len(counts), "n_samples": len(counts), "note": note}


def _diversity(run: Run, group: Mapping[str, str | None]) -> dict[str, Any] | None:
    from reweave.evaluate.statistics.diversity import distinct_programs  # noqa: PLC0415 - numpy

    programs: dict[str, list[str | None]] = {}
    for row in run.samples:
        programs.setdefault(row["task_id"], []).append(row["program"])
    if max(map(len, programs.values()), default=0) < 2:
        return None
    groups = {task: group[task] for task in programs} if any(group.values()) else None
    try:
        found = distinct_programs(programs, groups=groups)
    except EstimateError:  # no task has a program at all
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
