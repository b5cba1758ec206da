"""A run directory that one process holds, and that belongs to one configuration.

What else lies in it is its owner's business: scoring, pretraining, the experiment. The run directory of the
makers, which goes on at the level of a record, is ``run``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write
from reweave.storage.lock import RunLock
from reweave.storage.manifest import PRETTY


class HeldFolder:
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
        # A process killed at once leaves no more than its lock
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

    def claim(self, config: Mapping[str, Any]) -> None:
        """Write the configuration, or see that it goes with what the run has kept so far.

        Raises:
            RunError: It does not; the message says in what.
        """
        path = self.path / "config.json"
        now = orjson.loads(orjson.dumps(config))
        began = _object(path) if path.exists() else now
        differing = {key for key in began.keys() | now.keys() if began.get(key) != now.get(key)}
        binding = sorted(self.binding(differing)) if differing else []
        if binding:
            told = "; ".join(f"{key}: {began.get(key)!r} before, {now.get(key)!r} now" for key in binding)
            raise RunError(
                f"{self.path} was begun with another configuration ({told[:2000]}): give these as before, or"
                " -o another folder"
            )
        if differing or not path.exists():
            atomic_write(path, orjson.dumps(now, option=PRETTY))

    def binding(self, settings: set[str]) -> set[str]:
        """Give those of some settings that what was kept so far depends on: all of them, unless told."""
        return settings


def _object(path: Path) -> dict[str, Any]:
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path} is damaged: {error}; give -o another folder") from error
    if not isinstance(value, dict):
        raise RunError(f"{path} is damaged: it holds no object; give -o another folder")
    return value
