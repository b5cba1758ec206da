"""The run directory of ``reweave eval``: what lies in it, who may write it, and whether a run fits it.

    config.json       the resolved configuration, and what it was applied to
    requests.sqlite   every request and answer, where a model was asked
    tasks.jsonl, samples.jsonl, rejects.jsonl, verdicts.parquet, summary.json

Those of the last line appear whole or not at all. While something is left to judge there is
``verdicts.partial.jsonl`` too: :mod:`reweave.evaluate.partial`.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from reweave.evaluate.partial import PartialVerdicts
from reweave.storage.atomic import atomic_file
from reweave.storage.held_folder import HeldFolder

ESTIMATING = frozenset({"k", "model_config_file"})
"""Settings that may change at any time: nothing is drawn or judged by them."""
JUDGING = frozenset({"extract", "decode", "form", "marker", "eos", "tier", "unsafe_no_isolation", "python"})
"""Settings that may change until there is a verdict: answers are kept as they came."""


class EvalFolder(HeldFolder):
    """A run directory, held by this process. A context manager."""

    def binding(self, settings: set[str]) -> set[str]:
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
