"""Stages of a long job, each kept when it is done: a killed experiment goes on with the stage it was in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write

_INDENT = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


class Stages:
    """The stages of one folder.

    Args:
        folder: Holds ``config.json`` and a ``NAME.done.json`` for each stage that is done.
        config: What all stages follow; a folder made with another one is refused.

    Raises:
        RunError: The folder was made with other settings; the message names them.
    """

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "config.json"
        config = orjson.loads(orjson.dumps(config))
        if not path.exists():
            if any(folder.iterdir()):
                raise RunError(f"{folder} holds other things: choose a new folder")
            atomic_write(path, orjson.dumps(config, option=_INDENT))
            return
        before = orjson.loads(path.read_bytes())
        if before != config:
            names = sorted(
                name for name in before.keys() | config.keys() if before.get(name) != config.get(name)
            )
            differ = ", ".join(f"{name} {before.get(name)!r}, now {config.get(name)!r}" for name in names)
            raise RunError(f"{folder} was begun with other settings: {differ}; choose a new folder")

    def do(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do a stage unless it is done; give what it came to.

        Args:
            name: The stage's, unique.
            work: Does it, able to be started again after a kill; gives plain data.
        """
        path = self.folder / "stages" / f"{name}.json"
        if not path.exists():
            made = work()
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, orjson.dumps(made, option=_INDENT))
        done: dict[str, Any] = orjson.loads(path.read_bytes())
        return done
