"""The run directory of ``reweave eval`` as the report reads it.

``summary.json`` and ``verdicts.parquet`` must be there and whole; ``tasks.jsonl`` and ``samples.jsonl`` hold the
texts beside the verdicts: a line of theirs that cannot be read costs that text and leaves a note. Samples stay in
their file until they are asked for, a task at a time. Nothing is computed here: the figures are the summary's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError

_KEYS = {"task": str, "n_tasks": int, "n_samples": int, "verdicts": dict, "pass@k": dict}
_COLUMNS = ("task_id", "sample", "passed", "reason")
_MOST_NAMED = 5


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


@dataclass(frozen=True, slots=True, eq=False)
class RunFiles:
    """A run directory, read.

    Args:
        folder: Where it is.
        summary: ``summary.json``.
        tasks: Task id to the row of ``tasks.jsonl``; a task known from its verdicts alone has an empty row.
        table: ``verdicts.parquet``, a pyarrow table.
        notes: What could not be read or does not fit together, a sentence each.
    """

    folder: Path
    summary: Mapping[str, Any]
    tasks: Mapping[str, Mapping[str, Any]]
    table: Any
    notes: tuple[str, ...]
    _rows: Mapping[str, list[int]]
    _lines: Mapping[str, Mapping[int, int]]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.resolve().name

    @property
    def benchmark(self) -> str:
        """What was scored."""
        return str(self.summary["task"])

    @property
    def model(self) -> str | None:
        """The model's name, where it is known."""
        model = self.summary.get("model")
        return None if model is None else str(model)

    @property
    def unsafe(self) -> bool:
        """Whether any sample ran without isolation."""
        sandbox = self.summary.get("sandbox")
        said = isinstance(sandbox, dict) and bool(sandbox.get("unsafe"))
        return said or (
            "unsafe" in self.table.column_names and True in self.table["unsafe"].unique().to_pylist()
        )

    @property
    def flops(self) -> float | None:
        """Floating-point operations a sample took, on average."""
        flops = self.summary.get("flops")
        return _number(flops.get("per_sample")) if isinstance(flops, dict) else None

    @property
    def pass_at_k(self) -> list[PassAtK]:
        """The summary's figures, by growing k."""
        return sorted(_figures(self.summary["pass@k"]), key=lambda figure: figure.k)

    def reasons(self) -> dict[str, list[str]]:
        """Give, for every task, the reasons of its verdicts in their order."""
        reasons = self.table["reason"].to_pylist()
        return {task: [str(reasons[row]) for row in self._rows.get(task, ())] for task in self.tasks}

    def verdicts(self, task: str) -> list[dict[str, Any]]:
        """Give the rows of ``verdicts.parquet`` for one task."""
        rows: list[dict[str, Any]] = self.table.take(self._rows.get(task, [])).to_pylist()
        return rows

    def samples(self, task: str) -> dict[int, dict[str, Any]]:
        """Read the rows of ``samples.jsonl`` for one task, by sample number."""
        lines = self._lines.get(task)
        if not lines:
            return {}
        found = {}
        with (self.folder / "samples.jsonl").open("rb") as file:
            for number, offset in lines.items():
                file.seek(offset)
                found[number] = orjson.loads(file.readline())
        return found


