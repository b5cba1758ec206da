"""Reading what a run made, in whatever form and however far it has come."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from reweave.errors import InputError, RowError
from reweave.storage.jsonl import JsonlSource, is_jsonl
from reweave.storage.layout import run_folder


def find_run(path: Path) -> tuple[Path, Path | None]:
    """Find an output and its run directory by either name.

    Args:
        path: ``OUT`` or ``OUT.run``.

    Returns:
        The output, which an unfinished run has not made yet, and the run directory, if there is one.

    Raises:
        InputError: There is neither.
    """
    if path.name.endswith(".run") and path.is_dir():
        return path.with_name(path.name.removesuffix(".run")), path
    folder = run_folder(path)
    if folder.is_dir():
        return path, folder
    if path.exists():
        return path, None
    raise InputError(f"no such file, folder or run: {path}")


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read the rows of an output: a file, a folder of shards, or a run that is not finished.

    Args:
        path: ``OUT`` or ``OUT.run``.

    Raises:
        InputError: Something cannot be read; a `RowError` where it is one row.
    """
    out, folder = find_run(path)
    files, growing = _files(out, folder)
    for file in files:
        yield from _parquet(file) if file.suffix == ".parquet" else _jsonl(file)
    for file in growing:
        yield from _whole_lines(file)


def _files(out: Path, folder: Path | None) -> tuple[list[Path], list[Path]]:
    """The finished files, and the parts that are not."""
    if out.is_file():
        return [out], []
    finished = []
    if out.is_dir():
        finished = sorted(path for path in out.iterdir() if not path.name.startswith(".") and _is_data(path))
    growing = (
        [] if folder is None or (folder / "manifest.json").exists() else sorted(folder.glob("part*.jsonl"))
    )
    done = {path.name.partition(".")[0] for path in finished}
    # A shard that has just been sealed may still lie there in its plain form.
    return finished, [path for path in growing if path.name.partition(".")[0] not in done]


def _is_data(path: Path) -> bool:
    return path.suffix == ".parquet" or is_jsonl(path)


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    for raw in JsonlSource(path).rows():
        if isinstance(raw, RowError):
            raise RowError(raw.reason, f"{path}: {raw.detail}")
        yield _row(raw, path)


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return  # being written at this moment
            yield _row(line, path)


def _row(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", f"{path}: {error}") from error
    if not isinstance(row, dict):
        raise RowError("not-an-object", f"{path}: a row is not an object")
    return row


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    from reweave.storage.parquet_out import JSON_COLUMNS  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            as_json = orjson.loads((file.schema_arrow.metadata or {}).get(JSON_COLUMNS, b"[]"))
            for batch in file.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    for column in as_json:
                        if row[column] is not None:
                            row[column] = orjson.loads(row[column])
                    yield row
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"cannot read {path} as Parquet: {error}") from error
