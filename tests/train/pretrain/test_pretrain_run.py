"""Whole runs, in processes of their own: trained, killed, taken up, spread over two processes."""

import json
import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra train is not installed")
pytest.importorskip("accelerate", reason="the extra train is not installed")

import torch

from reweave.errors import RunError
from reweave.model_folder import ModelFormat, read_format
from reweave.train.pretrain import PretrainConfig, pretrain
from reweave.train.pretrain.config import PlaceConfig
from reweave.train.pretrain.windows import Windows

VERB = ("-m", "reweave", "train", "pretrain", "--device", "cpu", "--preset", "pico", "--precision", "fp32",
        "--set", "log_every=2")  # fmt: skip


@pytest.fixture(scope="module")
def rows(tmp_path_factory, texts):
    """Documents of a few lines, so that some are held out."""
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    pieces = [text[place : place + 600] for text in texts for place in range(0, len(text), 600)]
    path.write_text(
        "".join(json.dumps({"id": f"p{n}", "text": piece}) + "\n" for n, piece in enumerate(pieces))
    )
    return path


@pytest.fixture(scope="module")
def given(rows):
    """Arguments of a run of 40 steps."""
    return (
        *VERB,
        "--source",
        rows,
        "--tokens",
        "41k",
        "--save-every",
        "4",
        "--eval-every",
        "10",
        "--held-out",
        "0.05",
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory, given):
    """A run that nothing happened to, and what it printed."""
    import os
    import subprocess

    out = tmp_path_factory.mktemp("whole") / "run"
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", *map(str, given), "-o", out],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def weights(run):
    return (run / "model" / "model.safetensors").read_bytes()


def test_what_a_run_leaves(whole, curve):
    """Curve, summary, tensorboard files, licence of nothing, and a table that says it."""
    run, printed = whole
    summary = json.loads((run / "manifest.json").read_text())
    assert summary["steps"] == 40
    assert summary["tokens"] == 40 * 8 * 128
    assert summary["versions"]["torch"] == torch.__version__
    assert summary["tokens_per_second"] > 0
    assert summary["mfu"] > 0
    lines = curve(run)
    losses = [line["loss"] for line in lines if "loss" in line]
    assert [line["step"] for line in lines if "loss" in line] == list(range(2, 41, 2))
    assert losses[-1] < losses[0] - 1
    assert [line["step"] for line in lines if "bits_per_byte" in line] == [10, 20, 30, 40]
    assert lines[-1]["bits_per_byte"] == summary["held_out"]["bits_per_byte"]
    assert list((run / "tensorboard").glob("events.out.tfevents.*"))
    assert f"{summary['held_out']['bits_per_byte']:.4f} bits a byte" in printed
    assert "40,960 tokens in 40 steps" in printed


def test_the_model_folder_loads_and_writes(whole):
    """It loads in transformers by the folder's name; reweave.json says that it writes programs."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = whole[0] / "model"
    assert read_format(folder) == ModelFormat(writes="program")
    assert not list(folder.glob("*.bin"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.config.eos_token_id == model.generation_config.eos_token_id == tokenizer.eos_token_id == 0
    assert model.config.bos_token_id is None
    prompt = tokenizer("def ", return_tensors="pt", return_token_type_ids=False)
    assert model.generate(**prompt, max_new_tokens=5, do_sample=False).shape[1] > prompt["input_ids"].shape[1]


def test_held_out_loss_is_the_models(whole):
    """Bits per byte, computed anew from the saved model, shard and texts."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run, _ = whole
    summary = json.loads((run / "manifest.json").read_text())["held_out"]
    tokenizer = AutoTokenizer.from_pretrained(run / "model")
    model = AutoModelForCausalLM.from_pretrained(run / "model").eval()
    windows = Windows(sorted((run / "shards").glob("held-out-*.npy")), 128, 1)
    nats, targets = 0.0, []
    for number in range(len(windows)):
        window = windows[number]
        valid = window["labels"] >= 0
        with torch.no_grad():
            logits = model(input_ids=window["input_ids"][None]).logits[0, valid]
        picked = logits.double().log_softmax(-1).gather(1, window["labels"][valid][:, None])
        nats -= picked.sum().item()
        targets += window["labels"][valid].tolist()
    text = tokenizer.decode([token for token in targets if token != 0])
    assert len(text.encode()) == summary["bytes"]
    assert len(targets) == summary["tokens"]
    assert nats / len(targets) == pytest.approx(summary["loss"], rel=1e-5)
    assert nats / 0.6931471805599453 / len(text.encode()) == pytest.approx(summary["bits_per_byte"], rel=1e-5)


