"""The benchmarks by name: what each is, where its file lies, how a row of it is told from others, its reader.

``load`` is the way in. Nothing is run here: what a judge must ask of a reference, ``prepare`` asks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reweave.errors import InputError, RowError
from reweave.records import Reject
from reweave.tasks import sources
from reweave.tasks.readers import (
    canitedit,
    contests,
    data_science,
    ds1000,
    evalplus,
    humaneval,
    mbpp,
    multilingual,
)
from reweave.tasks.task import Task

Reader = Callable[[Mapping[str, Any], str, str | None], list[Task]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One published benchmark, or one form of a file.

    Args:
        name: What it is asked for by.
        sentence: What it is.
        read: Makes a row's tasks.
        columns: Those by which a row of it is known; a file given by its path is of the first benchmark
            whose columns its first row has.
        files: Below the folder that ``REWEAVE_DATA`` names, by split; ``None`` is the split that is taken
            where none is asked for. Others of its splits are columns of one file or of one row.
        splits: All splits there are to ask for.
        evaluation_only: Its licence or its authors forbid training on it.
        marks: What its ids begin with, where the columns do not tell it from others.
    """

    name: str
    sentence: str
    read: Reader
    columns: frozenset[str]
    files: Mapping[str | None, tuple[str, ...]]
    splits: tuple[str, ...] = ()
    evaluation_only: bool = False
    marks: str = ""


def _benchmark(name: str, sentence: str, read: Reader, columns: str, *files: str, **more: Any) -> Benchmark:
    more.setdefault("files", {None: files})
    return Benchmark(name=name, sentence=sentence, read=read, columns=frozenset(columns.split()), **more)


_X = {
    name: (f"humaneval-x/humaneval_{name}.jsonl.gz",) for name in ("python", "js", "cpp", "java", "go", "rust")
}
_E = {
    f"{source}-{name}": (f"multipl-e/{source}-{name}-reworded.jsonl.gz",)
    for source in ("humaneval", "mbpp")
    for name in ("py", "js", "cpp", "java", "go", "rs", "rb", "ts")
}


def _whole(files: Mapping[str, tuple[str, ...]]) -> Mapping[str | None, tuple[str, ...]]:
    return {**files, None: tuple(file for group in files.values() for file in group)}


_ALL = (
    _benchmark(
        "humaneval+",
        "HumanEval with 80 times as many inputs; split base has the original ones only.",
        evalplus.humaneval_plus,
        "task_id prompt entry_point canonical_solution base_input plus_input contract atol",
        "humaneval-plus/HumanEvalPlus.jsonl.gz",
        splits=("base", "plus"),
    ),
    _benchmark(
        "mbpp+",
        "378 tasks of MBPP with 35 times as many inputs; split base has the original ones only.",
        evalplus.mbpp_plus,
        "task_id prompt entry_point canonical_solution base_input plus_input assertion atol",
        "mbpp-plus/MbppPlus.jsonl.gz",
        splits=("base", "plus"),
    ),
    _benchmark(
        "mbpp+tests",
        "MBPP+ as published with test texts instead of inputs.",
        evalplus.mbpp_plus_tests,
        "task_id prompt code test_list test",
        "mbpp-plus/MbppPlus-OriginFmt.jsonl.gz",
    ),
    _benchmark(
        "mbpp",
        "974 short problems with three assertions each.",
        mbpp.mbpp,
        "task_id text code test_list",
        "mbpp/mbpp.jsonl",
    ),
    _benchmark(
        "mbpp-sanitized",
        "The 427 problems of MBPP that were checked by hand.",
        mbpp.mbpp,
        "task_id prompt code test_list test_imports",
        "mbpp/sanitized-mbpp.json",
    ),
    _benchmark(
        "bigcodebench",
        "1,140 functions that use many libraries, tested by unittest classes.",
        data_science.bigcodebench,
        "task_id complete_prompt instruct_prompt code_prompt canonical_solution test entry_point libs",
        "bigcodebench/BigCodeBench.jsonl.gz",
        splits=("complete", "instruct"),
    ),
    _benchmark(
        "ds1000",
        "1,000 data-science questions; split by library.",
        ds1000.ds1000,
        "prompt reference_code metadata code_context",
        "ds1000/ds1000.jsonl.gz",
        splits=ds1000.LIBRARIES,
        evaluation_only=True,
    ),
    _benchmark(
        "canitedit",
        "105 programs to change as an instruction says; split descriptive or lazy.",
        canitedit.canitedit,
        "full_name before after tests instruction_descriptive instruction_lazy",
        "canitedit/canitedit.jsonl.gz",
        splits=("descriptive", "lazy"),
        evaluation_only=True,
    ),
    _benchmark(
        "humaneval-x",
        "HumanEval in six languages; split by language.",
        multilingual.humaneval_x,
        "task_id prompt canonical_solution test declaration example_test",
        files=_whole(_X),
        splits=tuple(_X),
    ),
    _benchmark(
        "multipl-e",
        "HumanEval and MBPP in eight languages, without references; split by source and language.",
        multilingual.multipl_e,
        "name language prompt tests stop_tokens",
        files=_whole(_E),
        splits=tuple(_E),
        evaluation_only=True,
    ),
    _benchmark(
        "pandaseval",
        "101 lines of pandas to write.",
        data_science.library_eval,
        "task_id prompt entry_point canonical_solution test",
        "pandas-numpy-eval/PandasEval.jsonl.gz",
        marks="PandasEval/",
    ),
    _benchmark(
        "numpyeval",
        "101 lines of numpy to write.",
        data_science.library_eval,
        "task_id prompt entry_point canonical_solution test",
        "pandas-numpy-eval/NumpyEval.jsonl.gz",
        marks="NumpyEval/",
    ),
    _benchmark(
        "apps",
        "Contest problems with cases for standard input or for a function: APPS.",
        contests.contest,
        "question input_output",
        "apps-train-sample/apps_train_sample.jsonl",
    ),
    _benchmark(
        "codecontests",
        "Contest problems with cases for standard input: CodeContests.",
        contests.contest,
        "description public_tests",
        "codecontests/test.jsonl.gz",
    ),
    _benchmark(
        "apps-selected",
        "150 problems of APPS's test set, in the form of MapCoder.",
        contests.contest,
        "description test_list",
        "apps-150/apps_selected150.jsonl",
    ),
    _benchmark(
        "stdin",
        "Any file of cases: id or task_id, prompt, tests as a list of input and output.",
        contests.contest,
        "prompt tests",
        "stdin.jsonl",
    ),
    _benchmark(
        "humaneval",
        "164 functions to complete from a docstring; and any file of that form.",
        humaneval.humaneval,
        "task_id prompt entry_point test",
        "humaneval/HumanEval.jsonl.gz",
    ),
)

