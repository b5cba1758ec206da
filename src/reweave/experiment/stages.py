"""Stages of a long job, each kept when it is done: a killed experiment goes on with the stage it was in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from reweave.storage.atomic import atomic_write
from reweave.storage.held_folder import HeldFolder
from reweave.storage.manifest import PRETTY, read_json


class Stages(HeldFolder):
    """The stages of one folder, each a ``stages/NAME.json`` when it is done.

    Args:
        folder: Theirs; a folder made with another configuration is refused.
        config: What all stages follow.

    Raises:
        RunError: The folder is another job's.
    """

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        super().__init__(folder)
        self.claim(config)

    def do(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do a stage unless it is done; give what it came to.

        Args:
            name: The stage's, unique.
            work: Does it, able to be started again after a kill; gives plain data.
        """
        path = self._path(name)
        if not path.exists():
            made = work()
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, orjson.dumps(made, option=PRETTY))
        return read_json(path)

    def has(self, name: str) -> bool:
        """Say whether a stage is done."""
        return self._path(name).exists()

    def read(self, name: str) -> dict[str, Any]:
        """Give what a stage that is done came to.

        Raises:
            RunError: It is not.
        """
        return read_json(self._path(name))

    def _path(self, name: str) -> Path:
        return self.path / "stages" / f"{name}.json"
