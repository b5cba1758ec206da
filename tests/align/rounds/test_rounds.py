"""The whole loop: a scripted server plays the models, the sandbox, the training and the gate are real."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra train")
sys.path.insert(0, str(Path(__file__).parent))
import rounds_script as script

ENV = os.environ | {"COLUMNS": "120", "OPENAI_API_KEY": "", "OMP_NUM_THREADS": "1"}


def start(command, out):
    return subprocess.Popen(
        [*command, "-o", str(out)], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing disturbed: its command, its folder, what it printed."""
    place = tmp_path_factory.mktemp("rounds")
    command = script.write(place)
    process = start(command, place / "whole")
    said, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return command, place / "whole", said, errors


def told(out):
    return json.loads((out / "rounds.json").read_text())


@pytest.mark.slow
def test_two_rounds_and_the_gate(whole):
    """The first round's model is taken, the second's is not, and the rounds end; both with their reasons."""
    _, out, said, errors = whole
    made = told(out)
    first, second = made["rounds"]
    assert made["first"]["value"] == 0.0
    assert (first["generator"], second["generator"]) == (0, 1)  # the better model makes the next data
    assert first["gate"]["accepted"]
    assert (first["gate"]["before"], first["gate"]["after"]) == (0.0, 0.75)
    assert not second["gate"]["accepted"]
    assert second["gate"]["after"] == 0.25
    assert made["best"]["round"] == 1
    assert made["ended"] == "the gate refused 1 in a row, and patience is 1"
    for each in made["rounds"]:
        assert each["why"] in said
        stages = {stage["stage"]: stage for stage in each["stages"]}
        for stage in stages.values():
            gone = sum(stage["rejected"].values()) + sum(stage["failed"].values())
            assert stage["read"] == stage["kept"] + gone
        assert each["rows"] == stages["pairs"]["kept"] > 0
    assert "The best model stays round 1's model." in second["why"]
    assert "round 2: training on" in errors
    assert not (out / "round-3").exists()


@pytest.mark.slow
def test_what_is_trained_on(whole):
    """Each round trains on its own rows, and on the share of earlier ones that was asked for."""
    _, out, _, _ = whole
    first, second = told(out)["rounds"]
    assert first["training"]["rows"] == {"new": first["rows"], "earlier": 0, "also": 0}
    assert second["training"]["rows"]["earlier"] == round(second["rows"] / 3)
    rows = [json.loads(line) for line in (out / "round-2" / "training.jsonl").read_text().splitlines()]
    assert len(rows) == sum(second["training"]["rows"].values())
    assert all(row["prompt"] and row["completion"] for row in rows)
    trained = json.loads((out / "round-2" / "model" / "train.json").read_text())
    assert trained["rows"]["trained"] == len(rows)
    assert second["training"]["trained_tokens"] == trained["trained_tokens"] > 0


@pytest.mark.slow
def test_killed(whole):
    """Killed by SIGKILL at drawn moments and started again: the same bytes, and no server is left."""
    command, out, _, _ = whole
    killed, drawn, states = out.parent / "killed", random.Random(3), []
    for _ in range(2):
        process = start(command, killed)
        time.sleep(1 + drawn.random() * 9)
        if process.poll() is None:
            states.append(sorted(p.name for p in killed.glob("round-*/*")))
            process.send_signal(signal.SIGKILL)
        process.communicate()
    assert states, "it was too quick to be killed"
    process = start(command, killed)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    assert (killed / "rounds.json").read_bytes() == (out / "rounds.json").read_bytes()
    for number in (1, 2):
        for name in (
            "training.jsonl",
            "data/pairs/rows.jsonl",
            "data/funnel.json",
            "model/model.safetensors",
        ):
            one, other = (folder / f"round-{number}" / name for folder in (killed, out))
            assert one.read_bytes() == other.read_bytes(), name
    until = time.monotonic() + 30
    while (left := servers(out.parent)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left


def servers(place):
    """Give the command lines of the servers that are running for a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if b"server.py" in line and str(place).encode() in line:
            found.append(line)
    return found


@pytest.mark.slow
def test_started_again(whole):
    """A run that is there is shown, without a server; with other settings it is refused."""
    command, out, said, _ = whole
    asked = (out.parent / "asked.jsonl").stat().st_size
    process = start(command, out)
    again, errors = process.communicate(timeout=120)
    assert (process.returncode, again) == (0, said), errors
    assert (out.parent / "asked.jsonl").stat().st_size == asked
    process = start([*command, "--set", "rounds.earlier=0.5"], out)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "earlier" in errors


def test_refused_at_once(tmp_path):
    """What could not be used when its turn comes is refused before a server starts."""
    from reweave.align.rounds.config import make_settings
    from reweave.errors import InputError

    good = {
        "input": "seeds.jsonl",
        "clean": {"against": []},
        "rounds": {"model": "base"},
        "evaluate": {"benchmark": "humaneval"},
    }
    make_settings(good)
    for key, value, said in (
        ("evaluate", {}, "which benchmark"),
        ("evaluate", {"benchmark": "humaneval", "n": 0}, "n: Input should be"),
        ("rounds", {"model": "base", "k": 5}, "pass@5 needs 5 samples"),
        ("rounds", {"model": "base", "gate": "none"}, "gate"),
        ("train", {"learning_rate": -1}, "learning_rate"),
        ("train", {"preset": "none"}, "no preset 'none'"),
        ("serve", {"command": ["vllm", "serve", "{model}"]}, "no {port}"),
        ("responses", {"n": 0}, "responses"),
        ("stages", ["concepts"], "'pairs'"),
        ("input", None, "what does it begin with"),
        ("train", 3, "train is a table"),
    ):
        with pytest.raises(InputError) as caught:
            make_settings({**good, key: value})
        assert said in str(caught.value)