def test_complete_and_other_configurations(whole, given, rows, finish, start):
    """A complete run is told again and not trained again; another configuration in its folder is refused."""
    run, printed = whole
    before = weights(run)
    assert finish(*given, "-o", run) == printed
    assert weights(run) == before
    process = start(*given, "-o", run, "--seed", 1)
    _, error = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "seed: 0 before, 1 now" in error


@pytest.mark.slow
def test_killed_while_training_same_curve(whole, given, start, finish, curve, tmp_path):
    """SIGKILL while a checkpoint is being written, and later: same curve and weights, to the bit."""
    run = tmp_path / "run"
    for step in (4, 20):
        process = start(*given, "-o", run)
        # The folder of a checkpoint is there before the checkpoint is whole
        while not (run / f"checkpoints/checkpoint-{step}").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.002)
        if step == 20:
            while not (run / f"checkpoints/checkpoint-{step}/complete").exists():
                time.sleep(0.002)
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (run / "manifest.json").exists()
    finish(*given, "-o", run)
    assert curve(run) == curve(whole[0])
    assert weights(run) == weights(whole[0])


@pytest.mark.slow
def test_micro_batches(whole, given, finish, curve, tmp_path):
    """The batch is the batch: in smaller pieces, the curve changes no more than rounding."""
    finish(*given, "-o", tmp_path / "again", "--micro-batch", 2)
    for one, two in zip(curve(tmp_path / "again"), curve(whole[0]), strict=True):
        assert one == pytest.approx(two, rel=2e-3)


@pytest.mark.slow
def test_two_processes_same_losses(whole, given, finish, curve, tmp_path):
    """Under accelerate launch on two processes, the curve is that of one within float tolerance."""
    launch = ("-m", "accelerate.commands.launch", "--cpu", "--num_processes", 2, "--num_machines", 1,
              "--mixed_precision", "no", "--dynamo_backend", "no")  # fmt: skip
    finish(*launch, *given, "-o", tmp_path / "run", launcher=())
    one, two = curve(whole[0]), curve(tmp_path / "run")
    assert len(one) == len(two)
    for left, right in zip(one, two, strict=True):
        assert left == pytest.approx(right, rel=2e-3)


def test_in_process(rows, tmp_path):
    """The function: progress is told; another seed gives other weights over the same tokenizer."""
    config = PretrainConfig(
        sources=(str(rows),), preset="pico", tokens=4096, vocabulary=400, tokenizer_bytes=20_000, held_out=0.0
    )
    told = []
    made = pretrain(config, tmp_path / "one", PlaceConfig(device="cpu"), lambda *what: told.append(what))
    assert made.summary["held_out"] is None
    assert {stage for stage, _, _ in told} >= {"documents"}
    again = config.model_copy(update={"tokenizer": str(made.model), "seed": 3})
    other = pretrain(again, tmp_path / "two", PlaceConfig(device="cpu"))
    assert weights(tmp_path / "one") != weights(tmp_path / "two")
    names = ("tokenizer.json", "config.json")
    assert all((made.model / name).read_bytes() == (other.model / name).read_bytes() for name in names)


def test_folder_of_something_else(rows, tmp_path):
    """A folder that holds other files is left alone."""
    Path(tmp_path, "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="something else"):
        pretrain(PretrainConfig(sources=(str(rows),), preset="pico"), tmp_path)


def test_divergence_stops_the_run(rows, tmp_path):
    """A loss that is no number ends the run with a sentence."""
    config = PretrainConfig(
        sources=(str(rows),), preset="pico", tokens=60_000, learning_rate=1e9, log_every=1, held_out=0.0
    )
    with pytest.raises(RunError, match="diverged"):
        pretrain(config, tmp_path / "run", PlaceConfig(device="cpu"))
