"""``summary.json`` of a run of ``reweave eval``, read and checked.

Refused where it is missing, damaged or of another version, with what to do about it. The figures are taken as
they stand; nothing is computed from them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave import __version__
from reweave.errors import RunError

_KEYS = {"task": str, "n_tasks": int, "n_samples": int, "verdicts": dict, "pass@k": dict}
_AGAIN = "the same reweave eval command makes it again"


@dataclass(frozen=True, slots=True)
class PassAtK:
    """One figure of the summary.

    Args:
        k: Samples that one may draw.
        value: The share of tasks solved, between 0 and 1.
        stderr: Its standard error, or None where there are too few tasks for one.
        low: The lower end of the 95 % interval, or None.
        high: The upper end, or None.
    """

    k: int
    value: float
    stderr: float | None
    low: float | None
    high: float | None


def read_summary(folder: Path) -> dict[str, Any]:
    """Read a run directory's summary.

    Raises:
        RunError: It is not there, is damaged, or is of another version.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise RunError(f"{folder} {what}: give the run directory of reweave eval, the folder after its -o")
    path = folder / "summary.json"
    if not path.exists():
        begun = (folder / "config.json").exists()
        raise RunError(
            f"{folder} has no summary.json: "
            + (
                "the run is not finished, and the same reweave eval command goes on where it stopped"
                if begun
                else "it is no run directory of reweave eval; give the folder after its -o"
            )
        )
    try:
        summary = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise RunError(f"cannot read {path}: {error}; remove it, and {_AGAIN}") from error
    wrong = _wrong(summary)
    if wrong:
        raise RunError(
            f"{path} is not as this version writes it: missing or of another kind: {', '.join(wrong)}. "
            f"It was written by reweave {_writer(summary)}, this is {__version__}. Score its samples again: "
            f"reweave eval TASK --samples {folder / 'samples.jsonl'} -o NEW"
        )
    return dict(summary)


def figures(summary: Mapping[str, Any]) -> list[PassAtK]:
    """Give the summary's pass@k, by growing k."""
    return sorted(_figures(summary["pass@k"]), key=lambda figure: figure.k)


def number(value: object) -> float | None:
    """Give a JSON number as a float, and None for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _wrong(summary: object) -> list[str]:
    if not isinstance(summary, dict):
        return list(_KEYS)
    wrong = [key for key, kind in _KEYS.items() if not isinstance(summary.get(key), kind)]
    if "pass@k" not in wrong and len(list(_figures(summary["pass@k"]))) < len(summary["pass@k"]):
        wrong.append("pass@k")
    return wrong


def _writer(summary: object) -> str:
    versions = summary.get("versions") if isinstance(summary, dict) else None
    return str(versions.get("reweave", "unknown")) if isinstance(versions, dict) else "unknown"


def _figures(entries: Mapping[str, Any]) -> Iterator[PassAtK]:
    for key, entry in entries.items():
        value = number(entry.get("value")) if isinstance(entry, dict) else None
        if key.isdecimal() and value is not None:
            ends = entry.get("ci95")
            low, high = ends if isinstance(ends, list) and len(ends) == 2 else (None, None)
            yield PassAtK(int(key), value, number(entry.get("stderr")), number(low), number(high))
