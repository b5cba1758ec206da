"""Runs in the forms of other tools: what is in each line, and that nothing goes missing unsaid."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from runs import write_run

from reweave.errors import InputError, RowError
from reweave.evaluate.exports import export, read_solutions
from reweave.evaluate.run_files import RunFiles, read_run
from reweave.evaluate.statistics.pass_at_k import task_pass_at_k


@pytest.fixture
def run(tmp_path: Path) -> RunFiles:
    return read_run(
        write_run(tmp_path / "run", tasks=20, samples=10, names="HumanEval/{}", benchmark="human eval")
    )


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_evalplus_is_read_back(run: RunFiles, tmp_path: Path) -> None:
    """Each sample comes back in order with its program, one without code as an empty one."""
    done = export(run, "evalplus", tmp_path / "new" / "samples.jsonl")
    expected = [
        (task, sample["program"] or "") for task in run.tasks for sample in run.samples(task).values()
    ]
    assert list(read_solutions(done.paths[0])) == expected
    assert all(set(row) == {"task_id", "solution"} for row in rows(done.paths[0]))
    without = run.summary["verdicts"].get("no-code", 0) + run.summary["verdicts"].get("not-sampled", 0)
    assert (done.samples, done.empty, done.left_out) == (200, without, 0)
    assert without > 0


def test_bigcodebench_keeps_the_raw_answer(run: RunFiles, tmp_path: Path) -> None:
    """A line has the program and the answer that it was taken from."""
    done = export(run, "bigcodebench", tmp_path / "samples.jsonl")
    samples = [sample for task in run.tasks for sample in run.samples(task).values()]
    assert rows(done.paths[0]) == [
        {
            "task_id": sample["task_id"],
            "solution": sample["program"] or "",
            "raw_solution": sample["completion"],
        }
        for sample in samples
    ]


def test_lm_eval_results_and_samples(run: RunFiles, tmp_path: Path) -> None:
    """The results hold the summary's figures by the harness's names, the samples a line for each task."""
    done = export(run, "lm-eval", tmp_path / "results_2026.json")
    assert [path.name for path in done.paths] == ["results_2026.json", "samples_human_eval_2026.jsonl"]
    results = json.loads(done.paths[0].read_text(encoding="utf-8"))
    metrics = results["results"]["human_eval"]
    for k, figure in run.summary["pass@k"].items():
        assert metrics[f"pass@{k},none"] == figure["value"]
        assert metrics[f"pass@{k}_stderr,none"] == figure["stderr"]
        assert results["higher_is_better"]["human_eval"][f"pass@{k}"] is True
    assert metrics["alias"] == "human eval"
    assert results["n-samples"] == {"human_eval": {"original": 20, "effective": 20}}
    assert results["config"]["model"] == run.model
    assert set(results["configs"]) == set(results["versions"]) == set(results["n-shot"]) == {"human_eval"}

    lines = rows(done.paths[1])
    assert [line["doc_id"] for line in lines] == list(range(20))
    for task, line in zip(run.tasks, lines, strict=True):
        samples = run.samples(task).values()
        assert line["doc"]["task_id"] == task
        assert line["target"] == run.tasks[task]["tests"]
        assert line["arguments"] == {"gen_args_0": {"arg_0": run.tasks[task]["prompt"]}}
        assert line["resps"] == [[sample["completion"] for sample in samples]]
        assert line["filtered_resps"] == [[sample["program"] or "" for sample in samples]]
        judged = [reason for reason in run.reasons()[task] if reason != "not-sampled"]
        assert line["pass@1"] == float(task_pass_at_k([len(judged)], [judged.count("passed")], 1)[0])
        assert (line["pass@10"] is None) == (len(judged) < 10)
        assert line["prompt_hash"] == hashlib.sha256(run.tasks[task]["prompt"].encode()).hexdigest()
        assert line["metrics"] == ["pass@1", "pass@2", "pass@5", "pass@10"]
        assert line["filter"] == "none"
    said = "".join(line["doc_hash"] + line["prompt_hash"] + line["target_hash"] for line in lines)
    assert results["task_hashes"] == {"human_eval": hashlib.sha256(said.encode()).hexdigest()}


def test_no_interval_is_not_available(tmp_path: Path) -> None:
    """Where there is no standard error the harness's own word for it stands."""
    run = read_run(write_run(tmp_path / "run", tasks=1, samples=1, ks=(1,), benchmark="b"))
    done = export(run, "lm-eval", tmp_path / "r.json")
    assert (
        json.loads(done.paths[0].read_text(encoding="utf-8"))["results"]["b"]["pass@1_stderr,none"] == "N/A"
    )


@pytest.mark.parametrize("form", ["evalplus", "bigcodebench", "lm-eval"])
def test_damaged_samples_are_counted(tmp_path: Path, form: str) -> None:
    """A sample whose line cannot be read is left out of every form, and counted."""
    folder = write_run(tmp_path / "run", tasks=2, samples=3)
    lines = (folder / "samples.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "samples.jsonl").write_text("".join([*lines[:4], "{\n", lines[5]]), encoding="utf-8")
    done = export(read_run(folder), form, tmp_path / "out.json")
    assert (done.samples, done.left_out) == (5, 1)


def test_unknown_form_is_refused(run: RunFiles, tmp_path: Path) -> None:
    """The error names the forms that there are."""
    with pytest.raises(InputError, match="no export 'csv'; there are evalplus, bigcodebench, lm-eval"):
        export(run, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_solution_is_refused(tmp_path: Path) -> None:
    """The reader names the line that is no solution."""
    path = tmp_path / "samples.jsonl"
    path.write_text('{"task_id": "a", "solution": "x"}\n\n{"task_id": "b"}\n', encoding="utf-8")
    with pytest.raises(RowError, match="line 3: needs the texts"):
        list(read_solutions(path))
    path.write_text("{\n", encoding="utf-8")
    with pytest.raises(RowError, match=r"invalid-json.*line 1"):
        list(read_solutions(path))
