"""The run directory of ``reweave eval``: what lies in it, who may write it, and whether a run fits it.

    config.json       the resolved configuration, and what it was applied to
    requests.sqlite   every request and answer, where a model was asked
    tasks.jsonl, samples.jsonl, rejects.jsonl, verdicts.parquet, summary.json

Those of the last line appear whole or not at all. While something is left to judge there is
``verdicts.partial.jsonl`` too: :mod:`reweave.evaluate.partial`.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import orjson

from reweave.errors import RunError
from reweave.evaluate.partial import PartialVerdicts
from reweave.storage.atomic import atomic_file, atomic_write
from reweave.storage.lock import RunLock

ESTIMATING = frozenset({"k", "model_config_file"})
"""Settings that may change at any time: nothing is drawn or judged by them."""
JUDGING = frozenset({"extract", "decode", "form", "marker", "eos", "tier", "unsafe_no_isolation", "python"})
"""Settings that may change until there is a verdict: answers are kept as they came."""


class EvalFolder:
    """A run directory, held by this process. A context manager.

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
        began = now if not path.exists() else _object(path)
        differing = {key for key in began.keys() | now.keys() if began.get(key) != now.get(key)}
        binding = sorted(self._binding(differing)) if differing else []
        if binding:
            told = "; ".join(f"{key}: {began.get(key)!r} before, {now.get(key)!r} now" for key in binding)
            raise RunError(
                f"{self.path} was begun with another configuration ({told[:2000]}): give these as before, or"
                " -o another folder"
            )
        if differing or not path.exists():
            atomic_write(path, orjson.dumps(now, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))

    def _binding(self, settings: set[str]) -> set[str]:
        """Give those of some settings that what was kept so far depends on."""
        if self.verdicts.exists() or self.partial.has_any():
            return settings - ESTIMATING
        if self._answers():
            return settings - ESTIMATING - JUDGING
        return set()

    def _answers(self) -> int:
        if not self.requests.exists():
            return 0
        from reweave.models import RequestLog  # noqa: PLC0415 - sqlite, and only where a model was asked

        with RequestLog(self.requests) as log:
            return log.outcomes().get("answer", 0)

    @property
    def requests(self) -> Path:
        """The request log."""
        return self.path / "requests.sqlite"

    @property
    def samples(self) -> Path:
        """All samples."""
        return self.path / "samples.jsonl"

    @property
    def verdicts(self) -> Path:
        """All verdicts."""
        return self.path / "verdicts.parquet"

    @property
    def summary(self) -> Path:
        """The numbers."""
        return self.path / "summary.json"

    @property
    def partial(self) -> PartialVerdicts:
        """The verdicts so far."""
        return PartialVerdicts(self.path / "verdicts.partial.jsonl")

    def is_complete(self) -> bool:
        """Say whether nothing is left to draw or to judge."""
        whole = all(
            path.exists() for path in (self.summary, self.verdicts, self.samples, self.path / "rejects.jsonl")
        )
        return whole and not self.partial.path.exists()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of ``samples.jsonl``."""
        with self.samples.open("rb") as file:
            for line in file:
                yield orjson.loads(line)

    def write_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write a file of JSON lines, whole or not at all."""
        with atomic_file(self.path / name) as file:
            for row in rows:
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _object(path: Path) -> dict[str, Any]:
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path} is damaged: {error}; give -o another folder") from error
    if not isinstance(value, dict):
        raise RunError(f"{path} is damaged: it holds no object; give -o another folder")
    return value
