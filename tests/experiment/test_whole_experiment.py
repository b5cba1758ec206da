"""The whole experiment, as small as it can be, by the command; ended by SIGKILL on the way, and finished."""

import json
import signal
import subprocess
import sys
import time

import pytest

from preloaded import Preloaded

pytest.importorskip("torch", reason="needs the extra train")

SMALL = {
    "train_tasks": 60,
    "heldout_tasks": 4,
    "forms": '["short"]',
    "pretrain_preset": "pico",
    "pretrain_source": "package:json",
    "pretrain_tokens": 8_000,
    "vocabulary": 500,
    "context": 256,
    "tune_steps": 8,
    "tune_tokens": 1_000,
    "samples": 5,
    "max_tokens": 60,
    "checked": 1,
}


def start(folder):
    sets = [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]
    return Preloaded("experiment", "--size", "cpu", "-o", folder, *sets)


@pytest.mark.slow
def test_killed_and_finished(tmp_path):
    folder = tmp_path / "experiment"
    process = start(folder)
    while not (folder / "stages" / "tune-lintseq-short.json").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = {path: path.stat().st_mtime_ns for path in (folder / "stages").iterdir()}
    process = start(folder)
    shown, told = process.communicate()
    assert process.returncode == 0, told
    assert all(path.stat().st_mtime_ns == at for path, at in done.items())
    assert "tuning instruct" not in told
    assert "Whole programs or edit sequences?" in shown
    made = json.loads((folder / "results.json").read_text())
    assert [run["run"] for run in made["runs"]] == [
        "instruct-plain",
        "lintseq-short-strict",
        "lintseq-short-lenient",
        "randseq-short-strict",
        "randseq-short-lenient",
        "lintseq-short-checked-strict",
        "lintseq-short-checked-lenient",
    ]
    for run in made["runs"]:
        assert run["pass@k"].keys() == {"1", "5"}
        assert all(each["n_tasks"] == 4 and each["min_n"] == 5 for each in run["pass@k"].values())
        assert abs(run["trained_tokens"] - 8_000) < 100
        assert sum(run["verdicts"].values()) == 20
    assert {claim["k"] for claim in made["claims"]} == {1, 5}
    assert len(made["claims"]) == 8
    pages = {"report.md", "report.html", "figures", "heldout.jsonl", "pairs.jsonl"}
    assert pages <= {path.name for path in folder.iterdir()}
    again = start(folder)
    again.communicate()
    assert json.loads((folder / "results.json").read_text()) == made
    refused = subprocess.run(
        [sys.executable, "-m", "reweave", "experiment", "--size", "smoke", "-o", str(folder)],
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "begun with another configuration" in refused.stderr
