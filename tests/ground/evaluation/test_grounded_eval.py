"""Whole runs of ``reweave ground eval``: a scripted server answers, all else is real."""

import json
import os
import signal
import subprocess
import time

import pyarrow.parquet as pq
import pytest
import spec_bench as bench

from reweave.evaluate.run_files import read_run
from reweave.ground.evaluation.places import HEADING
from reweave.storage import read_rows
from reweave.view.report import write_report

CHOICES = {
    "none": ["--form", "none"],
    "summary-oracle": [],
    "example-value-free": ["--form", "example", "--leakage", "value-free"],
    "summary-noisy": ["--leakage", "noisy"],
}


def arguments(place, server, out, *more):
    return [
        "eval", place / "bench.jsonl", "--specs", place / "grounded.jsonl", "--model", "scripted",
        "--base-url", server.url, "-n", 4, "--workers", 2, "-o", out, *more,
    ]  # fmt: skip


def summary(run):
    return json.loads((run / "summary.json").read_text())


def prompts(server):
    return [each["prompt"] for each in server.requests()]


@pytest.fixture(scope="module")
def rows(spec_place):
    return {row["id"]: row for row in read_rows(spec_place / "grounded.jsonl")}


def test_references(rows):
    """Four of the five references have a trace; the fifth's context is another each time."""
    assert sorted(rows) == [bench.name(number) for number in bench.TRACED]


@pytest.mark.parametrize("cell", CHOICES)
def test_every_form(spec_place, rows, serve, tmp_path, cell):
    """The prompts hold the specification; verdicts are the benchmark's; every figure is as constructed."""
    server = serve(answers=bench.answers())
    done = bench.reweave(*arguments(spec_place, server, tmp_path / "run", *CHOICES[cell]))
    assert done.returncode == 0, done.stderr
    asked = prompts(server)
    assert len(asked) == 4 * len(bench.TRACED)
    form, _, leakage = cell.partition("-")
    for number in bench.TRACED:
        mine = [each for each in asked if bench.PROBLEMS[number][0] in each]
        assert len(mine) == 4
        assert all((HEADING in each) == (form != "none") for each in mine)
        if leakage == "oracle" and number != 5:
            assert all(f"{HEADING}\n{rows[bench.name(number)]['specs'][form]}\n\nA:" in each for each in mine)
    assert not any("dearest:" in each or "dearest is" in each for each in asked)
    if cell == "example-value-free":
        assert any("<int64>" in each for each in asked)

    made = summary(tmp_path / "run")
    assert made["verdicts"] == {"failed": 12, "passed": 4}
    assert made["pass@k"]["1"]["value"] == pytest.approx(0.25)
    assert made["rejects"] == {"not-deterministic": 1}
    grounded = made["grounded"]
    assert (grounded["tasks"], grounded["left_out"]) == (4, {"not-deterministic": 1})
    assert grounded["without_text"] == 0
    assert grounded["reasons"] == {"fails": 4, "ran": 12}
    values = {name: each["value"] for name, each in grounded["measures"].items()}
    assert values == pytest.approx(
        {
            "ran": 0.75,
            "ran-but-wrong": 0.5,
            "ran-but-wrong, of ran": 2 / 3,
            "type": 0.5,
            "summary": 0.4375,
            "example": 0.25,
            "type, of ran": 2 / 3,
            "summary, of ran": 1.75 / 3,
            "example, of ran": 1 / 3,
        }
    )
    assert grounded["measures"]["type"]["n_groups"] == 4


@pytest.fixture(scope="module")
def whole(spec_place, tmp_path_factory):
    """A run over samples that exist, which nothing disturbed."""
    place = tmp_path_factory.mktemp("samples")
    samples = [
        {"task_id": bench.name(number), "completion": f"```python\n{text}\n```"}
        for number in bench.TRACED
        for text in bench.PROBLEMS[number][-1]
    ]
    bench.write_lines(place / "samples.jsonl", samples)
    command = [
        "eval", spec_place / "bench.jsonl", "--specs", spec_place / "grounded.jsonl",
        "--samples", place / "samples.jsonl", "--workers", 1, "-o",
    ]  # fmt: skip
    done = bench.reweave(*command, place / "whole")
    assert done.returncode == 0, done.stderr
    return command, place / "whole", done.stdout + done.stderr


