"""From files to tasks: every form is known by its columns, and a bad row loses nothing but itself."""

import gzip
import json
import os
import subprocess
import sys

import hub_server
import pytest

from reweave.errors import InputError, MissingExtraError, RowError
from reweave.tasks import BENCHMARKS, load

ROW = {
    "task_id": "Mine/0",
    "prompt": "def one():\n",
    "entry_point": "one",
    "test": "def check(candidate):\n    assert candidate() == 1\n",
    "canonical_solution": "    return 1\n",
}


def written(path, rows):
    """Write rows as JSON lines; give the path as text."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    text = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


@pytest.mark.parametrize("name", ["mine.jsonl", "mine.jsonl.gz"])
def test_any_file_of_humanevals_form(tmp_path, name):
    """Four columns make a task; a solution, where there is one, a reference."""
    bare = {key: ROW[key] for key in ("prompt", "entry_point", "test")} | {"task_id": 7}
    first, second = load(written(tmp_path / name, [ROW, bare]))
    assert (first.id, first.benchmark, first.entry_point) == ("Mine/0", "humaneval", "one")
    assert first.reference == "def one():\n    return 1\n"
    assert first.program("    return 2\n") == "def one():\n    return 2\n"
    assert "def one():" in first.chat
    assert (second.id, second.reference) == ("7", None)


def test_a_json_array_and_parquet(tmp_path):
    """The same rows in the other forms that are read give the same tasks."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "a.json").write_text(json.dumps([ROW]))
    pq.write_table(pa.Table.from_pylist([ROW]), tmp_path / "a.parquet")
    assert load(str(tmp_path / "a.json")) == load(str(tmp_path / "a.parquet"))


def test_a_comparison_without_an_assertion_is_asserted(tmp_path):
    """PandasEval/7 compares and lets the result go: what it means is judged. Other tests stay as they are."""
    test = "def check():\n    other = df.copy()\n    {}df.equals(other)\n"
    row = ROW | {"entry_point": "none", "canonical_solution": [""]}
    rows = [
        row | {"task_id": "PandasEval/7", "test": test.format("")},
        row | {"task_id": "PandasEval/8", "test": test.format("assert ")},
    ]
    bare, whole = load(written(tmp_path / "pandas.jsonl", rows))
    assert bare.judge.tests == whole.judge.tests == test.format("assert ") + "\ncheck()\n"


def test_bad_rows_are_collected_and_the_others_are_given(tmp_path):
    """Each bad row is a reject with its id and reason; without a list to collect them the first is raised."""
    rows = [
        ROW,
        "{not json",
        "[1]",
        ROW,
        {**ROW, "task_id": "Mine/1", "test": 5},
        {key: ROW[key] for key in ROW if key != "test"} | {"task_id": "Mine/2"},
        {**ROW, "task_id": "Mine/3"},
    ]
    path = written(tmp_path / "mine.jsonl", rows)
    rejects = []
    assert [task.id for task in load(path, rejects=rejects)] == ["Mine/0", "Mine/3"]
    assert [(reject.id.rpartition(", ")[2], reject.reason) for reject in rejects] == [
        ("row 1", "invalid-json"),
        ("row 2", "not-an-object"),
        ("Mine/0", "duplicate-id"),
        ("Mine/1", "wrong-type"),
        ("Mine/2", "missing-column"),
    ]
    with pytest.raises(RowError, match="row 1"):
        load(path)


def test_what_cannot_be_found_is_said(tmp_path, monkeypatch):
    """A name, a split, a file, a form or a folder that is not there is an error that says what there is."""
    with pytest.raises(InputError, match=r"no benchmark 'humanevil'.*humaneval"):
        load("humanevil")
    with pytest.raises(InputError, match="no split 'hard'; it has none"):
        load("humaneval", split="hard")
    with pytest.raises(InputError, match=r"no split 'all'; there are base, plus"):
        load("humaneval+", split="all")
    row = dict.fromkeys(BENCHMARKS["bigcodebench"].columns, "") | {"task_id": "BigCodeBench/1", "libs": "[]"}
    path = written(tmp_path / "big.jsonl", [row, row | {"task_id": "BigCodeBench/2"}])
    with pytest.raises(InputError, match=r"the tasks that hard_ids\.txt lists, beside .*big\.jsonl"):
        load(path, split="hard")
    (tmp_path / "hard_ids.txt").write_text("BigCodeBench/2\n")
    assert [task.id for task in load(path, split="hard")] == ["BigCodeBench/2"]
    with pytest.raises(InputError, match="no such file"):
        load(str(tmp_path / "none.jsonl"))
    with pytest.raises(InputError, match="of no form known here"):
        load(written(tmp_path / "odd.jsonl", [{"a": 1}]))
    monkeypatch.delenv("REWEAVE_DATA", raising=False)
    with pytest.raises(InputError, match=r"set REWEAVE_DATA.*HumanEval\.jsonl\.gz"):
        load("humaneval")


def test_the_hub_names_its_extra(monkeypatch):
    """Without ``datasets`` the error says what to install."""
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'reweave\[hub\]'"):
        load("hub:openai/openai_humaneval")


_LOAD = """
import json, sys
from reweave.errors import ReweaveError
from reweave.tasks import load
for spec in sys.argv[1:]:
    try:
        print(json.dumps([[task.id, task.benchmark, task.reference] for task in load(spec)]))
    except ReweaveError as error:
        print(json.dumps(f"{type(error).__name__}: {error}".partition(chr(10))[0]))
"""


