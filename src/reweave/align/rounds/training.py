"""A training as a process of its own: ``reweave train sft``, so that its memory is given back.

Started again it goes on where it was, and does nothing where the model is there.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from reweave.align.rounds.children import start
from reweave.errors import RunError
from reweave.storage.manifest import read_json

_SHOWN = 2000  # bytes of its output, where it failed


def train(data: Path, model: str, out: Path, settings: Mapping[str, Any], log: Path) -> Mapping[str, Any]:
    """Fine-tune a model on a file of rows; give what ``train.json`` says.

    Args:
        data: The rows.
        model: A folder, or a name on the hub.
        out: The model's folder to be.
        settings: As ``reweave train sft --set`` takes them, and ``preset`` and ``accelerate``.
        log: Takes what it writes.

    Raises:
        RunError: It failed; the end of its output is in the message.
    """
    given = dict(settings)
    line = [sys.executable, "-m", "reweave", "train", "sft", "--data", str(data), "--model", model]
    line += ["-o", str(out), "--set", 'writes="program"']
    for flag in ("preset", "accelerate"):
        if flag in given:
            line += [f"--{flag}", str(given.pop(flag))]
    for key, value in given.items():
        line += ["--set", f"{key}={orjson.dumps(value).decode()}"]  # plain values are TOML, too
    with log.open("ab") as file:
        process = start(line, file)
        try:
            status = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if status:
        said = log.read_bytes()[-_SHOWN:].decode("utf-8", "replace").strip()
        raise RunError(f"the training of {out} ended with status {status}: {said}")
    trained: Mapping[str, Any] = read_json(out / "train.json")
    return trained
