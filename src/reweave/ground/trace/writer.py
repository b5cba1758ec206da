"""What came of candidates, written: rows and rejects, their counts, checkpoints now and then."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import orjson

from reweave.errors import RowError
from reweave.ground.trace.apis import Variety
from reweave.ground.trace.candidates import Entry
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.round_trip import RoundTrip
from reweave.ground.trace.rows import DEFECT, grounded, reject
from reweave.ground.trace.statistics import Statistics
from reweave.ground.trace.tracing import Refusal, Trace
from reweave.storage import Run

Made = tuple[Trace, RoundTrip] | Refusal | RowError
Digests = Mapping[str, str]

_CHECKPOINT_SECONDS = 1.0
_LINE = orjson.OPT_APPEND_NEWLINE


class Writer:
    """Gathers rows into writes, and writes into checkpoints.

    Args:
        run: Where.
        statistics: Counted in.
        config: What a row holds, and how many of a kind are kept.
    """

    def __init__(self, run: Run, statistics: Statistics, config: TraceConfig) -> None:
        self._run = run
        self._statistics = statistics
        self._config = config
        self._variety = Variety(config.same_calls)
        self._last = time.monotonic()

    def take_up(self, done: Iterable[Entry]) -> None:
        """Count again which calls the rows have that earlier starts kept: all that is in no reject."""
        rejects = self._run.folder / "rejects.jsonl"
        lines = rejects.read_bytes().splitlines() if self._run.next else []
        gone = {orjson.loads(line)["index"] for line in lines}
        for number, entry in enumerate(done):
            if number not in gone and entry.pair is not None:
                self._variety.admits(entry.pair.code)

    def add(self, entry: Entry, made: Made, tables: Digests) -> None:
        """Write what came of a candidate."""
        kept = b""
        if isinstance(made, tuple):
            assert entry.pair is not None
            try:
                row = grounded(entry.pair, *made, self._config, tables)
                kept = orjson.dumps(row, option=_LINE)
            except Exception as error:  # noqa: BLE001 - one row must not lose the others
                made = RowError(DEFECT, f"a defect in reweave: {error!r}")
            else:
                if not self._variety.admits(entry.pair.code):
                    kept, made = b"", Refusal("repeated-api", " ".join(row["calls"]) or "it calls nothing")
        line = b""
        if isinstance(made, tuple):
            self._statistics.add(*made, row)
        else:
            refused = reject(entry, made)
            self._statistics.rejects[refused.outcome, refused.reason] += 1
            line = orjson.dumps({"index": self._run.next, **asdict(refused)}, option=_LINE)
        self._statistics.read += 1
        self._run.append(kept, line, 1)

    def checkpoint(self) -> bool:
        """Make what was written lasting, where that is due; say whether it was."""
        if time.monotonic() - self._last < _CHECKPOINT_SECONDS:
            return False
        self._run.checkpoint({"statistics": self._statistics.to_json()})
        self._last = time.monotonic()
        return True
