"""The folder of one training: what identifies it, its checkpoints, its loss curve.

    run.json         settings, data with SHA-256; a restart with others is refused
    losses.jsonl     step, loss a token, trained tokens, learning rate, gradient norm, of every step
    checkpoints/     the last two; one without the file ``whole`` was being written when the process died
    tensorboard/     the curve again
    model files      written at the end, with README.md, reweave.json and, last of all, train.json

What is trained is not this module's business.
"""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.storage import atomic_write
from reweave.storage.identity import differences
from reweave.storage.manifest import PRETTY, read_json

_WHOLE = "whole"
_CURVE = ("step", "loss", "tokens", "learning_rate", "grad_norm")


def begin(out: Path, identity: Mapping[str, Any]) -> None:
    """Begin a training's folder, or see that it is this training's.

    Raises:
        RunError: Something else lies there.
    """
    out.mkdir(parents=True, exist_ok=True)
    ours = out / "run.json"
    if ours.exists():
        different = differences(read_json(ours), orjson.loads(orjson.dumps(identity, option=PRETTY)))
        if different:
            listed = "".join(f"\n  {line}" for line in different)
            raise RunError(
                f"{out} belongs to another training:{listed}\nChoose another folder, or delete it."
            )
        return
    strangers = sorted(entry.name for entry in out.iterdir() if entry.name != "lock")
    if strangers:
        raise RunError(f"{out} is no folder of a training: it has no run.json but {strangers[0]}")
    atomic_write(ours, orjson.dumps(identity, option=PRETTY))


def last_checkpoint(out: Path) -> Path | None:
    """Give the latest checkpoint that is whole; remove those that are not."""
    whole = []
    for path in (out / "checkpoints").glob("checkpoint-*"):
        if (path / _WHOLE).exists():
            whole.append(path)
        else:
            shutil.rmtree(path)
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def mark_whole(out: Path, step: int) -> None:
    """Say that the checkpoint of a step is complete."""
    atomic_write(out / "checkpoints" / f"checkpoint-{step}" / _WHOLE, b"")


def curve_line(logged: Mapping[str, Any]) -> bytes:
    """Give a line of ``losses.jsonl`` for what a step logged."""
    return orjson.dumps({name: logged.get(name) for name in _CURVE}, option=orjson.OPT_APPEND_NEWLINE)


def write_curve(out: Path, logged: Iterable[Mapping[str, Any]]) -> None:
    """Write the whole curve anew, from what the trainer's state holds."""
    atomic_write(out / "losses.jsonl", b"".join(curve_line(each) for each in logged if "loss" in each))


def sha256(path: Path) -> str:
    """Hash a file, or the names and contents of a folder's data files."""
    if path.is_dir():
        digest = hashlib.sha256()
        for each in sorted(path.iterdir()):
            if each.is_file() and not each.name.startswith("."):
                digest.update(f"{each.name}\0{sha256(each)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
