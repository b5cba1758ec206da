"""Training by transformers' ``Trainer``: its settings, the order of the data, what is logged and kept.

The loop is the Trainer's. Added are: windows in the run's own order instead of a sampler's, a held-out loss
that is exact (``held_out``), the loss curve (``curve``), and a mark in each checkpoint that is whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reweave.errors import InputError
from reweave.train.pretrain.config import PlaceConfig, PretrainConfig
from reweave.train.pretrain.curve import Curve
from reweave.train.pretrain.folder import COMPLETE, PretrainFolder
from reweave.train.pretrain.held_out import HeldOut, held_out_loss, token_bytes
from reweave.train.pretrain.shards import Packed
from reweave.train.pretrain.speed import Peak, flops_per_token, has_bf16, peak
from reweave.train.pretrain.windows import Course, Windows

EVALUATED_TOKENS = 1_000_000
"""Of held-out text, at most, each time."""

_SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "cosine": ("cosine_with_min_lr", {"min_lr_rate": 0.1}),
    "linear": ("linear", {}),
    "constant": ("constant_with_warmup", {}),
}


@dataclass(frozen=True, slots=True)
class Trained:
    """What training came to.

    Attributes:
        steps: Optimizer steps.
        tokens: Trained on: steps · batch · context.
        epochs: Passes over the training windows.
        parameters: Of the model.
        flops_per_token: By ``speed``.
        peak: Of one device.
        devices: How many.
        precision: ``bf16`` or ``fp32``.
        seconds: Of training alone.
        train_loss: The last point of the curve.
        held_out: At the end; None where nothing is held out.
    """

    steps: int
    tokens: int
    epochs: float
    parameters: int
    flops_per_token: int
    peak: Peak
    devices: int
    precision: str
    seconds: float
    train_loss: float | None
    held_out: HeldOut | None


def train(
    config: PretrainConfig,
    place: PlaceConfig,
    folder: PretrainFolder,
    model: Any,
    tokenizer: Any,
    packed: Packed,
    report: Callable[[int], None] | None = None,
) -> Trained:
    """Train a model, from the last checkpoint on where there is one, and save it into the run's model folder.

    Args:
        config: Resolved.
        place: The device, and how much it takes at once.
        folder: The run's.
        model: New.
        tokenizer: The run's.
        packed: The run's shards.
        report: Called with tokens so far.

    Raises:
        InputError: The batch cannot be split over the processes.
        RunError: The loss is no number any more.
    """
    assert config.context is not None
    assert config.batch is not None
    import torch  # noqa: PLC0415 - heavy

    on_cpu = place.device == "cpu" or not torch.cuda.is_available()
    if place.device == "cuda" and on_cpu:
        raise InputError("no GPU is to be seen here: leave --device out, or give --device cpu")
    bf16 = has_bf16(on_cpu=on_cpu) if config.precision == "auto" else config.precision == "bf16"
    arguments = _arguments(config, place, folder, on_cpu=on_cpu, bf16=bf16)
    windows = {
        split: Windows(packed.files(split), config.context, tokenizer.pad_token_id)
        for split in ("train", "held-out")
    }
    if len(windows["train"]) == 0:
        raise InputError(
            f"{windows['train'].tokens:,} tokens are there to train on: give more, or other sources"
        )
    course = Course(windows["train"], config.steps * config.batch, config.seed)
    resumed = folder.last_checkpoint()
    flops = flops_per_token(model, config.context)
    most = peak(arguments.device, bf16=bf16)
    curve = None
    if arguments.process_index == 0:
        curve = Curve(
            folder.losses,
            step=0 if resumed is None else int(resumed.name.partition("-")[2]),
            step_tokens=config.batch * config.context,
            flops=flops,
            peak=most.flops * arguments.world_size,
            report=report,
        )
    trainer = _trainer(
        config, arguments, model, course, windows["held-out"], token_bytes(tokenizer), curve, folder
    )
    with _no_bars():
        trainer.train(resume_from_checkpoint=None if resumed is None else str(resumed))
        held_out = trainer.last_held_out(config.steps)
        trainer.save_model(str(folder.model))
    (folder.model / "training_args.bin").unlink(missing_ok=True)  # a pickle with this machine's paths
    loss = next((line["loss"] for line in reversed(trainer.state.log_history) if "loss" in line), None)
    return Trained(
        steps=trainer.state.global_step,
        tokens=trainer.state.global_step * config.batch * config.context,
        epochs=len(course) / len(windows["train"]),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        flops_per_token=flops,
        peak=most,
        devices=arguments.world_size,
        precision="bf16" if bf16 else "fp32",
        seconds=0.0 if curve is None else curve.seconds,
        train_loss=loss,
        held_out=held_out,
    )


def _arguments(
    config: PretrainConfig, place: PlaceConfig, folder: PretrainFolder, *, on_cpu: bool, bf16: bool
) -> Any:
    from accelerate import PartialState  # noqa: PLC0415 - heavy
    from transformers import TrainingArguments  # noqa: PLC0415

    world = PartialState(cpu=on_cpu).num_processes
    assert config.batch is not None
    if config.batch % world:
        raise InputError(f"a batch of {config.batch} windows cannot be split over {world} processes")
    share = config.batch // world
    most = place.micro_batch or config.size.micro_batch
    micro = max(size for size in range(1, share + 1) if share % size == 0 and size <= most)
    scheduler, how = _SCHEDULES[config.schedule]
    return TrainingArguments(
        output_dir=str(folder.checkpoints),
        max_steps=config.steps,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=share // micro,
        learning_rate=config.learning_rate,
        lr_scheduler_type=scheduler,
        lr_scheduler_kwargs=how,
        warmup_steps=round((config.warmup or 0) * config.steps),
        optim="adamw_torch_fused",
        adam_beta1=config.size.betas[0],
        adam_beta2=config.size.betas[1],
        adam_epsilon=config.size.epsilon,
        weight_decay=config.size.weight_decay,
        max_grad_norm=1.0,
        bf16=bf16,
        use_cpu=on_cpu,
        logging_steps=config.log_every,
        logging_nan_inf_filter=False,  # a loss that is no number is to be seen
        eval_strategy="steps",
        eval_steps=config.evaluates_every,
        save_strategy="steps",
        save_steps=config.saves_every,
        save_total_limit=2,
        dataloader_pin_memory=not on_cpu,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to="none",  # tensorboard is a callback with a folder of its own
        seed=config.seed % 2**32,
    )


def _trainer(
    config: PretrainConfig,
    arguments: Any,
    model: Any,
    course: Course,
    held_out: Windows,
    sizes: Any,
    curve: Curve | None,
    folder: PretrainFolder,
) -> Any:
    import torch  # noqa: PLC0415 - heavy
    from transformers import PrinterCallback, Trainer, TrainerCallback  # noqa: PLC0415

    assert config.context is not None
    limit = max(1, EVALUATED_TOKENS // config.context)

    class Pretrainer(Trainer):  # type: ignore[misc]
        """The Trainer, with windows in their own order and an exact held-out loss."""

        found: tuple[int, HeldOut | None] | None = None

        def _get_train_sampler(self, *_: Any) -> Any:
            return torch.utils.data.SequentialSampler(self.train_dataset)

        def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
            found = held_out_loss(
                self.model_wrapped, held_out, sizes,
                batch=arguments.per_device_train_batch_size, limit=limit, accelerator=self.accelerator,
            )  # fmt: skip
            self.found = (self.state.global_step, found)
            if found is None:
                return {}
            metrics = {"held_out_loss": found.loss, "bits_per_byte": found.bits_per_byte}
            self.log(dict(metrics))
            self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
            return metrics

        def last_held_out(self, step: int) -> HeldOut | None:
            """The held-out loss at the end, measured where the last one is not of the end."""
            if self.found is None or self.found[0] != step:
                self.evaluate()
            return None if self.found is None else self.found[1]

    class Keeper(TrainerCallback):  # type: ignore[misc]
        """Keeps the curve, and marks checkpoints that are whole."""

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            if curve is not None:
                curve.rest()

        def on_log(self, _: Any, state: Any, __: Any, logs: dict[str, Any], **___: Any) -> None:
            if curve is None:
                return
            if "loss" in logs:
                logs |= curve.trained(state.global_step, logs)
            elif "bits_per_byte" in logs:
                kept = ("held_out_loss", "bits_per_byte")
                curve.evaluated(state.global_step, {name: logs[name] for name in kept})

        def on_evaluate(self, *_: Any, **__: Any) -> None:
            if curve is not None:
                curve.rest()

        def on_save(self, _: Any, state: Any, *__: Any, **___: Any) -> None:
            if state.is_world_process_zero:
                Path(folder.checkpoints, f"checkpoint-{state.global_step}", COMPLETE).touch()
            if curve is not None:
                curve.rest()

    callbacks: list[Any] = [Keeper()]
    if curve is not None:
        callbacks.append(_tensorboard(folder, curve))
    trainer = Pretrainer(
        model=model,
        args=arguments,
        train_dataset=course,
        eval_dataset=held_out,
        data_collator=torch.utils.data.default_collate,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


@contextmanager
def _no_bars() -> Iterator[None]:
    """Keep transformers from drawing a bar for each checkpoint."""
    from transformers.utils import logging  # noqa: PLC0415 - heavy

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _tensorboard(folder: PretrainFolder, curve: Curve) -> Any:
    from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - heavy
    from transformers.integrations import TensorBoardCallback  # noqa: PLC0415

    # What a killed run wrote behind its checkpoint is hidden
    writer = SummaryWriter(log_dir=str(folder.path / "tensorboard"), purge_step=curve.step + 1)
    return TensorBoardCallback(writer)
