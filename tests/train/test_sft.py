"""Training from start to end: what is trained on, resumed, shared between processes, and saved."""

import signal
import time

import orjson
import pytest

from reweave.errors import InputError, RunError
from reweave.model_folder import read_format

pytest.importorskip("trl", reason="training needs the extra: make test installs it")

from reweave.train.config import SftConfig
from reweave.train.plan import micro_batches
from reweave.train.prepare import prepare
from reweave.train.sft import load_model, train_sft
from reweave.train.trainer import collator


@pytest.fixture
def config(nano):
    """Settings that train quickly."""

    def make(**settings):
        usual = {
            "model": str(nano), "device": "cpu", "batch_size": 16, "learning_rate": 3e-3, "save_every": 0,
            "steps": 6, "micro_tokens": 512,
        }  # fmt: skip
        return SftConfig(**usual | settings)

    return make


def test_labels_are_the_completions_and_nothing_else(config, edits_file, real_pairs):
    """Of real edit sequences, TRL's collator labels every completion token, and no prompt token."""
    file = edits_file(rows=real_pairs, paths=2)
    ready = prepare(config(max_length=4096), [file])
    assert ready.audit.over == 0
    assert len(ready.rows) > 60
    collate = collator(ready.rows, ready.tokenizer)
    labelled = 0
    wanted = 0
    for number, row in enumerate(read(file)):
        batch = collate([{"rows": [number, (number + 1) % len(ready.rows)]}])
        ids, labels, mask = (batch[name][0].tolist() for name in ("input_ids", "labels", "attention_mask"))
        prompt = ready.tokenizer(row["instruction"], add_special_tokens=False)["input_ids"]
        from reweave.edits import codec

        text = codec.completion(row["edits"])
        completion = ready.tokenizer(text, add_special_tokens=False)["input_ids"] + [
            ready.tokenizer.eos_token_id
        ]
        length = sum(mask)
        assert ids[:length] == prompt + completion
        assert labels[:length] == [-100] * len(prompt) + completion
        assert set(labels[length:]) <= {-100}
        assert ready.tokenizer.decode(completion[:-1]) == text
        labelled += sum(label != -100 for label in labels)
        wanted += len(completion)
    assert labelled == wanted == ready.audit.trained_total == sum(row.trained for row in ready.rows)


def read(file):
    from reweave.storage import read_rows

    return read_rows(file)


def test_first_loss_is_the_models_own(config, edits_file, tmp_path):
    """The loss of the first step is what the untouched model's own forward pass gives on the same rows."""
    import torch

    data = [edits_file()]
    settings = config(steps=1)
    trained = train_sft(settings, tmp_path / "out", data=data)
    ready = prepare(settings, data)
    model = load_model(settings, ready.tokenizer)
    total = count = 0
    with torch.no_grad():
        for number in ready.steps[0]:
            batch = collator(ready.rows, ready.tokenizer)([{"rows": [number]}])
            total += model(**batch).loss.item() * ready.rows[number].trained
            count += ready.rows[number].trained
    assert trained.losses == pytest.approx([total / count], rel=1e-5)
    assert trained.summary["trained_tokens"] == count


@pytest.mark.parametrize("loss", ["sum", "mean"])
def test_micro_batches_change_nothing(config, edits_file, tmp_path, loss):
    """Gradient accumulation gives the losses of one large batch."""
    data = [edits_file()]
    settings = {"loss": loss, "max_grad_norm": 0.0 if loss == "sum" else 1.0}
    one = train_sft(config(micro_tokens=100_000, **settings), tmp_path / "one", data=data)
    many = train_sft(config(micro_tokens=256, **settings), tmp_path / "many", data=data)
    assert one.summary["micro_batches_a_step"] < many.summary["micro_batches_a_step"]
    assert one.losses == pytest.approx(many.losses, rel=1e-4)
    assert one.losses[-1] < one.losses[0] - 0.3


