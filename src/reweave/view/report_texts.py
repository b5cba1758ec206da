"""What the report shows of one task: its texts, each once, and every run's samples pointing at them.

A list for ``samples.js``: [prompt, tests, reference, whether runs have other texts for it, texts, runs]. A
run is a list of samples: [number, program, answer, rule, edits, tokens, finish, seconds, cpu seconds, memory,
form, detail, tier]. Program, edits and detail are places in ``texts``; so is the answer: null where it is not
known, [] where it is the program, [before, after] where the program was cut out of it, [whole] otherwise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reweave.evaluate.run_files import RunFiles

_SHOWN = ("prompt", "tests", "reference")


def task_texts(runs: Sequence[RunFiles], task: str) -> list[Any]:
    """Gather the texts of a task.

    Args:
        runs: In the order in which the page has them.
        task: Its id.
    """
    rows = [run.tasks[task] for run in runs if run.tasks.get(task)]
    shown = [next((row[key] for row in rows if isinstance(row.get(key), str)), None) for key in _SHOWN]
    differs = any(
        row.get(key) != text for row in rows for key, text in zip(_SHOWN, shown, strict=True) if row.get(key)
    )
    texts: dict[str, int] = {}

    def place(text: object) -> int | None:
        return texts.setdefault(text, len(texts)) if isinstance(text, str) else None

    samples = []
    for run in runs:
        found = run.samples(task)
        samples.append([_sample(row, found.get(row["sample"], {}), place) for row in run.verdicts(task)])
    return [*shown, differs, list(texts), samples]


def _sample(verdict: Mapping[str, Any], row: Mapping[str, Any], place: Any) -> list[Any]:
    program, answer = row.get("program"), row.get("completion")
    extraction = row.get("extraction")
    edits = row.get("edits")
    return [
        verdict["sample"],
        place(program),
        _answer(program, answer, place),
        extraction.get("rule") if isinstance(extraction, dict) else None,
        [place(state) for state in edits if isinstance(state, str)] if isinstance(edits, list) else None,
        row.get("tokens"),
        row.get("finish_reason"),
        verdict.get("seconds"),
        verdict.get("cpu_seconds"),
        verdict.get("memory"),
        verdict.get("form"),
        place(verdict.get("detail") or None),
        verdict.get("tier"),
    ]


def _answer(program: object, answer: object, place: Any) -> list[int] | None:
    if not isinstance(answer, str):
        return None
    if answer == program:
        return []
    if isinstance(program, str) and program and program in answer:
        before, _, after = answer.partition(program)
        return [place(before), place(after)]
    return [place(answer)]
