"""Whole runs in this process: what a run keeps, what it says, and what may be asked of it again."""

import json

import pytest
import small

import reweave
from reweave.edits import codec
from reweave.errors import EstimateError, InputError, RunError
from reweave.evaluate.config import EvalConfig
from reweave.evaluate.run import Source, evaluate

ADD, LARGEST, VOWELS = small.TASKS


@pytest.fixture
def score(tmp_path):
    """A function that scores rows of samples on the three tasks."""

    def run(*rows, out="run", benchmark=None, **settings):
        path = small.write_lines(tmp_path / f"{out}-samples.jsonl", rows)
        benchmark = benchmark or small.write_benchmark(tmp_path)
        return evaluate(
            str(benchmark), tmp_path / out, EvalConfig(**settings), Source(file=str(path)), workers=1
        )

    return run


def answers(*completions, task_id=ADD):
    return [{"task_id": task_id, "completion": text} for text in completions]


def test_columns(score, tmp_path):
    """Every file has the columns that others script against, a row a sample, tasks in order."""
    made = score(*answers(small.right(VOWELS), task_id=VOWELS), *answers(small.right(ADD), small.WRONG, ""))
    assert made.summary["verdicts"] == {"passed": 2, "failed": 1, "no-code": 1}
    assert made.summary["pass@k"].keys() == {"1"}
    rows = small.verdict_rows(tmp_path / "run")
    assert [(row["task_id"], row["sample"]) for row in rows] == [(ADD, 0), (ADD, 1), (ADD, 2), (VOWELS, 0)]
    assert list(rows[0]) == [
        "task_id", "sample", "passed", "reason", "form", "seconds", "cpu_seconds", "memory", "detail", "tier",
        "unsafe",
    ]  # fmt: skip
    assert rows[2] | {"detail": ""} == {
        "task_id": ADD, "sample": 2, "passed": False, "reason": "no-code", "form": "none", "seconds": 0.0,
        "cpu_seconds": 0.0, "memory": 0, "detail": "", "tier": "", "unsafe": False,
    }  # fmt: skip
    samples = small.read_lines(tmp_path / "run" / "samples.jsonl")
    assert samples[0] == {
        "task_id": ADD, "sample": 0, "completion": small.right(ADD), "program": small.solution(ADD),
        "extraction": {"rule": "", "cut": [0, 0]}, "tokens": None, "finish_reason": None,
    }  # fmt: skip
    [task, *_] = small.read_lines(tmp_path / "run" / "tasks.jsonl")
    assert task.keys() == {"task_id", "prompt", "tests", "reference", "group"}
    assert not (tmp_path / "run" / "verdicts.partial.jsonl").exists()


def test_tasks_without_samples(score):
    """Tasks that have no sample are in no number, and the summary says so."""
    made = score(*answers(small.right(ADD)))
    assert made.summary["n_tasks"] == 1
    [warning] = made.summary["warnings"]
    assert warning.startswith("2 of 3 tasks are in no number")


def test_own_samples_again(score, tmp_path):
    """The samples of a run, scored again, get the same verdicts and the same samples."""
    score(*answers(small.right(ADD), small.WRONG, "", f"```python\n{small.solution(ADD)}```"))
    score(*small.read_lines(tmp_path / "run" / "samples.jsonl"), out="again")
    assert small.settled(tmp_path / "again") == small.settled(tmp_path / "run")
    names = ("samples.jsonl", "summary.json")
    assert all((tmp_path / "again" / n).read_bytes() == (tmp_path / "run" / n).read_bytes() for n in names)


@pytest.mark.parametrize("decode", ["strict", "lenient", "published"])
def test_edit_answers(score, tmp_path, decode):
    """Edits of the references pass in each decoding; malformed ones are no code in strict alone."""
    rows = []
    for task_id in small.TASKS:
        [sequence] = reweave.edit_sequences([small.solution(task_id)], paths=1, seed=1)
        whole = codec.completion(reweave.encode(sequence))
        rows += answers(whole, "Here:\n" + whole.lstrip("\n"), task_id=task_id)
    score(*rows, decode=decode)
    verdicts = small.reasons(tmp_path / "run")
    assert {verdicts[task_id, 0] for task_id in small.TASKS} == {"passed"}
    assert {verdicts[task_id, 1] for task_id in small.TASKS} == (
        {"no-code"} if decode == "strict" else {"passed"}
    )


def test_bad_rows(score, tmp_path):
    """Bad rows are counted and kept with their reasons; the good ones are scored."""
    made = score("{", *answers(small.right(ADD)), {"task_id": "Small/none", "completion": ""})
    assert made.summary["rejects"] == {"invalid-json": 1, "unknown-task": 1}
    assert made.summary["verdicts"] == {"passed": 1}
    rejects = small.read_lines(tmp_path / "run" / "rejects.jsonl")
    assert [(row["id"], row["reason"]) for row in rejects] == [
        ("row 0", "invalid-json"),
        ("row 2", "unknown-task"),
    ]


def test_complete(score, tmp_path):
    """A run that is whole is not judged again, and says what it said."""
    first = score("{", *answers(small.right(ADD)))
    before = (tmp_path / "run" / "verdicts.parquet").stat().st_mtime_ns
    again = score("{", *answers(small.right(ADD)))
    assert again.was_complete
    assert (again.summary, [r.reason for r in again.rejects]) == (first.summary, ["invalid-json"])
    assert (tmp_path / "run" / "verdicts.parquet").stat().st_mtime_ns == before


