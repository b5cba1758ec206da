"""A run's samples in the forms that other tools read: evalplus, BigCodeBench, lm-evaluation-harness.

Sources of the field names: evalplus ``docs/cli.md`` (commit 26d6d00), BigCodeBench ``ADVANCED_USAGE.md``
(commit 47eff25), lm-evaluation-harness ``lm_eval/evaluator.py`` and ``result_schema.py`` (commit 4e7e0d4).
Samples stand in the order of tasks, then of samples. One without code is written with an empty program, since
those tools take what is not there for not asked; one whose line cannot be read is left out and counted.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.evaluate.run_files import RunFiles
from reweave.evaluate.statistics.verdict_counts import UNJUDGED
from reweave.storage.atomic import atomic_file, atomic_write


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Args:
        paths: The files.
        samples: How many samples are in them.
        empty: How many of these have no code.
        left_out: How many samples are not in them, because their lines cannot be read.
    """

    paths: tuple[Path, ...]
    samples: int
    empty: int
    left_out: int


def export(run: RunFiles, form: str, path: Path) -> Exported:
    """Write a run in another tool's form.

    Args:
        run: The run.
        form: ``evalplus``, ``bigcodebench`` or ``lm-eval``.
        path: The file; its folder is made when it does not exist. For ``lm-eval`` this is the JSON of
            results, and the samples go beside it, to ``samples_TASK_….jsonl``.

    Raises:
        InputError: There is no such form.
        OSError: A file cannot be written.
    """
    if form not in FORMS:
        raise InputError(f"no export {form!r}; there are {', '.join(FORMS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return FORMS[form](run, path)


def read_solutions(path: Path) -> Iterator[tuple[str, str]]:
    """Read the samples of an evalplus or BigCodeBench file that are whole programs: task id and solution.

    Raises:
        RowError: A line is not a JSON object with both.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise RowError("invalid-json", f"{path}, line {number}: {error}") from error
            task, solution = (
                row.get(key) if isinstance(row, dict) else None for key in ("task_id", "solution")
            )
            if not (isinstance(task, str) and isinstance(solution, str)):
                raise RowError("no-solution", f"{path}, line {number}: needs the texts task_id and solution")
            yield task, solution


def _evalplus(run: RunFiles, path: Path) -> Exported:
    return _write_lines(run, path, lambda task, row: {"task_id": task, "solution": row.get("program") or ""})


def _bigcodebench(run: RunFiles, path: Path) -> Exported:
    return _write_lines(
        run,
        path,
        lambda task, row: {
            "task_id": task,
            "solution": row.get("program") or "",
            "raw_solution": row.get("completion") or "",
        },
    )


def _write_lines(
    run: RunFiles, path: Path, line: Callable[[str, dict[str, Any]], dict[str, str]]
) -> Exported:
    samples = empty = left_out = 0
    with atomic_file(path) as file:
        for task, _, row in _samples(run):
            if row is None:
                left_out += 1
                continue
            samples += 1
            empty += not row.get("program")
            file.write(orjson.dumps(line(task, row), option=orjson.OPT_APPEND_NEWLINE))
    return Exported((path,), samples, empty, left_out)


def _lm_eval(run: RunFiles, path: Path) -> Exported:
    """One line a task, as the harness has documents: its samples are the responses to one request."""
    name = re.sub(r"[^\w.-]+", "_", run.benchmark)
    ks = [figure.k for figure in run.pass_at_k]
    beside = path.with_name(f"samples_{name}_{path.stem.removeprefix('results_')}.jsonl")
    samples = empty = left_out = 0
    hashes = []
    with atomic_file(beside) as file:
        for number, (task, shown) in enumerate(run.tasks.items()):
            rows = run.samples(task)
            verdicts = run.verdicts(task)
            there = [rows[each["sample"]] for each in verdicts if each["sample"] in rows]
            samples += len(there)
            empty += sum(not row.get("program") for row in there)
            left_out += len(verdicts) - len(there)
            line = _document(number, task, dict(shown), there, verdicts, ks)
            hashes.append(line["doc_hash"] + line["prompt_hash"] + line["target_hash"])
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    results = _results(run, name, ks, _sha("".join(hashes)))
    atomic_write(path, orjson.dumps(results, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return Exported((path, beside), samples, empty, left_out)


def _document(
    number: int,
    task: str,
    shown: dict[str, Any],
    rows: list[dict[str, Any]],
    verdicts: list[dict[str, Any]],
    ks: list[int],
) -> dict[str, Any]:
    prompt, target = str(shown.get("prompt") or ""), str(shown.get("tests") or "")
    document = {"task_id": task, **shown}
    judged = [verdict for verdict in verdicts if verdict["reason"] not in UNJUDGED]
    n, c = len(judged), sum(bool(verdict["passed"]) for verdict in judged)
    return {
        "doc_id": number,
        "doc": document,
        "target": target,
        "arguments": {"gen_args_0": {"arg_0": prompt}},
        "resps": [[str(row.get("completion") or "") for row in rows]],
        "filtered_resps": [[str(row.get("program") or "") for row in rows]],
        "filter": "none",
        "metrics": [f"pass@{k}" for k in ks],
        "doc_hash": _sha(orjson.dumps(document).decode()),
        "prompt_hash": _sha(prompt),
        "target_hash": _sha(target),
        **{f"pass@{k}": _task_value(n, c, k) for k in ks},
    }


def _task_value(n: int, c: int, k: int) -> float | None:
    if n < k:
        return None
    from reweave.evaluate.statistics.pass_at_k import task_pass_at_k  # noqa: PLC0415 - brings numpy

    return float(task_pass_at_k([n], [c], k)[0])


def _results(run: RunFiles, name: str, ks: list[int], task_hash: str) -> dict[str, Any]:
    summary = run.summary
    metrics: dict[str, Any] = {"name": name, "alias": run.benchmark, "sample_len": summary["n_tasks"]}
    for figure in run.pass_at_k:
        metrics[f"pass@{figure.k},none"] = figure.value
        metrics[f"pass@{figure.k}_stderr,none"] = "N/A" if figure.stderr is None else figure.stderr
    sampling = summary.get("sampling")
    count = summary["n_tasks"]
    return {
        "results": {name: metrics},
        "group_subtasks": {name: []},
        "configs": {
            name: {
                "task": name,
                "output_type": "generate_until",
                "generation_kwargs": sampling,
                "num_fewshot": 0,
            }
        },
        "versions": {name: None},
        "n-shot": {name: 0},
        "higher_is_better": {name: {f"pass@{k}": True for k in ks}},
        "n-samples": {name: {"original": count, "effective": count}},
        "config": {"model": run.model, "model_args": None, "gen_kwargs": sampling},
        "model_source": "reweave",
        "model_name": run.model,
        "task_hashes": {name: task_hash},
        "reweave": {
            key: summary.get(key) for key in ("versions", "sandbox", "decoding", "verdicts", "flops")
        },
    }


def _samples(run: RunFiles) -> Iterator[tuple[str, int, dict[str, Any] | None]]:
    for task in run.tasks:
        rows = run.samples(task)
        for verdict in run.verdicts(task):
            yield task, verdict["sample"], rows.get(verdict["sample"])


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


FORMS: dict[str, Callable[[RunFiles, Path], Exported]] = {
    "evalplus": _evalplus,
    "bigcodebench": _bigcodebench,
    "lm-eval": _lm_eval,
}
"""The forms by name."""
