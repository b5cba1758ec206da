"""A whole run of ``reweave align select``: validated rows in, the chosen ones out, and pairs on request.

Choosing is cheap: a run that is taken up again chooses everything anew, and writes what is not written yet.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from reweave import __version__
from reweave.align.validate import select
from reweave.align.validate.rows import COLUMN, shown
from reweave.errors import InputError, RowError
from reweave.records import Reject
from reweave.storage import Run, open_source

_EVERY = 5_000  # rows between two checkpoints


class SelectConfig(BaseModel):
    """What is chosen.

    Args:
        policy: ``best``, ``first`` or ``all`` of an instruction's accepted responses.
        pairs_each: Preference pairs for each chosen response, at most.
        shard_records: Input rows a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Literal["best", "first", "all"] = "best"
    pairs_each: int = Field(1, ge=1)
    shard_records: int = Field(50_000, ge=1)


@dataclass(slots=True)
class Selected:
    """What a selection came to.

    Attributes:
        read, kept: Rows.
        rejects: Rows left out, by reason.
        instructions, chosen: Instructions, and those of them of which a row was kept.
        pairs: Preference pairs that there are, written or not.
        was_complete: Whether there was nothing left to do.
    """

    read: int = 0
    kept: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    instructions: int = 0
    chosen: int = 0
    pairs: int = 0
    was_complete: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give what is stored with the run."""
        counts = asdict(self)
        del counts["was_complete"]
        return counts | {"rejects": [["rejected", name, n] for name, n in sorted(self.rejects.items())]}


@dataclass(frozen=True, slots=True)
class _Choice:
    """One instruction's part of the outputs: its rows' numbers, lines and rejects, and pairs."""

    start: int
    rows: list[tuple[bytes, bytes]]
    pairs: bytes


def select_rows(source: str, out: Path, config: SelectConfig, *, pairs: Path | None = None) -> Selected:
    """Choose rows, or go on with a run that was stopped.

    Args:
        source: The output of ``reweave align validate``.
        out: The output file, or folder of shards.
        config: What to choose.
        pairs: Where preference pairs go; None for no pairs.

    Raises:
        InputError: The source cannot be read, or both outputs are one.
        RunError: An output belongs to another run, or cannot be written.
    """
    if pairs is not None and pairs.absolute() == out.absolute():
        raise InputError(f"{out}: pairs need a file of their own; give --pairs another name")
    opened = open_source(source)
    counts = Selected()
    with ExitStack() as stack:
        runs = {
            place: stack.enter_context(
                Run.open(
                    place,
                    config=config.model_dump() | {"writes": writes},
                    source=opened.fingerprint(),
                    context={"input": source},
                    versions={"reweave": __version__},
                    shard_records=config.shard_records,
                )
            )
            for place, writes in ((out, "rows"), (pairs, "pairs"))
            if place is not None
        }
        unfinished = {place: run for place, run in runs.items() if not run.complete}
        counts.was_complete = not unfinished
        for choice in _choices(opened.rows(), config, counts):
            for place, run in unfinished.items():
                if choice.start >= run.next:
                    _write(run, choice, of_pairs=place == pairs)
        for run in unfinished.values():
            run.finish(counts.to_json())
    return counts


def _write(run: Run, choice: _Choice, *, of_pairs: bool) -> None:
    for number, (line, reject) in enumerate(choice.rows):
        if of_pairs:
            run.append(b"" if number else choice.pairs, b"", 1)
        else:
            run.append(line, reject, 1)
    if run.next // _EVERY != choice.start // _EVERY:
        run.checkpoint({})


def _choices(rows: Iterable[bytes | RowError], config: SelectConfig, counts: Selected) -> Iterator[_Choice]:
    """Give what is chosen of each instruction, counted."""
    read = (_read(number, raw) for number, raw in enumerate(rows))
    for _, group in groupby(read, key=_instruction):
        yield _choice(list(group), config, counts)


_Read = tuple[int, dict[str, Any], RowError | None]


def _read(number: int, raw: bytes | RowError) -> _Read:
    """Give a row's number, its columns, and why it cannot be used."""
    row: Any = {}
    try:
        if isinstance(raw, RowError):
            raise raw
        row = orjson.loads(raw)
        select.check(row)
    except RowError as error:
        return number, row if isinstance(row, dict) else {"raw": row}, error
    except orjson.JSONDecodeError as error:
        return number, {}, RowError("invalid-json", str(error))
    return number, {"id": number, **row}, None


def _instruction(read: _Read) -> tuple[str, Any]:
    number, row, _ = read
    instruction = row.get("instruction_id")
    return ("row", number) if instruction is None else ("instruction", instruction)


def _choice(group: list[_Read], config: SelectConfig, counts: Selected) -> _Choice:
    good = [row for _, row, error in group if error is None and row[COLUMN]["accepted"]]
    usable = [row for _, row, error in group if error is None]
    chosen = select.POLICIES[config.policy](good)
    pairs = list(select.pairs(usable, chosen, config.pairs_each))
    kept = set(map(id, chosen))
    lines = []
    for number, row, error in group:
        if id(row) in kept:
            lines.append((orjson.dumps(row, option=_LINE), b""))
            continue
        reason, detail = _why(row, error, config.policy)
        counts.rejects[reason] += 1
        reject = Reject(str(row.get("id", number)), "rejected", reason, detail, row if error else shown(row))
        lines.append((b"", orjson.dumps({"index": number, **asdict(reject)}, option=_LINE)))
    counts.read += len(group)
    counts.kept += len(chosen)
    counts.instructions += bool(usable)
    counts.chosen += bool(chosen)
    counts.pairs += len(pairs)
    return _Choice(group[0][0], lines, b"".join(orjson.dumps(pair, option=_LINE) for pair in pairs))


def _why(row: dict[str, Any], error: RowError | None, policy: str) -> tuple[str, str]:
    if error is not None:
        return error.reason, error.detail
    column = row[COLUMN]
    if not column["accepted"]:
        return column["reason"], column.get("detail", "")
    return "not-chosen", f"policy {policy} took another response of the instruction"


_LINE = orjson.OPT_APPEND_NEWLINE
