"""The funnel: what each rule of each stage dropped, with examples; read from whatever has run in a folder.

A stage's counts must add up: read = kept + all that was rejected + all that failed. The published pipeline
says how many rows there were at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.align.stage import PLACES
from reweave.align.stage_folder import Counts, read_counts
from reweave.errors import RunError
from reweave.storage.atomic import atomic_write
from reweave.storage.manifest import PRETTY, read_json

EXAMPLES = 3  # of each rule
_SHOWN = 1200  # characters of each
_TELLING = ("answer", "tests", "response", "instruction", "program", "code", "concepts", "raw")


@dataclass(frozen=True, slots=True)
class Example:
    """One of what a rule dropped.

    Args:
        id: Of the row.
        detail: What was wrong with it.
        text: What of it shows that; empty where the row holds no text.
    """

    id: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class StageFunnel:
    """A stage's part of the funnel.

    Args:
        counts: What became of what it read.
        examples: By outcome and reason.
    """

    counts: Counts
    examples: Mapping[tuple[str, str], tuple[Example, ...]]

    def steps(self) -> list[tuple[str, str, int, int]]:
        """Give outcome, reason, how many it took and how many were left, in the order of the rules."""
        left, steps = self.counts.read, []
        for outcome, gone in (("failed", self.counts.failed), ("rejected", self.counts.rejected)):
            for reason, count in gone.items():
                left -= count
                steps.append((outcome, reason, count, left))
        return steps


def read_funnel(folder: Path, order: Sequence[str] | None = None) -> list[StageFunnel]:
    """Read the funnel of a folder: of a chain, of a stage, or of an output with its run directory.

    Args:
        folder: ``DIR`` of ``reweave align run`` or of one of the stages, ``OUT.jsonl`` or ``OUT.jsonl.run``.
        order: Of the stages; None: what the folder's ``funnel.json`` says, else the one of self-alignment.

    Raises:
        RunError: Nothing has run there, or its counts do not add up.
    """
    found = [_read(place) for place in _places(folder)]
    if not found:
        raise RunError(f"{folder} holds no finished stage: give the folder of a reweave align run")
    known = list(_order(folder) if order is None else order)
    found.sort(key=lambda each: known.index(each.counts.stage) if each.counts.stage in known else len(known))
    for each in found:
        if not each.counts.whole:
            raise RunError(f"{folder}: the counts of stage {each.counts.stage} do not add up: {each.counts}")
    return found


def write_funnel(stages: list[StageFunnel], path: Path) -> None:
    """Write ``funnel.json``."""
    document = [
        {
            **asdict(each.counts),
            "steps": [
                {
                    "outcome": outcome,
                    "reason": reason,
                    "n": count,
                    "left": left,
                    "examples": [asdict(one) for one in each.examples.get((outcome, reason), ())],
                }
                for outcome, reason, count, left in each.steps()
            ],
        }
        for each in stages
    ]
    atomic_write(path, orjson.dumps({"stages": document}, option=PRETTY))


def _order(folder: Path) -> Sequence[str]:
    told = folder / "funnel.json"
    if told.exists() and not (folder / "manifest.json").exists():
        return [stage["stage"] for stage in read_json(told)["stages"]]
    return list(PLACES)


def _places(folder: Path) -> Iterator[Path]:
    """Find the folders that hold counts: stages' own, and run directories."""
    folder = folder.absolute()  # "." has no name
    beside = folder.with_name(folder.name + ".run")
    if folder.is_file() or (not folder.exists() and beside.exists()):
        folder = beside
    if not folder.is_dir():
        return
    for place in (folder, *sorted(folder.iterdir())):
        if (place / "stage.json").exists() or (place / "manifest.json").exists():
            yield place
        elif place != folder and place.is_dir():
            yield from (run for run in sorted(place.glob("*.run")) if (run / "manifest.json").exists())


def _read(place: Path) -> StageFunnel:
    counts = read_counts(place) if (place / "stage.json").exists() else _counts_of_run(place)
    return StageFunnel(counts, _examples(place / "rejects.jsonl"))


def _counts_of_run(place: Path) -> Counts:
    """Read the counts of a stage with a run directory: its funnel, or its statistics."""
    name = place.parent.name if place.name == "rows.jsonl.run" else place.name.partition(".")[0]
    unit = "rows"
    try:
        if (place / "funnel.json").exists():
            told = read_json(place / "funnel.json")
            steps = [(step["outcome"], step["rule"], step["n"]) for step in told["steps"]]
            name, unit = told["stage"], told.get("unit", unit)
        else:
            told = read_json(place / "statistics.json")
            steps = [(outcome, reason, n) for outcome, reason, n in told["rejects"]]
        gone = {
            which: {reason: n for outcome, reason, n in steps if outcome == which}
            for which in ("rejected", "failed")
        }
        failed = {reason: n for reason, n in gone["failed"].items() if n}
        return Counts(name, unit, told["read"], told["kept"], gone["rejected"], failed)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{place} is no stage of reweave align, or of another version: {error!r}") from error


def _examples(path: Path) -> dict[tuple[str, str], tuple[Example, ...]]:
    found: dict[tuple[str, str], tuple[Example, ...]] = {}
    if not path.exists():
        return found
    with path.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            key = row["outcome"], row["reason"]
            before = found.get(key, ())
            if len(before) < EXAMPLES:
                found[key] = (*before, Example(str(row["id"]), row["detail"], _telling(row.get("row") or {})))
    return found


def _telling(row: Mapping[str, Any]) -> str:
    for column in _TELLING:
        value = row.get(column)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if isinstance(value, str) and value.strip():
            return value if len(value) <= _SHOWN else value[:_SHOWN] + " …"
    return ""
