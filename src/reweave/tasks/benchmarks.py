"""The benchmarks by name: what each is, where its file lies, how a row of it is told from others, its reader.

A table; ``load`` reads by it. An entry's docstring is its ``sentence``, its reader's module names the paper.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reweave.tasks.readers import (
    arcade,
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
        lists: By split: the file beside the benchmark's that has the ids of this split's tasks.
        marks: What its ids begin with, where the columns do not tell it from others.
        beside: A folder beside its file, or one up, that its programs read from; a row has its path as the
            column of that name, None where there is none.
    """

    name: str
    sentence: str
    read: Reader
    columns: frozenset[str]
    files: Mapping[str | None, tuple[str, ...]]
    splits: tuple[str, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)
    evaluation_only: bool = False
    marks: str = ""
    beside: str = ""


def _benchmark(name: str, sentence: str, read: Reader, columns: str, *files: str, **more: Any) -> Benchmark:
    more.setdefault("files", {None: files})
    return Benchmark(name=name, sentence=sentence, read=read, columns=frozenset(columns.split()), **more)


_X = {
    name: (f"humaneval-x/humaneval_{name}.jsonl.gz",)
    for name in ("python", "js", "cpp", "java", "go", "rust")
}
_E = {
    f"{source}-{name}": (f"multipl-e/{source}-{name}-reworded.jsonl.gz",)
    for source in ("humaneval", "mbpp")
    for name in ("py", "js", "cpp", "java", "go", "rs", "rb", "ts")
}

# As the published script names what it derives
_ARCADE_SCHEMA = (
    "arcade/new_tasks/derived_datasets/dataset.schema.originating_dfs.header_description.after_variable_cell"
    ".maxp2100.maxp_no_prefix-1.maxctxcell-1.json"
)


def _whole(files: Mapping[str, tuple[str, ...]]) -> Mapping[str | None, tuple[str, ...]]:
    every: dict[str | None, tuple[str, ...]] = dict(files.items())
    return every | {None: tuple(file for group in files.values() for file in group)}


_ALL = (
    _benchmark(
        "mbpp+",
        "378 tasks of MBPP with 35 times as many inputs; split base has the original ones only.",
        evalplus.mbpp_plus,
        "task_id prompt entry_point canonical_solution base_input plus_input assertion atol",
        "mbpp-plus/MbppPlus.jsonl.gz",
        splits=("base", "plus"),
    ),
    # After mbpp+, whose files have all its columns and `assertion`
    _benchmark(
        "humaneval+",
        "HumanEval with 80 times as many inputs; split base has the original ones only.",
        evalplus.humaneval_plus,
        "task_id prompt entry_point canonical_solution base_input plus_input contract atol",
        "humaneval-plus/HumanEvalPlus.jsonl.gz",
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
        "1,140 functions that use many libraries, tested by unittest classes; the 148 hard ones as splits.",
        data_science.bigcodebench,
        "task_id complete_prompt instruct_prompt code_prompt canonical_solution test entry_point libs",
        "bigcodebench/BigCodeBench.jsonl.gz",
        splits=("complete", "instruct", "hard", "hard-instruct"),
        lists={"hard": "hard_ids.txt", "hard-instruct": "hard_ids.txt"},
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
        "arcade",
        "Turns of data-science notebooks, outputs matched fuzzily; split by what a model sees.",
        arcade.arcade,
        "notebook_name turns",
        files={None: ("arcade/new_tasks/dataset.json",), "schema": (_ARCADE_SCHEMA,)},
        splits=arcade.SPLITS,
        beside="artifacts",
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
