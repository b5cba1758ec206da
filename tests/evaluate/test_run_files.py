"""Run directories as the report reads them: whole, damaged, unfinished, of another version."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from runs import write_run

from reweave.errors import RunError
from reweave.evaluate.run_files import read_run


def test_whole_run(tmp_path: Path) -> None:
    """Every task, verdict and sample is there, in the run's order, and nothing is noted."""
    run = read_run(write_run(tmp_path / "a", tasks=7, samples=4, groups=2, ks=(4, 1)))
    assert run.notes == ()
    assert list(run.tasks) == [f"Synthetic/{i}" for i in range(7)]
    assert sum(map(len, run.reasons().values())) == run.table.num_rows == 28
    for task in run.tasks:
        assert [row["sample"] for row in run.verdicts(task)] == [0, 1, 2, 3]
        assert [row["reason"] for row in run.verdicts(task)] == run.reasons()[task]
        assert {number: row["sample"] for number, row in run.samples(task).items()} == {
            n: n for n in range(4)
        }
        assert all(row["task_id"] == task for row in run.samples(task).values())
    assert [figure.k for figure in run.pass_at_k] == [1, 4]
    assert (run.name, run.benchmark, run.unsafe, run.flops) == ("a", "synthetic", False, 2.4e12)


def test_damaged_lines_cost_their_text_only(tmp_path: Path) -> None:
    """Lines that cannot be read are named in a note; every verdict and every other text stays."""
    folder = write_run(tmp_path, tasks=3, samples=2)
    lines = (folder / "samples.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:40] + b"\n"
    lines[3] = b"\xff\xfe not even text\n"
    lines[4] = b'["no object"]\n'
    (folder / "samples.jsonl").write_bytes(b"".join(lines)[:-20])  # and a line that was being written
    (folder / "tasks.jsonl").write_text('{"prompt": "no id"}\n', encoding="utf-8")
    run = read_run(folder)
    assert len(run.tasks) == 3
    assert run.table.num_rows == 6
    assert {task: list(run.samples(task)) for task in run.tasks} == {
        "Synthetic/0": [0],
        "Synthetic/1": [0],
        "Synthetic/2": [],
    }
    told = "\n".join(run.notes)
    assert "tasks.jsonl: line 1 cannot be read" in told
    assert "samples.jsonl: lines 2, 4, 5, 6 cannot be read: 4 in all" in told
    assert "no readable line for 4 of 6 verdicts" in told


def test_missing_texts_are_noted(tmp_path: Path) -> None:
    """Without tasks.jsonl and samples.jsonl there still is a run, which says what is missing."""
    folder = write_run(tmp_path, tasks=3, samples=2)
    (folder / "tasks.jsonl").unlink()
    (folder / "samples.jsonl").unlink()
    run = read_run(folder)
    assert list(run.tasks) == ["Synthetic/0", "Synthetic/1", "Synthetic/2"]
    assert run.samples("Synthetic/0") == {}
    assert [note.split()[0] for note in run.notes] == ["tasks.jsonl", "samples.jsonl"]


def test_files_of_two_runs_are_noted(tmp_path: Path) -> None:
    """A summary that counts other verdicts than the table holds is not passed over."""
    folder = write_run(tmp_path / "a", tasks=3, samples=2)
    other = write_run(tmp_path / "b", tasks=4, samples=2)
    (other / "summary.json").replace(folder / "summary.json")
    assert any("of another run" in note for note in read_run(folder).notes)


def test_task_without_samples(tmp_path: Path) -> None:
    """A task that nobody answered has no verdicts and no samples, and is a task."""
    folder = write_run(tmp_path, tasks=2, samples=2)
    with (folder / "tasks.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"task_id": "alone"}\n')
    run = read_run(folder)
    assert run.reasons()["alone"] == []
    assert run.verdicts("alone") == []
    assert run.samples("alone") == {}


def nothing(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def no_summary(folder: Path) -> None:
    (folder / "summary.json").unlink()


def cut_summary(folder: Path) -> None:
    (folder / "summary.json").write_text('{"task": "x"', encoding="utf-8")


def other_version(folder: Path) -> None:
    (folder / "summary.json").write_text(
        json.dumps({"task": "x", "n_tasks": 1, "pass@k": {"1": 0.5}, "versions": {"reweave": "7.0"}}),
        encoding="utf-8",
    )


def other_figures(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    (folder / "summary.json").write_text(json.dumps(summary | {"pass@k": {"1": 0.5}}), encoding="utf-8")


def no_object(folder: Path) -> None:
    (folder / "summary.json").write_text("[]", encoding="utf-8")


def no_verdicts(folder: Path) -> None:
    (folder / "verdicts.parquet").unlink()


def cut_verdicts(folder: Path) -> None:
    data = (folder / "verdicts.parquet").read_bytes()
    (folder / "verdicts.parquet").write_bytes(data[: len(data) // 2])


def other_columns(folder: Path) -> None:
    table = pq.read_table(folder / "verdicts.parquet").drop_columns(["reason", "passed"])
    pq.write_table(table, folder / "verdicts.parquet")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (nothing, "is no run directory of reweave eval.*give the folder after its -o"),
        (no_summary, "no summary.json: the run is not finished, and the same reweave eval command goes on"),
        (cut_summary, "cannot read .*summary.json.*remove it"),
        (
            other_version,
            r"n_samples, verdicts, pass@k. It was written by reweave 7.0, .*reweave eval TASK --samples",
        ),
        (other_figures, r"of another kind: pass@k.*written by reweave 0.1.0"),
        (no_object, "of another kind: task.*reweave unknown"),
        (no_verdicts, "no verdicts.parquet: the same reweave eval command makes it again"),
        (cut_verdicts, "verdicts.parquet is damaged.*remove it"),
        (other_columns, "lacks the columns passed, reason: another version wrote it.*--samples"),
    ],
)
def test_what_is_no_run_is_refused(tmp_path: Path, spoil: Callable[[Path], None], says: str) -> None:
    """Each kind of folder that cannot be read is refused with what is wrong and what to do."""
    spoil(write_run(tmp_path, tasks=2, samples=2))
    with pytest.raises(RunError, match=says):
        read_run(tmp_path)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    """A path that is nothing, or a file, is refused likewise."""
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="is a file: give the run directory"):
        read_run(tmp_path / "file")
    with pytest.raises(RunError, match="does not exist: give the run directory"):
        read_run(tmp_path / "none")