def test_the_same_again(config, edits_file, tmp_path):
    """Same data, settings and seed give the same losses; another seed others."""
    data = [edits_file()]
    first = train_sft(config(), tmp_path / "a", data=data)
    assert train_sft(config(), tmp_path / "b", data=data).losses == first.losses
    assert train_sft(config(seed=2), tmp_path / "c", data=data).losses != first.losses


def test_what_lies_in_the_folder(config, edits_file, tmp_path):
    """Weights with the marker's row, format, card, curve, and a manifest with the data's SHA-256."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    file = edits_file(form="short", format="prompt-completion")
    out = tmp_path / "out"
    trained = train_sft(config(prompt="# {instruction}"), out, data=[file])
    what = read_format(out)
    assert (what.writes, what.form, what.prompt, what.eos) == (
        "edits",
        "short",
        "# {instruction}",
        "<|endoftext|>",
    )
    tokenizer = AutoTokenizer.from_pretrained(out)
    [marker] = tokenizer("<|diff|>", add_special_tokens=False)["input_ids"]
    model = AutoModelForCausalLM.from_pretrained(out)
    assert marker < model.get_input_embeddings().weight.shape[0]
    assert model.config.eos_token_id == tokenizer.eos_token_id
    summary = orjson.loads((out / "train.json").read_bytes())
    assert summary == orjson.loads(orjson.dumps(trained.summary))
    import hashlib

    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert summary["data"][0]["sha256"] == digest
    assert digest in (out / "README.md").read_text()
    curve = [orjson.loads(line) for line in (out / "losses.jsonl").read_bytes().splitlines()]
    assert [each["loss"] for each in curve] == trained.losses
    assert sum(each["tokens"] for each in curve) == summary["trained_tokens"]
    assert list((out / "tensorboard").glob("events.out.tfevents.*"))
    assert not list((out / "checkpoints").glob("*"))
    again = train_sft(config(prompt="# {instruction}"), out, data=[file])
    assert again.was_complete
    assert again.losses == trained.losses
    with pytest.raises(RunError, match=r"config.learning_rate: 0.003 in the run, 0.1 now"):
        train_sft(config(prompt="# {instruction}", learning_rate=0.1), out, data=[file])
    # trained again from there, the template comes along
    assert prepare(SftConfig(model=str(out)), [file]).what == what


@pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
)  # peft asks for it
@pytest.mark.filterwarnings("ignore:Setting `save_embedding_layers`:UserWarning")  # peft tells; it is right
def test_adapters(config, edits_file, tmp_path):
    """With LoRA the base weights stay, the marker is learnt, and the saved model is whole without peft."""
    import torch
    from transformers import AutoModelForCausalLM

    out = tmp_path / "out"
    trained = train_sft(config(lora=4, learning_rate=2e-2, steps=10), out, data=[edits_file()])
    assert trained.losses[-1] < trained.losses[0] - 0.3
    assert (out / "adapter" / "adapter_model.safetensors").exists()
    model = AutoModelForCausalLM.from_pretrained(out)
    base = AutoModelForCausalLM.from_pretrained(config().model)
    old = base.get_input_embeddings().weight
    assert torch.equal(model.get_input_embeddings().weight[: len(old)], old)
    assert not torch.equal(
        model.model.layers[0].self_attn.q_proj.weight, base.model.layers[0].self_attn.q_proj.weight
    )


def test_a_loss_that_is_no_number_ends_the_run(config, edits_file, tmp_path):
    """It does not train on, and nothing is called complete."""
    import torch
    from safetensors.torch import load_file, save_file

    broken = tmp_path / "broken"
    broken.mkdir()
    from pathlib import Path

    for file in Path(config().model).iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"] = torch.full_like(weights["model.norm.weight"], float("inf"))
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(RunError, match="the loss of step 1 is"):
        train_sft(config(model=str(broken)), tmp_path / "out", data=[edits_file()])
    assert not (tmp_path / "out" / "train.json").exists()


def test_plans_for_processes(config, edits_file):
    """Each step has as many micro-batches as any other, shared evenly, and every row once."""
    ready = prepare(config(steps=None, epochs="1"), [edits_file()])
    lengths = [len(row.ids) for row in ready.rows]
    for processes in (1, 2, 3):
        plan = micro_batches(ready.steps, lengths, tokens=400, processes=processes)
        assert {len(step) for step in plan} == {len(plan[0])}
        assert len(plan[0]) % processes == 0
        assert sorted(row for step in plan for micro in step for row in micro) == list(range(len(lengths)))
        assert all(
            len(micro) < 2 or len(micro) * max(lengths[row] for row in micro) <= 400
            for step in plan
            for micro in step
        )


@pytest.mark.slow
def test_killed_and_resumed(command, nano, edits_file, tmp_path):
    """SIGKILL in mid-training; the same command again ends with the curve of an undisturbed run."""
    words = (
        "train", "sft", "--data", edits_file(), "--model", nano, "--device", "cpu", "--batch-size", "8",
        "--steps", "36", "--lr", "3e-3", "--save-every", "7", "-o",
    )  # fmt: skip
    whole = command(*words, tmp_path / "whole")
    said, _ = whole.communicate(timeout=300)
    assert whole.returncode == 0, said
    killed = command(*words, tmp_path / "killed")
    curve = tmp_path / "killed" / "losses.jsonl"
    while killed.poll() is None and (not curve.exists() or curve.read_bytes().count(b"\n") < 17):
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    reached = curve.read_bytes().count(b"\n")
    assert 17 <= reached < 36
    assert not (tmp_path / "killed" / "train.json").exists()
    # a checkpoint that was being written when the process died
    torn = tmp_path / "killed" / "checkpoints" / "checkpoint-35"
    torn.mkdir()
    (torn / "trainer_state.json").write_text("{")
    again = command(*words, tmp_path / "killed")
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0, said
    summary = orjson.loads((tmp_path / "killed" / "train.json").read_bytes())
    assert 7 <= summary["resumed_from"] <= reached
    assert curve.read_bytes() == (tmp_path / "whole" / "losses.jsonl").read_bytes()
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "killed")]
    assert weights[0] == weights[1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ddp-cpu"])
def test_two_processes_are_one(command, nano, edits_file, tmp_path, kind):
    """Two processes that share each step give the losses of one, to float tolerance."""
    words = (
        "train", "sft", "--data", edits_file(), "--model", nano, "--device", "cpu", "--batch-size", "16",
        "--steps", "12", "--lr", "3e-3", "--loss", "sum", "--max-grad-norm", "0", "--micro-tokens", "512",
        "--save-every", "0", "-o",
    )  # fmt: skip
    one = command(*words, tmp_path / "one")
    two = command(*words, tmp_path / "two", "--accelerate", kind)
    for process in (one, two):
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
    summaries = [orjson.loads((tmp_path / name / "train.json").read_bytes()) for name in ("one", "two")]
    assert [each["processes"] for each in summaries] == [1, 2]
    assert summaries[0]["trained_tokens"] == summaries[1]["trained_tokens"]
    curves = [
        [orjson.loads(line)["loss"] for line in (tmp_path / name / "losses.jsonl").read_bytes().splitlines()]
        for name in ("one", "two")
    ]
    assert len(curves[0]) == 12
    assert curves[0] == pytest.approx(curves[1], rel=1e-4)


def test_nothing_to_train_on(config, tmp_path):
    """What cannot be trained on is said before anything is written."""
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(InputError, match="not one row"):
        train_sft(config(), tmp_path / "out", data=[tmp_path / "empty.jsonl"])
    with pytest.raises(InputError, match="no tokenizer"):
        train_sft(config(model=str(tmp_path)), tmp_path / "out", data=[tmp_path / "empty.jsonl"])
    assert not (tmp_path / "out").exists()
