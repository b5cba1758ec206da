"""Samples that exist: every form is read, and a bad row takes no good one with it."""

import pytest
import small

from reweave.errors import InputError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.given import given_samples
from reweave.tasks import load

ADD = "Small/add"


@pytest.fixture
def read(tmp_path):
    tasks = {task.id: task for task in load(str(small.write_benchmark(tmp_path)))}

    def read(*rows, config=None, left_out=()):
        rejects = []
        path = small.write_lines(tmp_path / "samples.jsonl", rows)
        wanted = tasks | dict.fromkeys(left_out)
        return list(given_samples(str(path), wanted, config or EvalConfig(), rejects)), rejects

    return read


def test_completion_and_solution(read):
    """A completion follows the prompt, a solution stands alone, and a solution wins over a completion."""
    samples, rejects = read(
        {"task_id": ADD, "completion": "    return a + b\n"},
        {"task_id": ADD, "solution": "def add(a, b): return a + b"},
        {"task_id": ADD, "solution": "add = sum", "completion": "    return 7\n"},
    )
    assert rejects == []
    assert [sample.number for sample in samples] == [0, 1, 2]
    programs = [sample.read.program for sample in samples]
    assert programs == [small.solution(ADD), "def add(a, b): return a + b", "add = sum"]
    assert [sample.read.rule for sample in samples] == ["", "solution", "solution"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "invalid-json"),
        ("[1]", "not-an-object"),
        ('{"task_id": "Small/add", "completion": "\\ud800"}', "invalid-json"),
        ({"completion": "x"}, "no-task-id"),
        ({"task_id": "Small/other", "completion": "x"}, "unknown-task"),
        ({"task_id": ADD}, "no-answer"),
        ({"task_id": ADD, "completion": None}, "no-answer"),
        ({"task_id": ADD, "solution": ["x"]}, "no-answer"),
        ({"task_id": ADD, "completion": "x", "sample": "0"}, "no-sample-number"),
        ({"task_id": ADD, "completion": "x", "sample": -1}, "no-sample-number"),
        ({"task_id": ADD, "completion": "x", "sample": True}, "no-sample-number"),
        ({"task_id": ADD, "completion": "x", "sample": 2**31}, "no-sample-number"),
        ({"task_id": ADD, "completion": "x", "sample": 0}, "duplicate-sample"),
    ],
)
def test_bad_rows(read, bad, reason):
    """A row that cannot be used is rejected with a reason, and its neighbours are read."""
    good = {"task_id": ADD, "completion": "    return a + b\n"}
    samples, [reject] = read(good, bad, good)
    assert [sample.number for sample in samples] == [0, 1]
    assert (reject.id, reject.reason) == ("row 1", reason)
    assert reject.detail


def test_numbers_said_and_unsaid(read):
    """Rows without a number take the next that is free."""
    answer = {"task_id": ADD, "completion": "x"}
    samples, rejects = read(answer | {"sample": 1}, answer, answer, answer | {"sample": 7}, answer)
    assert rejects == []
    assert [sample.number for sample in samples] == [1, 0, 2, 7, 3]


def test_tasks_left_out(read):
    """Samples of tasks beyond the limit are no mistake of the file."""
    samples, rejects = read(
        {"task_id": ADD, "completion": "x"}, {"task_id": "Small/vowels", "completion": "x"}, left_out=[ADD]
    )
    assert [sample.task.id for sample in samples] == ["Small/vowels"]
    assert rejects == []


@pytest.mark.parametrize(
    "tokens", [7, {"prompt": 1}, {"prompt": "1", "completion": 2}, {"prompt": -1, "completion": 2}, [1, 2]]
)
def test_foreign_columns(read, tokens):
    """Other tools' columns of the same names cost no sample."""
    [sample], rejects = read({"task_id": ADD, "completion": "x", "tokens": tokens, "finish_reason": 3})
    assert rejects == []
    assert (sample.tokens, sample.finish_reason) == (None, None)


def test_own_rows_again(read):
    """A row that was written here is read back as the same row."""
    samples, _ = read(
        {"task_id": ADD, "completion": "```python\nx = 1\n```", "tokens": {"prompt": 2, "completion": 3}},
        {"task_id": ADD, "solution": "```python\nnot taken out of a solution\n```", "finish_reason": "stop"},
        {"task_id": ADD, "solution": " "},
        {"task_id": ADD, "completion": "", "failure": {"kind": "timeout", "message": "after 5 s"}},
    )
    rows = [sample.row() for sample in samples]
    again, rejects = read(*rows)
    assert rejects == []
    assert [sample.row() for sample in again] == rows
    assert again[3].failure == ("timeout", "after 5 s")


def test_no_file(read, tmp_path):
    """A file that is not there is an error of the whole."""
    with pytest.raises(InputError, match="nothing"):
        list(given_samples(str(tmp_path / "nothing.jsonl"), {}, EvalConfig(), []))
