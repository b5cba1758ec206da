"""The whole ablation: a scripted server answers, all else is real; killed and started again."""

import json
import random
import signal
import subprocess
import time

import pytest
import spec_bench as bench

import in_process
from reweave.ground.evaluation.places import HEADING

BETTER = (1, 2, 3)  # problems that are always solved where a specification is shown
LEVELS = ("oracle", "value-free")
FORMS = ("summary",)
CELLS = ["none", *(f"{form}-{level}" for level in LEVELS for form in FORMS)]


def arguments(place, server, *more):
    levels = [word for level in LEVELS for word in ("--leakage", level)]
    levels += [word for form in ("none", *FORMS) for word in ("--form", form)]
    return [
        "ablation", place / "bench.jsonl", "--specs", place / "grounded.jsonl", "--model", "scripted",
        "--base-url", server.url, "-n", 4, "--workers", 2, *levels, *more, "-o",
    ]  # fmt: skip


def results(out):
    return json.loads((out / "results.json").read_text())


@pytest.fixture
def whole(spec_place, serve, tmp_path):
    """A run that nothing disturbed: its command, its folder, what it printed, its server."""
    server = serve(answers=bench.answers(BETTER))
    command = arguments(spec_place, server)
    done = bench.reweave(*command, tmp_path / "whole")
    assert done.returncode == 0, done.stderr
    return command, tmp_path / "whole", done.stdout, server


def check_table(out, said):
    made = results(out)
    assert [(row["model"], row["cell"]) for row in made["cells"]] == [("model", cell) for cell in CELLS]
    assert (made["n_tasks"], made["left_out"]) == (4, {"not-deterministic": 1})
    values = {row["cell"]: row["pass@k"]["1"]["value"] for row in made["cells"]}
    assert values == pytest.approx(dict.fromkeys(CELLS, (3 + 0.25) / 4) | {"none": 0.25})
    wrong = {row["cell"]: row["measures"]["ran-but-wrong"]["value"] for row in made["cells"]}
    assert wrong == dict.fromkeys(CELLS, 0.125) | {"none": 0.5}
    told = {(row["run"], row["measure"]): row for row in made["differences"]}
    assert len(told) == len(made["differences"]) == (len(CELLS) - 1) * 5
    first = told["model/summary-oracle", "pass@1"]
    assert first["difference"] == pytest.approx(0.5625)
    assert first["against"] == "model/none"
    assert first["n_tasks"] == 4
    assert first["corrected_for"] == len(CELLS) - 1
    assert first["p"] < first["p_corrected"] <= 1
    assert told["model/summary-oracle", "ran-but-wrong"]["difference"] == pytest.approx(-0.375)
    report = (out / "report.md").read_text()
    for words in (
        "4 tasks, the same in all cells",
        "not-deterministic 1",
        "| model | none | 0.250 [",
        "+0.562",
    ):
        assert words in report
    assert "summary-oracle" in said


def check_prompts(server):
    """Without a form nothing is shown; the same tasks, seeds and number of samples in every cell."""
    asked = server.requests()
    assert len(asked) == len(CELLS) * 4 * len(bench.TRACED)
    assert sum(HEADING not in each["prompt"] for each in asked) == 4 * len(bench.TRACED)
    assert {each["seed"] for each in asked} == {0, 1, 2, 3}


def check_killed(command, out):
    """Killed by SIGKILL at drawn moments and started again: the same bytes."""
    killed, drawn, kills = out.parent / "killed", random.Random(5), 0
    for _ in range(4):
        process = subprocess.Popen(
            bench.command(*command, killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 2 + drawn.random() * 6
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills > 1, "it was too quick to be killed"
    done = bench.reweave(*command, killed)
    assert done.returncode == 0, done.stderr
    names = ["results.json", "report.md"]
    files = ("summary.json", "samples.jsonl", "adherence.jsonl", "rejects.jsonl")
    names += [f"model/{cell}/{name}" for cell in CELLS for name in files]
    for name in names:
        assert (killed / name).read_bytes() == (out / name).read_bytes(), name


@pytest.mark.slow
def test_all_cells(whole):
    """The table, the prompts, a run that was killed, one that is complete, one of other settings."""
    command, out, said, server = whole
    check_table(out, said)
    check_prompts(server)
    before = (out / "results.json").read_bytes()
    again = bench.reweave(*command, out)
    assert (again.returncode, again.stdout) == (0, said)
    assert (out / "results.json").read_bytes() == before
    check_prompts(server)
    other = in_process.reweave("ground", *command, out, "-n", 2)
    assert other.returncode == 1
    assert "another configuration" in other.stderr
    check_killed(command, out)


def test_samples_that_exist(spec_place, tmp_path):
    """A folder of samples is scored without a model; a cell without its file is named."""
    folder = tmp_path / "samples"
    folder.mkdir()
    rows = [
        {"task_id": bench.name(number), "completion": text}
        for number in bench.TRACED
        for text in bench.PROBLEMS[number][-1]
    ]
    bench.write_lines(folder / "none.jsonl", rows)
    command = [
        "ablation", spec_place / "bench.jsonl", "--specs", spec_place / "grounded.jsonl", "--form", "type",
        "--samples", folder, "--workers", 2, "-o", tmp_path / "out",
    ]  # fmt: skip
    refused = bench.reweave(*command)
    assert refused.returncode == 1
    assert "type-oracle.jsonl" in refused.stderr
    bench.write_lines(folder / "type-oracle.jsonl", rows[::4])
    done = bench.reweave(*command)
    assert done.returncode == 0, done.stderr
    values = {row["cell"]: row["pass@k"]["1"]["value"] for row in results(tmp_path / "out")["cells"]}
    assert values == pytest.approx({"none": 0.25, "type-oracle": 1.0})


def test_nobody_to_ask(spec_place, tmp_path):
    """Without a model, samples or a training there is nothing to do, and it is said."""
    command = ["ablation", spec_place / "bench.jsonl", "--specs", spec_place / "grounded.jsonl"]
    for more, said in (
        ([], "whom to ask?"),
        (["--base", "x"], "go together"),
        (["--train", tmp_path, "--base", "x"], "none.jsonl"),
        (["--leakage", "given", "--model", "x"], "goes with leakage given"),
    ):
        done = in_process.reweave("ground", *command, *more, "-o", tmp_path / "out")
        assert done.returncode == 1
        assert said in done.stderr, done.stderr
