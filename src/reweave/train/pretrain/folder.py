"""The run directory of ``reweave train pretrain``: what lies in it, who may write it, whether a run fits it.

    config.json    the resolved configuration
    tokenizer/     the tokenizer, as transformers keeps it
    shards/        tokens: ``shards``; with rejects and a manifest of its own
    checkpoints/   of training, the last two; only those with the file ``complete`` are whole
    losses.jsonl   the loss curve: ``curve``; the same in tensorboard/
    model/         the trained model: weights, tokenizer, reweave.json
    manifest.json  what it came to, versions and licences; written last: it is there when the run is complete

One process a run writes it: with several, the first. The others wait for what it prepares.
"""

import shutil
from pathlib import Path
from typing import Any, Self

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write
from reweave.storage.lock import RunLock
from reweave.storage.manifest import PRETTY, read_json

COMPLETE = "complete"


class PretrainFolder:
    """A run directory. A context manager: inside, this process alone writes it.

    Args:
        path: The folder; made if it is not there.

    Raises:
        RunError: Another process writes it, it holds something else, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_dir():
            raise RunError(f"{path} is a file: give -o a folder")
        config = path / "config.json"
        if path.is_dir() and not config.exists() and any(not p.name.startswith(".") for p in path.iterdir()):
            raise RunError(f"{path} holds something else than a run: give -o a folder of its own")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"cannot make {path}: {error.strerror}; give -o another folder") from error
        self.path = path
        self._lock = RunLock(path / ".lock")

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's folder."""
        return self.path / "tokenizer"

    @property
    def shards(self) -> Path:
        """The folder of shards."""
        return self.path / "shards"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def losses(self) -> Path:
        """The loss curve."""
        return self.path / "losses.jsonl"

    @property
    def model(self) -> Path:
        """The trained model's folder."""
        return self.path / "model"

    def claim(self, config: dict[str, Any]) -> None:
        """Write the resolved configuration, or see that it is the one the run was begun with.

        Raises:
            RunError: It is not; the message says in what.
        """
        path = self.path / "config.json"
        now = orjson.loads(orjson.dumps(config))
        if not path.exists():
            atomic_write(path, orjson.dumps(now, option=PRETTY))
            return
        began = read_json(path)
        differing = sorted(key for key in began.keys() | now.keys() if began.get(key) != now.get(key))
        if differing:
            told = "; ".join(f"{key}: {began.get(key)!r} before, {now.get(key)!r} now" for key in differing)
            raise RunError(
                f"{self.path} was begun with another configuration ({told[:2000]}): give these as before, or"
                " -o another folder"
            )

    def summary(self) -> dict[str, Any] | None:
        """What the run came to; None while it is not complete."""
        path = self.path / "manifest.json"
        return read_json(path) if path.exists() else None

    def finish(self, summary: dict[str, Any]) -> None:
        """Say what the run came to: it is complete."""
        atomic_write(self.path / "manifest.json", orjson.dumps(summary, option=PRETTY))

    def last_checkpoint(self) -> Path | None:
        """Give the last checkpoint that is whole."""
        found = [
            (int(path.name.partition("-")[2]), path)
            for path in self.checkpoints.glob("checkpoint-*")
            if (path / COMPLETE).exists()
        ]
        return max(found)[1] if found else None

    def drop_torn(self) -> None:
        """Remove checkpoints that a killed process left unfinished."""
        for path in self.checkpoints.glob("checkpoint-*"):
            if not (path / COMPLETE).exists():
                shutil.rmtree(path)
