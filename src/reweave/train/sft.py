"""One fine-tuning from start to end: prepared, trained or taken up again, saved with all it needs.

The same data, settings and seed give the same losses on one thread, after any kill. What the model was
trained to write lies in ``reweave.json`` beside its weights, what it was trained on in ``train.json`` and in
its card.
"""

import math
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError
from reweave.storage import atomic_write
from reweave.storage.lock import RunLock
from reweave.storage.manifest import PRETTY, read_json
from reweave.storage.read import read_rows
from reweave.train import folder
from reweave.train.card import model_card, versions
from reweave.train.config import SftConfig
from reweave.train.plan import micro_batches
from reweave.train.prepare import Prepared, load_tokenizer, prepare
from reweave.train.trainer import make_trainer
from reweave.train.variant_files import Variant
from reweave.train.watch import Report, watcher


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of a training.

    Attributes:
        folder: The model's folder.
        summary: What ``train.json`` holds.
        losses: Loss a trained token of each step.
        was_complete: Whether it was there already.
    """

    folder: Path
    summary: dict[str, Any]
    losses: list[float]
    was_complete: bool = False


def train_sft(
    config: SftConfig,
    out: Path,
    *,
    data: Sequence[Path] = (),
    variant: Variant | Path | None = None,
    report: Report | None = None,
    prepared: Prepared | None = None,
) -> Trained:
    """Fine-tune a model, or go on with it.

    Args:
        config: The settings.
        out: The model's folder to be.
        data: Files, folders of shards or run directories.
        variant: In place of ``data``: one of `make_variants`, or its folder.
        report: Called after every step, in the main process.
        prepared: What `prepare` gave for these arguments, where it was called before.

    Raises:
        InputError: The data or the model cannot be used, or rows would be cut.
        RunError: ``out`` is somebody else's, or the loss is no number any more.
        MissingExtraError: The extra ``train`` is not installed.
    """
    prepared = prepared or prepare(config, data, variant)
    from accelerate import PartialState  # noqa: PLC0415 - heavy

    place = PartialState(cpu=config.device == "cpu")
    settings = config.model_dump(exclude={"save_every", "device"}) | {"model": Path(config.model).name}
    identity = {"config": settings, "data": prepared.sources, "steps": len(prepared.steps)}
    with ExitStack() as stack:
        if place.is_main_process:
            folder.begin(out, identity)
            lock = RunLock(out / "lock")
            lock.acquire()
            stack.callback(lock.release)
            # What is not whole goes before anybody looks for a checkpoint.
            folder.last_checkpoint(out)
        place.wait_for_everyone()
        if (out / "train.json").exists():
            losses = [row["loss"] for row in read_rows(out / "losses.jsonl")]
            return Trained(out, read_json(out / "train.json"), losses, was_complete=True)
        return _train(config, out, prepared, identity, place, report)


def _train(
    config: SftConfig, out: Path, prepared: Prepared, identity: Any, place: Any, report: Report | None
) -> Trained:
    began = time.monotonic()
    model = load_model(config, prepared.tokenizer)
    lengths = [len(row.ids) for row in prepared.rows]
    plan = micro_batches(prepared.steps, lengths, tokens=config.micro_tokens, processes=place.num_processes)
    every = config.save_every
    if every is None:
        every = max(1, math.ceil(len(plan) / 10))
    checkpoint = folder.last_checkpoint(out)
    with ExitStack() as stack:
        calls = [watcher(out, report, stack)] if place.is_main_process else []
        trainer = make_trainer(
            config,
            out,
            model,
            prepared.tokenizer,
            prepared.rows,
            plan,
            checkpoint_every=every,
            callbacks=calls,
        )
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    seconds = time.monotonic() - began
    _save(trainer, out, config, prepared)
    logged = [each for each in trainer.state.log_history if "loss" in each]
    summary = {
        **identity,
        "processes": place.num_processes,
        "micro_batches_a_step": len(plan[0]),
        "audit": prepared.audit.as_json(),
        "cut": asdict(prepared.cut),
        "rows": {"read": prepared.read, "trained": len(prepared.rows), "rejected": len(prepared.rejects)},
        "trained_tokens": sum(each["tokens"] for each in logged),
        "first_loss": logged[0]["loss"],
        "last_loss": logged[-1]["loss"],
        "seconds": round(seconds, 3),
        "resumed_from": None if checkpoint is None else int(checkpoint.name.rpartition("-")[2]),
        "format": prepared.what.model_dump(),
        "versions": versions(),
    }
    if place.is_main_process:
        folder.write_curve(out, logged)
        rejects = (orjson.dumps(asdict(each), option=orjson.OPT_APPEND_NEWLINE) for each in prepared.rejects)
        atomic_write(out / "rejects.jsonl", b"".join(rejects))
        (out / "README.md").write_text(model_card(config, summary), "utf-8")
        atomic_write(out / "train.json", orjson.dumps(summary, option=PRETTY))
    place.wait_for_everyone()
    return Trained(out, summary, [each["loss"] for each in logged])


def load_model(config: SftConfig, tokenizer: Any) -> Any:
    """Load a model, with a row of embeddings for every token; new ones are drawn around the mean of the old.

    Raises:
        InputError: There is no such model.
    """
    import torch  # noqa: PLC0415 - heavy
    from transformers import AutoModelForCausalLM, set_seed  # noqa: PLC0415 - heavy

    set_seed(config.seed)  # new rows are drawn
    try:
        model = AutoModelForCausalLM.from_pretrained(config.model, dtype=torch.float32)
    except (OSError, ValueError) as error:
        raise InputError(f"no model {config.model}: {error}") from error
    rows = model.get_input_embeddings().weight.shape[0]
    model.reweave_added = list(range(len(load_tokenizer(config.model)), len(tokenizer)))
    if len(tokenizer) > rows:
        model.resize_token_embeddings(len(tokenizer))
    model.config.eos_token_id = model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.config.pad_token_id = model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model


def _save(trainer: Any, out: Path, config: SftConfig, prepared: Prepared) -> None:
    """Save weights, tokenizer and format; adapters are merged, and lie in ``adapter/`` too."""
    if config.lora:
        trainer.save_model(str(out / "adapter"))
        if trainer.args.should_save:
            merged = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
            merged.save_pretrained(str(out))
            prepared.tokenizer.save_pretrained(str(out))
    else:
        trainer.save_model(str(out))
    if trainer.args.should_save:
        prepared.what.save(out)
