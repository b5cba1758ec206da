"""A variant on disk: its rows, its steps, and the manifest that all variants of a data set share.

DIR/manifest.json           what was made equal, and the figures that show it
DIR/NAME/rows.jsonl.zst     id, path, prompt, completion: readable as any file of prompt and completion
DIR/NAME/steps.jsonl        the row numbers of each optimizer step, and its trained tokens
DIR/NAME/reweave.json       what a model trained on it writes
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, RunError
from reweave.model_folder import ModelFormat, read_format
from reweave.storage import atomic_file, read_rows
from reweave.storage.manifest import read_json
from reweave.storage.outputs import make_target
from reweave.train.examples import Example
from reweave.train.folder import sha256
from reweave.train.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Variant:
    """One training set of several that can be compared.

    Attributes:
        name: ``instruct``, or sampler and form, such as ``lintseq-short``.
        what: What a model trained on it writes.
        examples: Its rows; prompts have their template.
        steps: Row numbers of each optimizer step.
        tokens_a_step: Trained tokens of each step.
        tokens: The rows tokenized, where they were not read from disk.
        sources: What it was made of.
    """

    name: str
    what: ModelFormat
    examples: Sequence[Example]
    steps: list[list[int]]
    tokens_a_step: Sequence[int]
    tokens: list[Tokens] | None = None
    sources: Sequence[dict[str, Any]] = ()


def write_variant(folder: Path, variant: Variant) -> dict[str, str]:
    """Write a variant.

    Returns:
        The SHA-256 of its files by name.

    Raises:
        OSError: Writing failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = ("id", "path", "prompt", "completion")
    lines = (
        orjson.dumps({name: getattr(each, name) for name in names}, option=orjson.OPT_APPEND_NEWLINE)
        for each in variant.examples
    )
    part = folder / ".rows.jsonl"
    with part.open("wb") as file:
        file.writelines(lines)
    make_target(part, folder / "rows.jsonl.zst", ".jsonl.zst")
    part.unlink()
    with atomic_file(folder / "steps.jsonl") as file:
        for rows, tokens in zip(variant.steps, variant.tokens_a_step, strict=True):
            file.write(orjson.dumps({"rows": rows, "tokens": tokens}, option=orjson.OPT_APPEND_NEWLINE))
    variant.what.save(folder)
    return {path.name: sha256(path) for path in sorted(folder.iterdir()) if not path.name.startswith(".")}


def read_variant(folder: Path) -> Variant:
    """Read a variant back.

    Args:
        folder: Its own folder, ``DIR/NAME``.

    Raises:
        InputError: It is none.
        RunError: Its files are not those of the manifest.
    """
    manifest = folder.resolve().parent / "manifest.json"
    what = read_format(folder)
    if what is None or not manifest.exists():
        raise InputError(f"{folder} is no variant: reweave train variants makes DIR/NAME, give that")
    name = folder.resolve().name
    stored = read_json(manifest).get("variants", {}).get(name)
    if stored is None:
        raise InputError(f"{manifest} knows no variant {name}")
    for file, digest in stored["sha256"].items():
        if not (folder / file).exists() or sha256(folder / file) != digest:
            raise RunError(
                f"{folder / file} is not the file that {manifest} describes: make the variants again"
            )
    examples = [
        Example(row["id"], row["path"], row["prompt"], row["completion"])
        for row in read_rows(folder / "rows.jsonl.zst")
    ]
    steps = list(read_rows(folder / "steps.jsonl"))
    source = {"name": f"{manifest.parent.name}/{name}", "sha256": sha256(manifest)}
    return Variant(
        name, what, examples, [s["rows"] for s in steps], [s["tokens"] for s in steps], sources=(source,)
    )
