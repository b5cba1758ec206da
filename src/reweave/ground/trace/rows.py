"""Grounded rows and rejects, as a run writes them.

A row has the candidate's columns and what its run showed: ``inputs`` and ``outputs`` (``stored``), ``apart``
(what did not cross the sandbox's boundary, in words), ``removed``, ``printed``, ``calls``; ``tables``, where
its context reads any; and ``specs``, ``contract``, ``round_trip`` (``round_trip``). A column of the source
that is named like one of these goes out as ``source_NAME``.
"""

import re
from collections.abc import Mapping
from typing import Any

from reweave.errors import RowError
from reweave.ground.trace.apis import sequence
from reweave.ground.trace.candidates import Entry
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.pair import Pair
from reweave.ground.trace.round_trip import RoundTrip
from reweave.ground.trace.stored import clean, encode
from reweave.ground.trace.tracing import Refusal, Trace
from reweave.records import Reject

DEFECT = "defect"
_COLUMNS = (
    "tables",
    "inputs",
    "outputs",
    "apart",
    "removed",
    "printed",
    "calls",
    "specs",
    "contract",
    "round_trip",
)
_LEAST = 64  # bytes a value may have, however many there are
_PRINTED = 2000  # characters
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def grounded(
    pair: Pair,
    made: Trace,
    trip: RoundTrip,
    config: TraceConfig,
    tables: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Give the row of a candidate that was traced.

    Args:
        pair: The candidate, and what it is for.
        made: Its trace.
        trip: Its specifications.
        config: How much a row holds.
        tables: The SHA-256 of each file that its context reads, by name.
    """
    most = max(_LEAST, config.row_bytes // max(1, len(made.inputs) + len(made.outputs)))
    ours = {
        "inputs": _stored(made.inputs, most),
        "outputs": _stored(made.outputs, most),
        "apart": {clean(name): lasting(words) for name, words in made.apart.items()},
        "removed": [clean(name) for name in made.removed],
        "printed": lasting(made.printed)[:_PRINTED],
        "calls": list(sequence(pair.code)),
    }
    more = {f"source_{name}" if name in _COLUMNS else name: value for name, value in pair.more.items()}
    if tables:
        ours["tables"] = dict(tables)
    own = {"id": pair.id, "context": pair.context, "intent": pair.intent, "code": pair.code}
    return {**own, **more, **ours, **trip.columns()}


def reject(entry: Entry, why: Refusal | RowError) -> Reject:
    """Say why a row is not kept: ``failed`` where the fault is ours."""
    outcome = "failed" if why.reason in {"harness-error", DEFECT} else "rejected"
    return Reject(entry.id, outcome, why.reason, lasting(why.detail), _shown(entry))


def lasting(words: str) -> str:
    """Give words without the addresses of objects, which differ from run to run."""
    return clean(_ADDRESS.sub("0x…", words))


def _stored(values: Mapping[str, Any], most: int) -> dict[str, Any]:
    return {clean(name): encode(value, most) for name, value in values.items()}


def _shown(entry: Entry) -> Mapping[str, Any]:
    """Give what a person must see to know why."""
    if entry.pair is None:
        return entry.row
    pair = entry.pair
    return {"context": pair.context, "intent": pair.intent, "code": pair.code, **pair.more}
