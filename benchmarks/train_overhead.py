"""What the trainer costs beside a bare torch loop over the same micro-batches: CPU time, on one thread.

python benchmarks/train_overhead.py [--steps 8] [--rounds 3]

A Llama of about a million random weights, edit sequences of the standard library's functions. The bare loop
is what one would write first: padded batches, all logits, cross-entropy, AdamW.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path


def make(folder, tokens):
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from reweave.storage import Fields, open_source, row_to_program
    from reweave.train.variants import make_variants

    raw = open_source("package:email", split="definition").rows()
    programs = [
        row_to_program(each, number, Fields()) for number, each in enumerate(raw) if isinstance(each, bytes)
    ]
    pairs = [
        {"id": str(k), "instruction": "Write it.", "program": each.text} for k, each in enumerate(programs)
    ]
    pairs = [pair for pair in pairs if pair["program"].count("\n") < 40]
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer, inner.decoder = (
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoders.ByteLevel(),
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=1500, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False
    )
    inner.train_from_iterator([pair["program"] for pair in pairs], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|endoftext|>")
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=384, num_hidden_layers=4,
        num_attention_heads=4, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return make_variants(pairs, tokenizer, steps=8, tokens_per_step=tokens, forms=("short",), paths=3)


def bare(config, ready, plan):
    import torch

    from reweave.train.sft import load_model
    from reweave.train.trainer import collator

    model = load_model(config, ready.tokenizer).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0)
    collate = collator(ready.rows, ready.tokenizer)
    began, losses = time.process_time(), []
    for step in plan:
        count = sum(ready.rows[row].trained for micro in step for row in micro)
        total = 0.0
        for micro in step:
            batch = collate([{"rows": micro}])
            labels = batch.pop("labels")[:, 1:]
            logits = model(**batch, use_cache=False).logits[:, :-1]
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum")
            (loss / count).backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total / count)
    return (time.process_time() - began) / len(plan), losses


def main():
    import torch

    from reweave.train.config import SftConfig
    from reweave.train.plan import micro_batches
    from reweave.train.prepare import prepare
    from reweave.train.sft import train_sft

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=8192, help="trained tokens a step")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        variant = make(folder, asked.tokens).sets["lintseq-short"]
        variant = replace(
            variant, steps=variant.steps[: asked.steps], tokens_a_step=variant.tokens_a_step[: asked.steps]
        )
        config = SftConfig(
            model=str(folder), learning_rate=1e-3, schedule="constant", save_every=0, device="cpu"
        )
        ready = prepare(config, variant=variant)
        lengths = [len(row.ids) for row in ready.rows]
        plan = micro_batches(ready.steps, lengths, tokens=config.micro_tokens)
        real = sum(lengths[row] for step in plan for micro in step for row in micro)
        padded = sum(
            len(micro) * max(lengths[row] for row in micro) for step in plan for micro in step if micro
        )
        print(f"{len(plan)} steps of {len(plan[0])} micro-batches, {padded / real - 1:.1%} padding")
        for number in range(asked.rounds):
            seconds, losses = bare(config, ready, plan)
            times = []
            made = train_sft(
                config, Path(place) / f"out{number}", variant=variant, prepared=ready,
                report=lambda *_: times.append(time.process_time()),  # noqa: B023 - used at once
            )  # fmt: skip
            ours = (times[-1] - times[0]) / (len(times) - 1)
            print(
                f"{number}: bare {seconds:.3f} s a step, trainer {ours:.3f}, ratio {ours / seconds:.2f}; "
                f"{real / len(plan) / ours:,.0f} tokens a second; "
                f"last loss {losses[-1]:.5f} and {made.losses[-1]:.5f}"
            )


if __name__ == "__main__":
    main()