def test_other_k_later(score, tmp_path):
    """A whole run gives other k without judging again."""
    rows = answers(small.right(ADD), small.WRONG, small.WRONG)
    score(*rows)
    again = score(*rows, k=[1, 3])
    assert again.was_complete
    assert {k: v["value"] for k, v in again.summary["pass@k"].items()} == {"1": 1 / 3, "3": 1.0}
    assert json.loads((tmp_path / "run" / "summary.json").read_text()) == again.summary


def test_k_above_n(score, tmp_path):
    """A k that a task has too few samples for is refused before anything is written; the task is named."""
    with pytest.raises(EstimateError, match=r"pass@3 needs 3 samples of each task; not so: Small/vowels$"):
        score(*answers(*["x"] * 3), *answers("x", "x", task_id=VOWELS), k=[1, 3])
    assert not (tmp_path / "run").exists()


def test_nothing_written_on_refusal(score, tmp_path):
    """What is refused at the start leaves no folder behind."""
    with pytest.raises(InputError, match=r"no sample of .* is of a task of this benchmark; its first row"):
        score({"task_id": "HumanEval/0", "completion": "x"})
    with pytest.raises(InputError, match=r"config\.json"):
        score(*answers("x"), model_config_file=str(tmp_path / "config.json"))
    with pytest.raises(InputError, match="no samples: give --samples FILE, or --model NAME"):
        evaluate(str(small.write_benchmark(tmp_path)), tmp_path / "run", EvalConfig(), Source())
    assert not (tmp_path / "run").exists()


def test_other_samples_refused(score):
    """Other samples do not go into a run that has verdicts."""
    score(*answers(small.right(ADD)))
    with pytest.raises(RunError, match=r"another configuration \(samples: "):
        score(*answers(small.WRONG))


def test_other_tests_refused(score, tmp_path):
    """A benchmark of the same tasks with other tests is another benchmark."""
    score(*answers(small.right(ADD)))
    other = tmp_path / "other"
    other.mkdir()
    changed = small.row(ADD, test="def check(candidate):\n    assert candidate(1, 2) == 4\n")
    rows = [changed, *(small.row(task_id) for task_id in (LARGEST, VOWELS))]
    with pytest.raises(RunError, match=r"another configuration \(tasks: "):
        score(*answers(small.right(ADD)), benchmark=small.write_benchmark(other, *rows))


def test_stopped_while_judging(score, tmp_path):
    """A run that an error ends while it judges goes on behind its last verdict."""
    rows = answers(*[small.WRONG, small.right(ADD)] * 10)
    path = small.write_lines(tmp_path / "samples.jsonl", rows)
    benchmark = str(small.write_benchmark(tmp_path))

    def stop(done, total):
        if done == 7:
            raise KeyboardInterrupt

    given = (benchmark, tmp_path / "run", EvalConfig(), Source(file=str(path)))
    with pytest.raises(KeyboardInterrupt):
        evaluate(*given, workers=1, report=stop)
    seen = []
    made = evaluate(*given, workers=1, report=lambda done, total: seen.append((done, total)))
    assert seen[0] == (8, 20)
    assert seen[-1] == (20, 20)
    assert made.summary["verdicts"] == {"failed": 10, "passed": 10}


def test_detail_that_no_file_holds(score, tmp_path):
    """What a program raises is shown as far as UTF-8 goes, and does not end the run."""
    program = "    raise ValueError('\\ud800' + chr(0) + chr(0x1b))\n"
    made = score(*answers(program, small.right(ADD)))
    assert made.summary["verdicts"] == {"failed": 1, "passed": 1}


def test_task_that_cannot_be_judged(score, tmp_path):
    """A task whose reference does not run is left out of all numbers, and named; the rest is scored."""
    columns = {
        "task_id": "Mbpp/10001", "prompt": '"""Double."""\n', "entry_point": "double", "base_input": [[1]],
        "canonical_solution": "\ndef double(x):\n    return 2 * x\n", "plus_input": [], "contract": "",
        "assertion": "", "atol": 0,
    }  # fmt: skip
    broken = columns | {"task_id": "Mbpp/10002", "canonical_solution": "\ndef double(x):\n    return y\n"}
    benchmark = small.write_lines(tmp_path / "plus.jsonl", [columns, broken])
    rows = [
        {"task_id": name, "solution": columns["canonical_solution"]} for name in ("Mbpp/10001", "Mbpp/10002")
    ]
    made = score(*rows, benchmark=benchmark)
    assert made.summary["verdicts"] == {"passed": 1}
    assert made.summary["rejects"] == {"reference-fails": 1}
    assert made.summary["warnings"] == ["1 of 2 tasks are in no number, for want of verdicts: Mbpp/10002"]
    assert not score(*rows, benchmark=benchmark).was_complete


def test_flops(score, tmp_path):
    """With a model's configuration and known tokens the summary has the FLOPs of a sample."""
    shape = {
        "model_type": "llama", "vocab_size": 100, "hidden_size": 16, "intermediate_size": 32,
        "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 64,
    }  # fmt: skip
    file = small.write_lines(tmp_path / "config.json", [shape])
    row = {"task_id": ADD, "completion": "x", "tokens": {"prompt": 10, "completion": 5}}
    made = score(row, model_config_file=str(file))
    assert made.summary["flops"]["n_samples"] == 1
    assert made.summary["flops"]["per_sample"] > 0
    assert made.summary["tokens"] == {"prompt": 10, "completion": 5}
