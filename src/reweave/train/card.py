"""The model card: what a model was trained on and how, for people; ``train.json`` says it for programs."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from reweave import __version__
from reweave.train.config import SftConfig

_PARTS = ("torch", "transformers", "trl", "accelerate", "peft", "tokenizers")


def versions() -> dict[str, str]:
    """Give the versions of what trains."""
    found = {"reweave": __version__}
    for name in _PARTS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def model_card(config: SftConfig, summary: dict[str, Any]) -> str:
    """Write the card of a trained model.

    Args:
        config: Its settings.
        summary: What ``train.json`` holds.
    """
    what = summary["format"]
    writes = f"edit sequences, form `{what['form']}`" if what["writes"] == "edits" else "programs"
    audit, rows = summary["audit"], summary["rows"]
    data = "".join(f"| {each['name']} | `{each['sha256']}` |\n" for each in summary["data"])
    settings = "".join(
        f"| {name} | {value} |\n"
        for name, value in config.model_dump().items()
        if value is not None and name not in {"model", "device"}
    )
    parts = ", ".join(f"{name} {number}" for name, number in summary["versions"].items())
    return f"""---
library_name: transformers
base_model: {Path(config.model).name}
tags: [reweave, sft]
---

# What this model writes

{writes.capitalize()}. `reweave.json` holds the prompt's template, the marker and the end of sequence, so that
generation and serving need no flags. Loss was on completions alone.

| | |
|---|---|
| trained tokens | {summary["trained_tokens"]:,} |
| optimizer steps | {summary["steps"]:,} |
| rows read, trained on, rejected | {rows["read"]:,}, {rows["trained"]:,}, {rows["rejected"]:,} |
| programs | {audit["programs"]:,} |
| loss a token, first and last step | {summary["first_loss"]:.4f}, {summary["last_loss"]:.4f} |

Rows over {config.max_length} tokens: {audit["over"]:,}; what became of them: {_cut(summary["cut"])}.

## Data

| file | SHA-256 |
|---|---|
{data}
## Settings

| | |
|---|---|
{settings}
Versions: {parts}. All of this, for programs: `train.json`; the loss of every step: `losses.jsonl`.
"""


def _cut(cut: dict[str, int]) -> str:
    done = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in cut.items() if count)
    return done or "nothing was cut"
