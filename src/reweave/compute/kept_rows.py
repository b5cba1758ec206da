"""Rows that stay as they came, and those that go, into a run directory: what the filters of ``curate`` share.

Counts both, and makes a checkpoint every second, so that a run that was killed goes on at the row.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from reweave.storage import Run

_CHECKPOINT_SECONDS = 1.0


class KeptRows:
    """Writes the rows of a filter, in their order, from where the run stands.

    Args:
        run: The run.
        grouped: The name under which dropped rows are counted a second time: by column, by benchmark.
        report: Told how many rows are done, after each checkpoint.
    """

    def __init__(self, run: Run, grouped: str, report: Callable[[int], None]) -> None:
        self._run = run
        self._name = grouped
        self._report = report
        self._kept = int(run.state.get("kept", 0))
        self._rejects = Counter[str](run.state.get("rejects", {}))
        self._groups = Counter[str](run.state.get(grouped, {}))
        self._last = time.monotonic()

    def keep(self, raw: bytes) -> None:
        """Write a row, byte for byte."""
        self._kept += 1
        self._run.append(raw.strip() + b"\n", b"", 1)
        self._checkpoint()

    def drop(self, reject: Mapping[str, Any], groups: Iterable[str]) -> None:
        """Write what became of a row that does not stay, counted under its reason and its groups."""
        self._rejects[reject["reason"]] += 1
        self._groups.update(groups)
        self._run.append(b"", orjson.dumps(reject, option=orjson.OPT_APPEND_NEWLINE), 1)
        self._checkpoint()

    def statistics(self) -> dict[str, Any]:
        """Give the counts so far: read = kept + all rejects."""
        return {
            "read": self._run.next,
            "kept": self._kept,
            "rejects": dict(sorted(self._rejects.items())),
            self._name: dict(sorted(self._groups.items())),
        }

    def _checkpoint(self) -> None:
        now = time.monotonic()
        if now - self._last > _CHECKPOINT_SECONDS:
            self._last = now
            self._run.checkpoint(self.statistics())
            self._report(self._run.next)
