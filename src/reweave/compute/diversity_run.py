"""``reweave curate diversity``: data sets read, measured, and measured again at a common size."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.curate.columns import TEXT_FIELDS, read_row, read_text
from reweave.curate.diversity import Diversity, Measure
from reweave.errors import InputError, RowError
from reweave.records import Reject
from reweave.storage import Fields, atomic_write, extract_code, make_reject, open_source
from reweave.storage.definitions import CODE_FIELDS
from reweave.storage.manifest import PRETTY

_CODE_FIELDS = (*CODE_FIELDS, "completion")


@dataclass(frozen=True, slots=True)
class Measured:
    """One data set.

    Attributes:
        name: As it was given.
        rows: How many were read.
        measures: Its numbers.
        unparsed: Programs that do not parse; they have no shape and no calls.
        rejects: Rows that cannot be read.
    """

    name: str
    rows: int
    measures: list[Measure]
    unparsed: int
    rejects: list[Reject]


def measure(
    sources: Sequence[str],
    *,
    text: str | None = None,
    code: str | None = None,
    concepts: str = "concepts",
    seed: int = 1,
    out: Path | None = None,
) -> list[Measured]:
    """Measure data sets, each also at the size of the smallest where there are several.

    Args:
        sources: What `reweave.storage.open_source` takes.
        text: The instruction's column; None: the usual one.
        code: The program's column; None: the usual one.
        concepts: The column with a list of concepts.
        seed: Of the parts.
        out: A JSON file for the numbers.

    Raises:
        InputError: A source cannot be read, or has nothing to measure.
    """
    read = [_read(source, text, code, concepts, seed) for source in sources]
    common: dict[str, int] | None = None
    if len(read) > 1:
        kinds = [each.sizes() for each, _, _ in read]
        shared = set.intersection(*map(set, kinds))
        common = {kind: min(sizes[kind] for sizes in kinds) for kind in sorted(shared)}
    found = [
        Measured(source, rows, diversity.measure(common), diversity.unparsed, rejects)
        for source, (diversity, rows, rejects) in zip(sources, read, strict=True)
    ]
    if out is not None:
        content = [
            {"name": each.name, "rows": each.rows, "unparsed": each.unparsed, "rejects": len(each.rejects)}
            | {"measures": [asdict(one) for one in each.measures]}
            for each in found
        ]
        atomic_write(out, orjson.dumps(content, option=PRETTY))
    return found


def _read(
    source: str, text: str | None, code: str | None, concepts: str, seed: int
) -> tuple[Diversity, int, list[Reject]]:
    diversity, rejects, rows = Diversity(seed), list[Reject](), 0
    for number, raw in enumerate(open_source(source).rows()):
        rows += 1
        try:
            row = read_row(raw)
            said = _column(row, text, TEXT_FIELDS)
            program = _column(row, code, _CODE_FIELDS)
            program = None if program is None else extract_code(program)[0]
            diversity.add(text=said, code=program, concepts=_concepts(row.get(concepts)))
        except RowError as error:
            rejects.append(make_reject(error, raw if isinstance(raw, bytes) else None, number, Fields()))
    if not diversity.sizes():
        why = f", the first row: {rejects[0].detail}" if rejects else ""
        raise InputError(f"{source}: no column to measure{why}; say --text COLUMN or --code COLUMN")
    return diversity, rows, rejects


def _column(row: Mapping[str, Any], asked: str | None, usual: Sequence[str]) -> str | None:
    if asked is not None:
        if asked not in row:
            raise RowError("missing-column", f"no column {asked}; there are {', '.join(row) or 'none'}")
        return read_text(row[asked], asked)
    name = next((each for each in usual if isinstance(row.get(each), str)), None)
    return None if name is None else read_text(row[name], name)


def _concepts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
