"""What a finished run made. The manifest is written last, so its existence means that the run is complete."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import RunError
from reweave.storage.atomic import atomic_write
from reweave.storage.outputs import OutputFile

FORMAT = 1
PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished run made.

    Attributes:
        records: How many records were read.
        rows: How many rows were kept, over all outputs.
        rejects: How many lines ``rejects.jsonl`` has.
        outputs: The finished files.
        json_columns: The columns that Parquet holds as JSON text.
        statistics: What the caller gave at the end.
    """

    records: int
    rows: int
    rejects: int
    outputs: tuple[OutputFile, ...]
    json_columns: tuple[str, ...]
    statistics: dict[str, Any]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``statistics.json``, then ``manifest.json``.

    Raises:
        OSError: Writing failed; without ``manifest.json`` the run is not complete.
    """
    content = asdict(manifest)
    atomic_write(folder / "statistics.json", orjson.dumps(content.pop("statistics"), option=PRETTY))
    atomic_write(folder / "manifest.json", orjson.dumps({"format": FORMAT, **content}, option=PRETTY))


def read_manifest(folder: Path) -> Manifest | None:
    """Read what a finished run made; None if it is not finished.

    Raises:
        RunError: The files are damaged.
    """
    if not (folder / "manifest.json").exists():
        return None
    content = read_json(folder / "manifest.json")
    try:
        return Manifest(
            records=content["records"],
            rows=content["rows"],
            rejects=content["rejects"],
            outputs=tuple(OutputFile(**output) for output in content["outputs"]),
            json_columns=tuple(content["json_columns"]),
            statistics=read_json(folder / "statistics.json"),
        )
    except (KeyError, TypeError) as error:
        raise RunError(f"{folder / 'manifest.json'} is not a manifest of this version: {error}") from error


def read_json(path: Path) -> dict[str, Any]:
    """Read one of the run's own files.

    Raises:
        RunError: It is missing or damaged.
    """
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise RunError(f"{path} does not hold an object")
    return content
