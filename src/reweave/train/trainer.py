"""TRL's SFTTrainer over rows that are tokenized, labelled and dealt into steps already.

What TRL would do to a data set is switched off: no template, no mask, no truncation, no shuffling. What it
does to a model stays: mixed precision, adapters, sharding through accelerate, checkpoints. Three things
differ.

- An item of the data set is a micro-batch of the plan, a list of row numbers; TRL's collator pads its rows.
- The loss is scored at the trained positions alone, and no entropy or accuracy is computed beside it.
- The loss of a step is a sum over its tokens on all processes, divided by their number for ``mean`` only.
  Data-parallel processes average gradients, so each scales its part by their number.
"""

import functools
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reweave.errors import RunError
from reweave.train.config import SftConfig
from reweave.train.tokens import Tokens


def make_trainer(
    config: SftConfig,
    out: Path,
    model: Any,
    tokenizer: Any,
    rows: Sequence[Tokens],
    plan: Sequence[Sequence[Sequence[int]]],
    *,
    checkpoint_every: int,
    callbacks: Sequence[Any] = (),
) -> Any:
    """Make the trainer.

    Args:
        config: The settings.
        out: Where checkpoints go: ``checkpoints/checkpoint-STEP``.
        model: A causal language model of transformers.
        tokenizer: Its tokenizer.
        rows: What to train on.
        plan: The micro-batches of each step, as `plan.micro_batches` gives them.
        checkpoint_every: In steps; 0 for none.
        callbacks: Of transformers.

    Returns:
        A `trl.SFTTrainer`.
    """
    import torch  # noqa: PLC0415 - heavy
    from accelerate import PartialState  # noqa: PLC0415 - likewise
    from datasets import Dataset  # noqa: PLC0415 - likewise
    from transformers import PrinterCallback, ProgressCallback  # noqa: PLC0415 - likewise
    from trl import SFTConfig  # noqa: PLC0415 - likewise

    processes = PartialState(cpu=config.device == "cpu").num_processes
    on_gpu = config.device != "cpu" and torch.cuda.is_available()
    bf16 = config.precision == "bfloat16" or (
        config.precision == "auto" and on_gpu and torch.cuda.is_bf16_supported()
    )
    renamed = "activation_checkpointing" in SFTConfig.__dataclass_fields__
    flat = [micro for step in plan for micro in step]
    arguments = SFTConfig(
        output_dir=str(out / "checkpoints"),
        use_cpu=config.device == "cpu",
        per_device_train_batch_size=1,
        gradient_accumulation_steps=len(plan[0]) // processes,
        num_train_epochs=1,
        train_sampling_strategy="sequential",
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule,
        warmup_steps=round(config.warmup * len(plan)),
        optim="adafactor" if config.optimizer == "adafactor" else "adamw_torch",
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        seed=config.seed,
        bf16=bf16,
        # renamed in transformers 5.2x; TRL's default is True
        **{
            "activation_checkpointing" if renamed else "gradient_checkpointing": config.gradient_checkpointing
        },
        average_tokens_across_devices=True,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps" if checkpoint_every else "no",
        save_steps=checkpoint_every or 1,
        save_total_limit=2,
        report_to="none",
        disable_tqdm=True,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        dataloader_pin_memory=on_gpu,
        ddp_find_unused_parameters=False,
    )
    trainer = _class()(
        model=model,
        args=arguments,
        processing_class=tokenizer,
        train_dataset=Dataset.from_dict({"rows": flat}),
        data_collator=collator(rows, tokenizer),
        peft_config=_adapters(config, model) if config.lora else None,
        callbacks=list(callbacks),
    )
    trainer.reduction = config.loss
    trainer.model_accepts_loss_kwargs = True  # so that tokens are counted, whatever the architecture
    for loud in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(loud)
    patch_head(trainer.model.get_base_model() if config.lora else trainer.model)
    return trainer


def collator(rows: Sequence[Tokens], tokenizer: Any) -> Callable[[list[dict[str, Any]]], dict[str, Any]]:
    """Give the function that makes of row numbers what the model takes, by TRL's collator."""
    import numpy as np  # noqa: PLC0415 - heavy
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling  # noqa: PLC0415 - heavy

    pad = DataCollatorForLanguageModeling(pad_token_id=tokenizer.pad_token_id)
    # An empty micro-batch is two tokens without loss: every process has as many passes as the others.
    nothing = [{"input_ids": np.full(2, tokenizer.pad_token_id), "labels": np.full(2, -100)}]

    def collate(items: list[dict[str, Any]]) -> dict[str, Any]:
        numbers = [number for item in items for number in item["rows"]]
        examples = [
            {"input_ids": rows[number].ids.astype(np.int64), "labels": rows[number].labels()}
            for number in numbers
        ]
        batch: dict[str, Any] = pad(examples or nothing)
        return batch

    return collate


