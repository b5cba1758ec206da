"""The run directory of ``reweave eval`` as the report reads it.

``summary.json`` and ``verdicts.parquet`` must be there and whole. ``tasks.jsonl`` and ``samples.jsonl`` hold
the texts beside the verdicts: a line that cannot be read costs that text and leaves a note. Samples stay in
their file until they are asked for, a task at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.evaluate.run_summary import PassAtK, figures, number, read_summary

_COLUMNS = ("task_id", "sample", "passed", "reason")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, eq=False)
class RunFiles:
    """A run directory, read.

    Args:
        folder: Where it is.
        summary: ``summary.json``.
        tasks: Task id to the row of ``tasks.jsonl``; a task known from its verdicts alone has an empty row.
        table: ``verdicts.parquet``, a pyarrow table.
        notes: What could not be read or does not fit together, a sentence each.
        rows: Task id to the numbers of its rows in ``table``.
        lines: Task id to sample number to the offset of its line in ``samples.jsonl``, in bytes.
    """

    folder: Path
    summary: Mapping[str, Any]
    tasks: Mapping[str, Mapping[str, Any]]
    table: Any
    notes: tuple[str, ...]
    rows: Mapping[str, list[int]]
    lines: Mapping[str, Mapping[int, int]]

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
        if isinstance(sandbox, dict) and sandbox.get("unsafe"):
            return True
        return "unsafe" in self.table.column_names and True in self.table["unsafe"].unique().to_pylist()

    @property
    def flops(self) -> float | None:
        """Floating-point operations a sample took, on average."""
        flops = self.summary.get("flops")
        return number(flops.get("per_sample")) if isinstance(flops, dict) else None

    @property
    def pass_at_k(self) -> list[PassAtK]:
        """The summary's figures, by growing k."""
        return figures(self.summary)

    def reasons(self) -> dict[str, list[str]]:
        """Give, for every task, the reasons of its verdicts in their order."""
        reasons = self.table["reason"].to_pylist()
        return {task: [str(reasons[row]) for row in self.rows.get(task, ())] for task in self.tasks}

    def verdicts(self, task: str) -> list[dict[str, Any]]:
        """Give the rows of ``verdicts.parquet`` for one task."""
        places = self.rows.get(task)
        rows: list[dict[str, Any]] = self.table.take(places).to_pylist() if places else []
        return rows

    def samples(self, task: str) -> dict[int, dict[str, Any]]:
        """Read the rows of ``samples.jsonl`` for one task, by sample number."""
        offsets = self.lines.get(task)
        if not offsets:
            return {}
        found = {}
        with (self.folder / "samples.jsonl").open("rb") as file:
            for sample, offset in offsets.items():
                file.seek(offset)
                found[sample] = orjson.loads(file.readline())
        return found


def read_run(folder: Path) -> RunFiles:
    """Read a run directory of ``reweave eval``.

    Args:
        folder: The directory.

    Raises:
        RunError: It is no run directory, is not finished, is of another version, or is damaged.
    """
    summary = read_summary(folder)
    table = _verdicts(folder)
    notes: list[str] = []
    rows: dict[str, list[int]] = defaultdict(list)
    for index, task in enumerate(table["task_id"].to_pylist()):
        rows[str(task)].append(index)
    tasks: dict[str, Mapping[str, Any]] = {
        row["task_id"]: row for row, _ in _rows_of(folder / "tasks.jsonl", notes)
    }
    tasks |= {task: {} for task in rows if task not in tasks}
    lines = _sample_lines(folder, notes)
    _compare(summary, table, rows, lines, notes)
    return RunFiles(folder, summary, tasks, table, tuple(notes), rows, lines)


def _verdicts(folder: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - takes a while
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    path = folder / "verdicts.parquet"
    again = "the same reweave eval command makes it again"
    try:
        table = pq.read_table(path, partitioning=None)
    except FileNotFoundError:
        raise RunError(f"{folder} has no verdicts.parquet: {again}") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise RunError(f"{path} is damaged: {error}; remove it, and {again}") from error
    lacking = [name for name in _COLUMNS if name not in table.column_names]
    if lacking:
        raise RunError(
            f"{path} lacks the columns {', '.join(lacking)}: another version wrote it. "
            f"Score the samples again: reweave eval TASK --samples {folder / 'samples.jsonl'} -o NEW"
        )
    return table


def _rows_of(path: Path, notes: list[str]) -> Iterator[tuple[dict[str, Any], int]]:
    """Give each readable row that has a task id, and its offset; note the others."""
    if not path.exists():
        notes.append(f"{path.name} is missing: what it holds is not shown")
        return
    damaged: list[int] = []
    offset = 0
    with path.open("rb") as file:
        for count, line in enumerate(file, 1):
            start, offset = offset, offset + len(line)
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                row = None
            if isinstance(row, dict) and isinstance(row.get("task_id"), str):
                yield row, start
            elif line.strip():
                damaged.append(count)
    if damaged:
        lines = "line" if len(damaged) == 1 else "lines"
        named = ", ".join(map(str, damaged[:_MOST_NAMED])) + (", …" if len(damaged) > _MOST_NAMED else "")
        notes.append(f"{path.name}: {lines} {named} cannot be read: {len(damaged):,} in all, left out")


def _sample_lines(folder: Path, notes: list[str]) -> dict[str, dict[int, int]]:
    lines: dict[str, dict[int, int]] = defaultdict(dict)
    nameless = 0
    for row, offset in _rows_of(folder / "samples.jsonl", notes):
        sample = row.get("sample")
        if isinstance(sample, int):
            lines[row["task_id"]].setdefault(sample, offset)
        else:
            nameless += 1
    if nameless:
        notes.append(f"samples.jsonl: {nameless:,} rows have no sample number and are left out")
    return lines


def _compare(
    summary: Mapping[str, Any],
    table: Any,
    rows: Mapping[str, list[int]],
    lines: Mapping[str, Mapping[int, int]],
    notes: list[str],
) -> None:
    """Note where the files do not tell the same story."""
    wanted = Counter({task: len(found) for task, found in rows.items()})
    missing = sum((wanted - Counter({task: len(found) for task, found in lines.items()})).values())
    if missing and lines:
        notes.append(f"samples.jsonl has no readable line for {missing:,} of {table.num_rows:,} verdicts")
    counted = Counter(map(str, table["reason"].to_pylist()))
    if counted != Counter({reason: n for reason, n in summary["verdicts"].items() if n}):
        notes.append(
            "summary.json counts other verdicts than verdicts.parquet holds: one is of another run. "
            "Score the run again before you use its figures"
        )