def from_hub(url, home, *specs):
    """Load data sets in a process of its own: ``datasets`` takes the hub's address when it is imported."""
    address = {"HF_ENDPOINT": url, "HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0", "HF_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, *specs],
        env=os.environ | address,
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_benchmark_from_the_hub(tmp_path):
    """The real ``datasets``, and a hub on this machine: rows become tasks, and what is not there is said."""
    pytest.importorskip("datasets", reason="datasets is not installed")
    rows = [ROW, ROW | {"task_id": "Mine/1"}]
    with hub_server.hub("".join(json.dumps(row) + "\n" for row in rows).encode()) as server:
        found, again, split, repository = from_hub(
            server.url,
            tmp_path,
            "hub:some/tasks",
            "hub:some/tasks@test",
            "hub:some/tasks@train",
            "hub:some/others",
        )
        assert f"/datasets/some/tasks/resolve/{hub_server.COMMIT}/{hub_server.FILE}" in server.asked
    assert found == [[f"Mine/{i}", "humaneval", "def one():\n    return 1\n"] for i in range(2)]
    assert again == found
    assert split.startswith("InputError: cannot read some/tasks from the Hugging Face hub: ")
    assert "train" in split
    assert repository.startswith("InputError: cannot read some/others from the Hugging Face hub: ")


def test_large_integers_and_nan_survive(tmp_path):
    """Inputs of hundreds of digits, NaN and infinities come through as they stand."""
    row = {
        "task_id": "HumanEval/900", "prompt": "def f(x):\n", "entry_point": "f",
        "canonical_solution": "    pass\n",
        "contract": "", "atol": 0, "base_input": [[1]], "plus_input": [["BIG"], ["NAN"], ["INF"]],
    }  # fmt: skip
    text = json.dumps(row).replace('"BIG"', "1" * 300).replace('"NAN"', "NaN").replace('"INF"', "Infinity")
    [task] = load(written(tmp_path / "plus.jsonl", [text]))
    [one], [big], [nan], [infinite] = task.judge.inputs
    assert (one, big, infinite, nan != nan) == (1, int("1" * 300), float("inf"), True)  # noqa: PLR0124
    assert len(load(str(tmp_path / "plus.jsonl"), split="base")[0].judge.inputs) == 1


CASES = [{"input": "1", "output": "2"}]


@pytest.mark.parametrize(
    ("row", "entry", "cases"),
    [
        ({"id": 1, "prompt": "Double.", "tests": CASES}, None, 1),
        ({"id": 1, "description": "Double.", "test_list": CASES}, None, 1),
        (
            {"id": 1, "question": "Double.", "input_output": json.dumps({"inputs": ["1"], "outputs": ["2"]})},
            None,
            1,
        ),
        (
            {
                "name": "x",
                "description": "Double.",
                "public_tests": {"input": ["1"], "output": ["2"]},
                "private_tests": {"input": ["2", "3"], "output": ["4", "6"]},
                "solutions": {"language": [2, 3], "solution": ["int main(){}", "print(int(input()) * 2)"]},
            },
            None,
            3,
        ),
        (
            {
                "id": 1,
                "question": "Double.",
                "input_output": {"fn_name": "twice", "inputs": [[1]], "outputs": [2]},
                "starter_code": "class Solution:\n    def twice(self, n: int) -> int:\n        ",
            },
            "Solution().twice",
            1,
        ),
        (
            {"id": 1, "description": "D.", "test_list": CASES, "starter_code": "def twice(n):\n\t"},
            "twice",
            1,
        ),
    ],
)
def test_forms_of_contests(tmp_path, row, entry, cases):
    """Each published form of cases is read; where a function is named, it is called."""
    [task] = load(written(tmp_path / "contest.jsonl", [row]))
    assert getattr(task.judge, "entry", None) == entry
    assert len(task.judge.inputs if entry else task.judge.cases) == cases
    assert task.program("print(1)") == "print(1)"
    if "public_tests" in row:
        assert task.reference == "print(int(input()) * 2)"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": 1, "prompt": "D.", "tests": []}, "no-tests"),
        ({"id": 1, "prompt": "D.", "tests": [{"input": "1"}]}, "wrong-type"),
        ({"id": 1, "question": "D.", "input_output": '{"inputs": ["1"], "outputs": []}'}, "wrong-type"),
        ({"prompt": "D.", "tests": CASES}, "missing-column"),
        ({"id": 1, "prompt": "D.", "tests": CASES, "starter_code": "def f(a, b):\n\t"}, "ambiguous-input"),
        ({"id": 1, "prompt": "D.", "tests": CASES, "starter_code": "class A:"}, "unknown-starter"),
    ],
)
def test_contests_without_cases_that_can_be_run(tmp_path, row, reason):
    """What cannot be judged is rejected, with the reason."""
    rejects = []
    assert load(written(tmp_path / "contest.jsonl", [row]), rejects=rejects) == []
    assert [reject.reason for reject in rejects] == [reason]


def test_every_benchmark_says_what_it_is():
    """Each has a sentence, columns and a file; those that forbid training are marked."""
    for name, benchmark in BENCHMARKS.items():
        assert benchmark.name == name
        assert benchmark.sentence.endswith(".")
        assert benchmark.columns
        assert benchmark.files[None]
    marked = {name for name, benchmark in BENCHMARKS.items() if benchmark.evaluation_only}
    assert marked == {"ds1000", "canitedit", "multipl-e"}