@functools.cache
def _class() -> Any:
    import torch  # noqa: PLC0415 - heavy
    from trl import SFTTrainer  # noqa: PLC0415 - heavy

    class PlannedTrainer(SFTTrainer):  # type: ignore[misc]
        """SFTTrainer with the loss of this module, told step by step."""

        reduction = "mean"
        loss_is_scaled_for_ga = True

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._nll: Any = 0.0
            self._counted: Any = 0

        def _send_telemetry(self) -> None:
            """Send nothing to anybody."""

        def get_batch_samples(self, *args: Any, **kwargs: Any) -> tuple[list[Any], Any]:
            samples, count = super().get_batch_samples(*args, **kwargs)
            self._counted = self._counted + count
            return samples, count

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            assert not return_outputs  # asked for by evaluation alone, which there is none of
            # Padding stands on the right, where causal attention hides it: no mask, a faster kernel.
            inputs = {name: value for name, value in inputs.items() if name != "attention_mask"}
            total = model(**inputs, summed_loss=True)
            self._nll = self._nll + total.detach()
            if self.reduction == "mean":
                total = total / num_items_in_batch
            return total * self.accelerator.num_processes

        def floating_point_ops(self, inputs: Any) -> int:  # noqa: ARG002
            """Count nothing: it walks over all parameters at every pass."""
            return 0

        def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
            if "loss" in logs:
                nll = self.accelerator.reduce(torch.as_tensor(self._nll), "sum").item()
                tokens = int(self._counted)
                self._nll, self._counted = 0.0, 0
                logs = logs | {"loss": nll / max(tokens, 1), "tokens": tokens}
                if not nll < float("inf"):
                    raise RunError(
                        f"the loss of step {self.state.global_step} is {nll}: lower the learning rate, or "
                        "train in float32; checkpoints before it are whole"
                    )
            super().log(logs, start_time)

        def create_model_card(self, *args: Any, **kwargs: Any) -> None:
            """Write none into checkpoints; the model's own is `card`."""

    return PlannedTrainer


def patch_head(model: Any) -> None:
    """Teach a causal language model ``summed_loss=True``: the loss, summed over the labels that are not -100.

    Only their positions go through the output layer: prompts and padding are the larger part of many batches.
    Without it the forward pass is as before.
    """
    import torch  # noqa: PLC0415 - heavy
    from torch.nn import functional  # noqa: PLC0415 - heavy

    before = model.forward
    text = model.config.get_text_config()
    plain = all(
        getattr(text, name, None) in {None, 1}
        for name in (
            "final_logit_softcapping",
            "logit_scale",
            "logits_scaling",
            "output_multiplier",
            "lm_head_multiplier",
        )
    )

    @functools.wraps(type(model).forward)
    def forward(self: Any, *args: Any, summed_loss: bool = False, labels: Any = None, **kwargs: Any) -> Any:
        if not summed_loss:
            return before(*args, **kwargs) if labels is None else before(*args, labels=labels, **kwargs)
        if not plain:  # architectures that scale or cap their logits do so in their own forward pass
            logits = before(*args, use_cache=False, **kwargs).logits[:, :-1]
            targets = labels[:, 1:]
            mask = targets != -100
            return functional.cross_entropy(logits[mask].float(), targets[mask], reduction="sum")
        hidden = self.base_model(*args, use_cache=False, **kwargs).last_hidden_state[:, :-1]
        targets = labels[:, 1:]
        mask = targets != -100
        head = self.get_output_embeddings()
        return _Chunks.sum(head, hidden[mask], targets[mask], torch)

    model.forward = types.MethodType(forward, model)


class _Chunks:
    """The summed loss in chunks of positions, so that logits of a large vocabulary need not lie there."""

    size = 4096

    @classmethod
    def sum(cls, head: Any, hidden: Any, targets: Any, torch: Any) -> Any:
        from torch.nn import functional  # noqa: PLC0415 - heavy
        from torch.utils.checkpoint import checkpoint  # noqa: PLC0415 - heavy

        def one(states: Any, wanted: Any) -> Any:
            return functional.cross_entropy(head(states).float(), wanted, reduction="sum")

        if len(targets) <= cls.size or not torch.is_grad_enabled():
            return one(hidden, targets)
        parts = [
            checkpoint(one, hidden[at : at + cls.size], targets[at : at + cls.size], use_reentrant=False)
            for at in range(0, len(targets), cls.size)
        ]
        return torch.stack(parts).sum()


def _adapters(config: SftConfig, model: Any) -> Any:
    from peft import LoraConfig  # noqa: PLC0415 - heavy

    added = list(getattr(model, "reweave_added", ()))  # as `sft.load_model` leaves it
    tied = model.config.get_text_config().tie_word_embeddings
    names = {id(module): name for name, module in model.named_modules()}
    embeddings = names[id(model.get_input_embeddings())].rpartition(".")[2]
    return LoraConfig(
        r=config.lora,
        lora_alpha=config.lora_alpha or 2 * config.lora,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
        # The marker's row is new: adapters alone could not teach it.
        trainable_token_indices={embeddings: added} if added else None,
        modules_to_save=None if tied or not added else [names[id(model.get_output_embeddings())]],
    )