def read_run(folder: Path) -> RunFiles:
    """Read a run directory of ``reweave eval``.

    Args:
        folder: The directory.

    Raises:
        RunError: It is no run directory, is not finished, is of another version, or is damaged.
    """
    summary = _summary(folder)
    table = _verdicts(folder)
    notes: list[str] = []
    rows: dict[str, list[int]] = defaultdict(list)
    for index, task in enumerate(table["task_id"].to_pylist()):
        rows[str(task)].append(index)
    tasks = {str(row["task_id"]): row for row, _ in _lines(folder / "tasks.jsonl", notes)}
    tasks |= {task: {} for task in rows if task not in tasks}
    lines = _sample_lines(folder, notes)
    wanted = Counter({task: len(found) for task, found in rows.items()})
    missing = sum((wanted - Counter({task: len(found) for task, found in lines.items()})).values())
    if missing and (folder / "samples.jsonl").exists():
        notes.append(
            f"samples.jsonl holds no readable line for {missing:,} of the {table.num_rows:,} verdicts"
        )
    counted = Counter(map(str, table["reason"].to_pylist()))
    if counted != Counter({key: n for key, n in summary["verdicts"].items() if n}):
        notes.append(
            "summary.json counts other verdicts than verdicts.parquet holds: one of them is of another run, so "
            "score the run again"
        )
    return RunFiles(folder, summary, tasks, table, tuple(notes), rows, lines)


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / "summary.json"
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise RunError(f"{folder} {what}: give the run directory of reweave eval, the folder after its -o")
    try:
        summary = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        if (folder / "samples.jsonl").exists() or (folder / "config.json").exists():
            raise RunError(
                f"{folder} has no summary.json: the run is not finished; the same reweave eval command goes on "
                "where it stopped"
            ) from None
        raise RunError(
            f"{folder} is no run directory of reweave eval: it has no summary.json; give the folder after its -o"
        ) from None
    except (OSError, orjson.JSONDecodeError) as error:
        raise RunError(
            f"cannot read {path}: {error}; the same reweave eval command makes it again"
        ) from error
    wrong = [
        key for key, kind in _KEYS.items() if not isinstance(summary, dict) or not _is(summary, key, kind)
    ]
    if not wrong and len(list(_figures(summary["pass@k"]))) < len(summary["pass@k"]):
        wrong = ["pass@k"]
    if wrong:
        from reweave import __version__  # noqa: PLC0415 - the package's own name

        versions = summary.get("versions") if isinstance(summary, dict) else None
        by = versions.get("reweave", "unknown") if isinstance(versions, dict) else "unknown"
        raise RunError(
            f"{path} is not as this version writes it (missing or of another kind: {', '.join(wrong)}); it is by "
            f"reweave {by}, this is {__version__}: score again with "
            f"reweave eval TASK --samples {folder / 'samples.jsonl'} -o NEW"
        )
    return dict(summary)


def _is(summary: dict[str, Any], key: str, kind: type) -> bool:
    return isinstance(summary.get(key), kind) and not isinstance(summary[key], bool)


def _figures(entries: Mapping[str, Any]) -> Iterator[PassAtK]:
    """What can be read of ``pass@k``; `_summary` refuses a summary of which some cannot."""
    for key, entry in entries.items():
        if not (key.isdecimal() and isinstance(entry, dict) and _number(entry.get("value")) is not None):
            continue
        ends = entry.get("ci95")
        low, high = ends if isinstance(ends, list) and len(ends) == 2 else (None, None)
        yield PassAtK(
            int(key), float(entry["value"]), _number(entry.get("stderr")), _number(low), _number(high)
        )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _verdicts(folder: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - takes a while
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = folder / "verdicts.parquet"
    try:
        table = pq.read_table(path, partitioning=None)
    except FileNotFoundError:
        raise RunError(
            f"{folder} has no verdicts.parquet: the same reweave eval command makes it again"
        ) from None
    except (pa.ArrowInvalid, OSError) as error:
        raise RunError(
            f"{path} is damaged: {error}; remove it, and the same reweave eval command makes it again"
        ) from error
    lacking = [name for name in _COLUMNS if name not in table.column_names]
    if lacking:
        raise RunError(
            f"{path} lacks the columns {', '.join(lacking)}: it is of another version; score the samples again"
        )
    return table


def _lines(path: Path, notes: list[str]) -> Iterator[tuple[dict[str, Any], int]]:
    """Give each readable row that has a task id, with its offset; note the others, or that there is no file."""
    damaged: list[int] = []
    if not path.exists():
        notes.append(f"{path.name} is missing: what it holds is not shown")
        return
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            start, offset = offset, offset + len(line)
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                row = None
            if isinstance(row, dict) and isinstance(row.get("task_id"), str):
                yield row, start
            elif line.strip():
                damaged.append(number)
    if damaged:
        named = ", ".join(map(str, damaged[:_MOST_NAMED])) + (", …" if len(damaged) > _MOST_NAMED else "")
        lines = "line" if len(damaged) == 1 else "lines"
        notes.append(
            f"{path.name}: {len(damaged):,} {lines} cannot be read and are left out ({lines} {named})"
        )


def _sample_lines(folder: Path, notes: list[str]) -> dict[str, dict[int, int]]:
    lines: dict[str, dict[int, int]] = defaultdict(dict)
    nameless = 0
    for row, offset in _lines(folder / "samples.jsonl", notes):
        number = row.get("sample")
        if isinstance(number, int):
            lines[row["task_id"]].setdefault(number, offset)
        else:
            nameless += 1
    if nameless:
        notes.append(f"samples.jsonl: {nameless:,} rows have no sample number and are left out")
    return lines
