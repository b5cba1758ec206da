"""The arms' completions of all held-out tasks, several arms at once where a CPU draws them.

A small model's decoding is many small multiplications, of which two threads do 1.7 times as many as one, not
twice: on a CPU an arm has one thread, and as many arms run beside each other as there are cores. A draw
depends on the seed and its number alone, so nothing else changes.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from reweave.compute.chunks import in_order
from reweave.experiment.arms import Arm
from reweave.experiment.config import ExperimentConfig
from reweave.storage.atomic import atomic_file
from reweave.storage.read import read_rows

# Completions at once: so small a model spends a step on what does not grow with them, and checked decoding
# calls its checker at nearly every step. A GiB of keys and values, about.
_ROWS = 384


def sample_arms(
    config: ExperimentConfig, out: Path, arms: Sequence[Arm], device: str, workers: int
) -> Iterator[tuple[Arm, dict[str, Any]]]:
    """Sample arms; give what each came to, as soon as those before it are done.

    Args:
        config: The settings.
        out: The experiment's folder, with the models tuned.
        arms: In the order in which they are given; those that take longest come first, or they end alone.
        device: As torch writes it.
        workers: How many at once, on a CPU.
    """
    alone = device != "cpu" or workers == 1
    chunks = [(config.model_dump(), out, arm, device, 0 if alone else 1) for arm in arms]
    yield from zip(arms, in_order(sample_arm, chunks, 1 if alone else workers), strict=True)


def sample_arm(settings: dict[str, Any], out: Path, arm: Arm, device: str, threads: int) -> dict[str, Any]:
    """Sample one arm into ``samples/NAME.jsonl``.

    Args:
        settings: Of the experiment.
        out: Its folder.
        arm: Which.
        device: As torch writes it.
        threads: Of torch; 0: as many as it takes.
    """
    import torch  # noqa: PLC0415 - heavy

    from reweave.generate.local import LocalModel  # noqa: PLC0415 - heavy
    from reweave.generate.sampling import Sampling  # noqa: PLC0415 - heavy

    began, config = time.monotonic(), ExperimentConfig(**settings)
    if threads:
        torch.set_num_threads(threads)
    local = LocalModel.load(out / "models" / arm.model, device=device, rows=_ROWS)
    tasks = list(read_rows(out / "heldout.jsonl"))
    prompts = [local.format.ask(task["prompt"]) for task in tasks for _ in range(config.samples)]
    sampling = Sampling(
        temperature=config.temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        seed=config.seed,
        checked=arm.checked,
    )
    made = local.generate(prompts, sampling)
    path = out / "samples" / f"{arm.name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    with atomic_file(path) as file:
        for number, one in enumerate(made):
            row = {
                "task_id": tasks[number // config.samples]["task_id"],
                "sample": number % config.samples,
                "completion": one.text,
                # What sampling cost: tokens of edits that were thrown away are counted.
                "tokens": {"prompt": one.prompt_tokens, "completion": one.sampled_tokens},
                "finish_reason": one.finish_reason,
                "resampled": one.resampled,
                "refused": one.refused,
            }
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return {
        "samples": len(made),
        "sampled_tokens": sum(one.sampled_tokens for one in made),
        "kept_tokens": sum(one.completion_tokens for one in made),
        "cut": sum(one.finish_reason == "length" for one in made),
        "resampled": sum(one.resampled for one in made),
        "refused": sum(one.refused for one in made),
        "seconds": round(time.monotonic() - began, 1),
    }
