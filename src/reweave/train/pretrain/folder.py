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
from typing import Any

import orjson

from reweave.storage.atomic import atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY, read_json

COMPLETE = "complete"


class PretrainFolder(HeldFolder):
    """A run directory. A context manager: inside, this process alone writes it."""

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