BENCHMARKS: Mapping[str, Benchmark] = {benchmark.name: benchmark for benchmark in _ALL}
"""By name; in the order in which the form of a file is tried."""


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
        places = _places(chosen, split)
    return list(_tasks(places, chosen, split, rejects))


def _named(name: str) -> Benchmark:
    if name not in BENCHMARKS:
        raise InputError(f"no benchmark {name!r} and no such file; there are {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name]


def _places(benchmark: Benchmark, split: str | None) -> tuple[str, ...]:
    _check(benchmark, split)
    folder = sources.data_folder()
    if folder is None:
        raise InputError(
            f"where is {benchmark.name}? Give the path of its file, or set REWEAVE_DATA to the folder that holds"
            f" {benchmark.files[None][0]}"
        )
    return tuple(str(folder / file) for file in benchmark.files.get(split, benchmark.files[None]))


def _check(benchmark: Benchmark, split: str | None) -> None:
    if split is not None and split not in benchmark.splits:
        known = f"there are {', '.join(benchmark.splits)}" if benchmark.splits else "it has none"
        raise InputError(f"{benchmark.name} has no split {split!r}; {known}")


def _tasks(
    places: tuple[str, ...], chosen: Benchmark | None, split: str | None, rejects: list[Reject] | None
) -> Iterator[Task]:
    seen: set[str] = set()
    for place in places:
        for number, row in sources.rows(place):
            name = f"{place}, row {number}"
            try:
                if isinstance(row, RowError):
                    raise row
                name = str(next((row[key] for key in ("task_id", "id", "name") if key in row), name))
                if chosen is None:
                    chosen = _fitting(row, place)
                    _check(chosen, split)
                found = _read(chosen, row, split)
                if double := sorted(seen.intersection(task.id for task in found)):
                    raise RowError("duplicate-id", f"there is a task {', '.join(double)} already")
            except RowError as error:
                if rejects is None:
                    raise RowError(error.reason, f"{name}: {error.detail}") from error
                columns = row if isinstance(row, dict) else {}
                rejects.append(Reject(name, "rejected", error.reason, error.detail, columns))
                continue
            seen.update(task.id for task in found)
            yield from found


def _read(benchmark: Benchmark, row: Mapping[str, Any], split: str | None) -> list[Task]:
    missing = sorted(benchmark.columns - row.keys())
    if missing:
        raise RowError("missing-column", f"no column {', '.join(missing)}, which {benchmark.name} has")
    return benchmark.read(row, benchmark.name, split)


def _fitting(row: Mapping[str, Any], place: str) -> Benchmark:
    for benchmark in BENCHMARKS.values():
        if benchmark.columns <= row.keys() and str(row.get("task_id", "")).startswith(benchmark.marks):
            return benchmark
    raise InputError(
        f"{place} is of no form known here: its first row has the columns {', '.join(sorted(row))}; say which"
        f" benchmark it is of ({', '.join(BENCHMARKS)})"
    )
