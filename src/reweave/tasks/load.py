"""Reading a benchmark: from its name, its file or the hub to tasks. Nothing is run here."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reweave.errors import InputError, RowError
from reweave.records import Reject
from reweave.tasks import sources
from reweave.tasks.benchmarks import BENCHMARKS, Benchmark
from reweave.tasks.task import Task


def load(
    name_or_path: str,
    *,
    benchmark: str | None = None,
    split: str | None = None,
    rejects: list[Reject] | None = None,
) -> list[Task]:
    """Read a benchmark.

    Args:
        name_or_path: A name of ``BENCHMARKS``, whose file is looked for below the folder that the environment
            variable ``REWEAVE_DATA`` names; a path of such a file; or ``hub:OWNER/NAME[/CONFIG][@SPLIT]``.
        benchmark: The form of the file, where its columns do not tell.
        split: One of the benchmark's ``splits``.
        rejects: Takes rows that cannot be read, with the reason; the others are given all the same.

    Raises:
        InputError: No such benchmark, file, split or form.
        RowError: A row cannot be read or its id comes twice, and there is no ``rejects``.
    """
    chosen = None if benchmark is None else _named(benchmark)
    if sources.is_place(name_or_path):
        places: tuple[str, ...] = (name_or_path,)
    else:
        chosen = _named(name_or_path)
        places = ()
    if chosen is not None:
        _check(chosen, split)
        places = places or _places(chosen, split)
    tasks: dict[str, Task] = {}
    for name, row, form in _rows(places, chosen, split):
        try:
            for task in _read(row, form, split, tasks):
                tasks[task.id] = task
        except RowError as error:
            if rejects is None:
                raise RowError(error.reason, f"{name}: {error.detail}") from error
            columns = {} if isinstance(row, RowError) else row
            rejects.append(Reject(name, "rejected", error.reason, error.detail, columns))
    return _listed(list(tasks.values()), split, places[0])


def _listed(tasks: list[Task], split: str | None, place: str) -> list[Task]:
    """Keep the tasks of a split whose ids are listed in a file beside the benchmark's."""
    name = BENCHMARKS[tasks[0].benchmark].lists.get(split) if tasks and split else None
    if name is None:
        return tasks
    try:
        wanted = set(Path(place).with_name(name).read_text("utf-8").split())
    except OSError as error:
        raise InputError(f"split {split} is the tasks that {name} lists, beside {place}: {error}") from error
    return [task for task in tasks if task.id in wanted]


def _named(name: str) -> Benchmark:
    if name not in BENCHMARKS:
        raise InputError(f"no benchmark {name!r} and no such file; there are {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name]


def _check(benchmark: Benchmark, split: str | None) -> None:
    if split is not None and split not in benchmark.splits:
        known = f"there are {', '.join(benchmark.splits)}" if benchmark.splits else "it has none"
        raise InputError(f"{benchmark.name} has no split {split!r}; {known}")


def _places(benchmark: Benchmark, split: str | None) -> tuple[str, ...]:
    files = benchmark.files.get(split, benchmark.files[None])
    folder = sources.data_folder()
    if folder is None:
        raise InputError(
            f"where is {benchmark.name}? Give the path of its file, or set REWEAVE_DATA to the folder that"
            f" holds {files[0]}"
        )
    return tuple(str(folder / file) for file in files)


def _rows(
    places: tuple[str, ...], chosen: Benchmark | None, split: str | None
) -> Iterator[tuple[str, Mapping[str, Any] | RowError, Benchmark | None]]:
    """Give (name, row, benchmark); the benchmark is None before a first row that can be read."""
    for place in places:
        for number, row in sources.rows(place):
            name = f"{place}, row {number}"
            if not isinstance(row, RowError):
                # A name for messages; whether it is the task's id its reader knows
                name = str(next((row[key] for key in ("task_id", "id", "name") if key in row), name))
                if chosen is None:
                    chosen = _fitting(row, place)
                    _check(chosen, split)
                if chosen.beside:
                    row = {**row, chosen.beside: sources.beside(place, chosen.beside)}  # noqa: PLW2901
            yield name, row, chosen


def _fitting(row: Mapping[str, Any], place: str) -> Benchmark:
    for benchmark in BENCHMARKS.values():
        if benchmark.columns <= row.keys() and str(row.get("task_id", "")).startswith(benchmark.marks):
            return benchmark
    raise InputError(
        f"{place} is of no form known here: its first row has the columns {', '.join(sorted(row))}; say which"
        f" benchmark it is of ({', '.join(BENCHMARKS)})"
    )


def _read(
    row: Mapping[str, Any] | RowError,
    benchmark: Benchmark | None,
    split: str | None,
    known: Mapping[str, Task],
) -> list[Task]:
    if isinstance(row, RowError):
        raise row
    assert benchmark is not None
    missing = sorted(benchmark.columns - row.keys())
    if missing:
        raise RowError("missing-column", f"no column {', '.join(missing)}, which {benchmark.name} has")
    tasks = benchmark.read(row, benchmark.name, split)
    if double := [task.id for task in tasks if task.id in known]:
        raise RowError("duplicate-id", f"there is a task {', '.join(double)} already")
    return tasks