def test_adherence_of_each_sample(whole):
    """The contract says of each sample what was constructed, and what is broken in words."""
    found = {
        (each["task_id"], each["sample"]): each for each in bench.read_lines(whole[1] / "adherence.jsonl")
    }
    for number in bench.TRACED:
        for level, accepted in bench.ACCEPTED[number].items():
            said = [
                (found[bench.name(number), sample]["accepted"] or {}).get(level, False) for sample in range(4)
            ]
            assert said == list(map(bool, accepted)), (number, level)
        crash = found[bench.name(number), bench.CRASH]
        assert (crash["reason"], crash["accepted"]) == ("fails", None)
    assert found[bench.name(1), bench.RIGHT]["broken"] == []
    assert "expected" in found[bench.name(1), bench.OTHER]["broken"][0]
    verdicts = pq.read_table(whole[1] / "verdicts.parquet").to_pylist()
    assert {each["sample"] for each in verdicts if each["passed"]} == {bench.RIGHT}


def test_what_is_shown(whole, tmp_path):
    """The verb's table and the report's page have the figures, and tasks without a trace are named."""
    _, run, said = whole
    for words in ("ran but wrong", "50.0%", "adhere: summary", "43.8%", "DS-1000/4: not-deterministic"):
        assert words in said, said
    [page] = write_report([read_run(run)], tmp_path / "report.html")
    text = page.read_text()
    assert "adhere: example" in text
    assert "43.8 %" in text


def same(one, other):
    """Say whether two runs came to the same, but for what was measured of each program."""
    names = ("summary.json", "samples.jsonl", "adherence.jsonl", "rejects.jsonl", "tasks.jsonl")
    measured = ["seconds", "cpu_seconds", "memory"]
    tables = [pq.read_table(run / "verdicts.parquet").drop_columns(measured) for run in (one, other)]
    return all((one / n).read_bytes() == (other / n).read_bytes() for n in names) and tables[0].equals(
        tables[1]
    )


