"""Where a benchmark's rows come from: a file, a name below ``REWEAVE_DATA``, or the Hugging Face hub.

What can be opened is what :mod:`reweave.storage` opens. Rows are parsed by Python's ``json``, not orjson:
EvalPlus's inputs hold integers of hundreds of digits, NaN and infinities.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reweave.errors import InputError, MissingExtraError, RowError

HUB = "hub:"
_FILES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".json", ".json.gz", ".json.zst", ".parquet")


def data_folder() -> Path | None:
    """Give the folder that ``REWEAVE_DATA`` names, None where it names none."""
    folder = os.environ.get("REWEAVE_DATA")
    return Path(folder) if folder else None


def is_place(spec: str) -> bool:
    """Say whether a text names a file or a data set of the hub, rather than a benchmark."""
    return spec.startswith(HUB) or "/" in spec or spec.lower().endswith(_FILES) or Path(spec).is_file()


def beside(spec: str, name: str) -> str | None:
    """Give the path of a folder that lies beside a file or one folder up; None where there is none."""
    if spec.startswith(HUB):
        return None
    found = (folder / name for folder in Path(spec).resolve().parents[:2])
    return next((str(folder) for folder in found if folder.is_dir()), None)


def rows(spec: str) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """Give (number, row) for each row, counted from 0; a ``RowError`` in the place of one that is unreadable.

    Args:
        spec: A path, or ``hub:OWNER/NAME``, ``hub:OWNER/NAME/CONFIG``, each with ``@SPLIT`` behind (``test``
            where there is none).

    Raises:
        InputError: No such input.
        MissingExtraError: The hub is asked for and ``datasets`` is not installed.
    """
    if spec.startswith(HUB):
        yield from enumerate(_hub(spec.removeprefix(HUB)))
        return
    from reweave.storage import open_source  # noqa: PLC0415 - it loads orjson

    for number, line in enumerate(open_source(spec).rows()):
        yield number, line if isinstance(line, RowError) else _parsed(line)


def _parsed(line: bytes) -> dict[str, Any] | RowError:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return RowError("invalid-json", str(error))
    return row if isinstance(row, dict) else RowError("not-an-object", f"a {type(row).__name__}")


def _hub(name: str) -> Iterator[dict[str, Any]]:
    try:
        import datasets  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        raise MissingExtraError(f"reading {name} from the Hugging Face hub", "hub") from error
    name, _, split = name.partition("@")
    owner, _, rest = name.partition("/")
    repository, _, config = rest.partition("/")
    try:
        found = datasets.load_dataset(
            f"{owner}/{repository}", config or None, split=split or "test", streaming=True
        )
        yield from map(dict, found)
    except (OSError, ValueError) as error:  # what datasets raises for names, splits and the network
        raise InputError(f"cannot read {name} from the Hugging Face hub: {error}") from error