def test_killed(whole, tmp_path):
    """Killed by SIGKILL once some samples are judged, and once some have been run: the same bytes."""
    command, before, _ = whole
    run = tmp_path / "killed"
    for name in ("verdicts.partial.jsonl", "adherence.partial.jsonl"):
        process = subprocess.Popen(
            bench.command(*command, run), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not ((run / name).exists() and (run / name).stat().st_size):
            time.sleep(0.002)
        assert process.poll() is None, f"it was over before there was a {name}"
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = (run / "adherence.partial.jsonl").read_bytes()
    assert kept
    done = bench.reweave(*command, run)
    assert done.returncode == 0, done.stderr
    assert same(run, before)
    assert not (run / "adherence.partial.jsonl").exists()
    again = bench.reweave(*command, run)
    assert "was complete already" in again.stdout
    assert same(run, before)
    other = bench.reweave(*command, run, "--form", "type")
    assert other.returncode == 1
    assert "another configuration" in other.stderr


def test_written_by_the_model_first(spec_place, serve, tmp_path):
    """The model is asked for a specification, then for code with its words in the prompt; once each."""
    table = [{"prompt": "Do not solve it yet", "texts": ["Input: df is mine.\n\nOutput: result is a table."]}]
    server = serve(answers=[*table, *bench.answers()])
    run = tmp_path / "run"
    for _ in range(2):
        done = bench.reweave(*arguments(spec_place, server, run, "--leakage", "self"))
        assert done.returncode == 0, done.stderr
    asked = prompts(server)
    assert len(asked) == len(bench.TRACED) * 5
    shown = f"{HEADING}\nInput: df is mine.\nOutput: result is a table.\n\nA:"
    assert sum(shown in each for each in asked) == len(bench.TRACED) * 4
    assert summary(run)["grounded"]["leakage"] == "self"
    assert summary(run)["grounded"]["form"] is None


def test_given(spec_place, serve, tmp_path):
    """A user's words stand in the prompts; tasks that they say nothing of are left out, with the reason."""
    given = [{"task_id": bench.name(number), "spec": f"Mine for {number}."} for number in (1, 3)]
    bench.write_lines(tmp_path / "given.jsonl", given)
    server = serve(answers=bench.answers())
    more = ["--leakage", "given", "--given", tmp_path / "given.jsonl"]
    done = bench.reweave(*arguments(spec_place, server, tmp_path / "run", *more))
    assert done.returncode == 0, done.stderr
    assert sum(f"{HEADING}\nMine for 3.\n\nA:" in each for each in prompts(server)) == 4
    assert len(prompts(server)) == 8
    assert summary(tmp_path / "run")["grounded"]["left_out"] == {"not-deterministic": 1, "not-given": 2}


def test_samples_without_code(spec_place, tmp_path):
    """What is no code did not run; it is in all shares, and in none of those that ran."""
    right = bench.PROBLEMS[1][-1][bench.RIGHT]
    rows = [{"task_id": bench.name(1), "completion": text} for text in (right, "I cannot do that.")]
    bench.write_lines(tmp_path / "samples.jsonl", rows)
    done = bench.reweave(
        "eval", spec_place / "bench.jsonl", "--specs", spec_place / "grounded.jsonl",
        "--samples", tmp_path / "samples.jsonl", "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    grounded = summary(tmp_path / "run")["grounded"]
    assert grounded["reasons"] == {"no-code": 1, "ran": 1}
    assert grounded["measures"]["example"]["value"] == 0.5
    assert grounded["measures"]["example, of ran"]["value"] == 1.0


def test_rows_that_do_not_fit(spec_place, rows, tmp_path):
    """Rows of another text, cut values, rows that hold no answer: left out, each with its reason."""
    changed = [json.loads(json.dumps(rows[bench.name(number)])) for number in bench.TRACED]
    changed[0]["code"] += "# another"
    next(iter(changed[1]["inputs"].values()))["cut"] = True
    changed[2]["outputs"] = {"other": changed[2]["outputs"]["df"]}
    bench.write_lines(tmp_path / "grounded.jsonl", changed)
    right = {"task_id": bench.name(5), "completion": bench.PROBLEMS[5][-1][bench.RIGHT]}
    bench.write_lines(tmp_path / "samples.jsonl", [right])
    done = bench.reweave(
        "eval", spec_place / "bench.jsonl", "--specs", tmp_path / "grounded.jsonl",
        "--samples", tmp_path / "samples.jsonl", "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    left_out = summary(tmp_path / "run")["grounded"]["left_out"]
    assert left_out == {"another-text": 1, "cut-values": 1, "no-trace": 1, "not-traced": 1}
    refused = bench.reweave(
        "eval", spec_place / "bench.jsonl", "--specs", tmp_path / "samples.jsonl",
        "--samples", tmp_path / "samples.jsonl", "-o", tmp_path / "other",
    )  # fmt: skip
    assert refused.returncode == 1
    assert "none of reweave ground trace's" in refused.stderr


REAL = (5, 9, 12, 297, 361)
"""Problems of pandas and numpy; the references of the last three bind more than what is asked for."""


@pytest.mark.skipif(not os.environ.get("REWEAVE_DATA"), reason="REWEAVE_DATA names no folder of benchmarks")
def test_published(serve, tmp_path):
    """Problems of DS-1000 itself: references pass and keep to their own contracts, at every level."""
    from reweave.ground.run import ground
    from reweave.ground.trace.candidates import place_of
    from reweave.ground.trace.config import TraceConfig
    from reweave.tasks.sources import rows

    wanted = {f"DS-1000/{number}" for number in REAL}
    found = [
        row for _, row in rows(place_of("ds1000")) if f"DS-1000/{row['metadata']['problem_id']}" in wanted
    ]
    source = bench.write_lines(tmp_path / "part.jsonl", found)
    ground(str(source), tmp_path / "g.jsonl", TraceConfig(wall=20.0, same_calls=0, mutants=0), workers=2)
    texts = [
        {"prompt": row["prompt"][:200], "texts": [f"```python\n{row['reference_code']}\n```"]}
        for row in found
    ]
    server = serve(answers=texts)
    done = bench.reweave(
        "eval", source, "--specs", tmp_path / "g.jsonl", "--model", "scripted", "--base-url", server.url,
        "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = summary(tmp_path / "run")
    assert made["verdicts"] == {"passed": len(REAL)}
    values = {name: each["value"] for name, each in made["grounded"]["measures"].items()}
    assert (values["ran"], values["example"], values["ran-but-wrong"]) == (1.0, 1.0, 0.0)
    assert all(HEADING in each for each in prompts(server))
