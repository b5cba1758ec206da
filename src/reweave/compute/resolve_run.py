"""A whole run of ``reweave resolve``: rows with model output in, rows with programs and a status out."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from reweave.edits import codec
from reweave.errors import DecodeError, InputError, RowError
from reweave.storage import atomic_file, open_source

MODES = ("lenient", "strict", "published")
FIELDS = ("completion", "edits", "messages", "text", "output", "response")


def resolve_rows(
    source: str, out: Path | None, *, field: str | None, form: str, mode: str, marker: str, eos: str
) -> Counter[str]:
    """Resolve every row of a source; return how many rows came to each status.

    Args:
        source: What `reweave.storage.open_source` takes.
        out: A new ``.jsonl`` file, written whole or not at all; None writes to stdout.
        field: The column with the text, a list of edits, or messages; None takes the first of `FIELDS`.
        form: One of `reweave.edits.codec.FORMS`.
        mode: ``lenient``, ``strict``, or ``published`` for the published decoder, defects included.
        marker: What stands before each edit in a text.
        eos: The end-of-sequence text, taken off once and only as a whole.

    Raises:
        InputError: The source cannot be read, or a setting makes no sense.
    """
    if mode not in MODES:
        raise InputError(f"no mode {mode!r}; there are {', '.join(MODES)}")
    if form not in codec.FORMS:
        raise InputError(f"no form {form!r}; there are {', '.join(codec.FORMS)}")
    if out is not None and out.suffix != ".jsonl":
        raise InputError(f"{out}: resolve writes .jsonl")
    try:
        codec.split_completion(f"\n{marker}", marker=marker, eos=eos)
    except ValueError as error:
        raise InputError(str(error)) from error
    counts: Counter[str] = Counter()
    with _opened(out) as file:
        for number, raw in enumerate(open_source(source).rows()):
            row = _resolved(number, raw, field=field, form=form, mode=mode, marker=marker, eos=eos)
            counts[row["status"]] += 1
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return counts


def _resolved(
    number: int, raw: bytes | RowError, *, field: str | None, form: str, mode: str, marker: str, eos: str
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    try:
        if isinstance(raw, RowError):
            raise raw
        row = _object(raw)
        value = row[_column(row, field)]
        row = {"id": number, **row}
        return row | _resolve(value, form=form, mode=mode, marker=marker, eos=eos)
    except RowError as error:
        return {"id": number, **row, "program": None, "status": "malformed", "skipped": [str(error)]}


def _object(raw: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RowError("invalid-json", str(error)) from error
    if not isinstance(row, dict):
        raise RowError("not-an-object", "the row is no JSON object")
    return row


def _column(row: Mapping[str, Any], field: str | None) -> str:
    found = field if field is not None else next((name for name in FIELDS if name in row), None)
    if found is None or found not in row:
        looked = field or ", ".join(FIELDS)
        raise RowError("missing-column", f"no column {looked}; there are {', '.join(row) or 'none'}")
    return found


def _resolve(value: Any, *, form: str, mode: str, marker: str, eos: str) -> dict[str, Any]:
    """Return program, status and what was skipped, for a text, a list of edits, or messages."""
    if isinstance(value, str):
        if mode == "published":
            program = codec.resolve_published(value)
            return {"program": program, "status": "published" if program else "empty", "skipped": []}
        try:
            edits = codec.split_completion(value, marker=marker, eos=eos)
            return {"program": codec.decode(edits, form), "status": _exact(edits), "skipped": []}
        except DecodeError as error:
            if mode == "strict":
                return _malformed(error)
        resolved = codec.resolve_text(value, form=form, marker=marker, eos=eos)
        skipped = [f"edit {item.edit}: {item.reason}" for item in resolved.skipped]
        return {"program": resolved.program, "status": resolved.status, "skipped": skipped}
    if not isinstance(value, list):
        raise RowError("not-text", "neither text, nor a list of edits, nor messages")
    if mode == "published":
        raise RowError("not-text", "the published decoder reads texts only")
    edits = _edits(value)
    try:
        return {"program": codec.decode(edits, form), "status": _exact(edits), "skipped": []}
    except DecodeError as error:
        if mode == "strict":
            return _malformed(error)
    decoded = codec.decode_lenient(edits, form)
    skipped = [f"edit {item.edit}: {item.reason}" for item in decoded.skipped]
    return {
        "program": decoded.program,
        "status": "repaired" if decoded.applied else "empty",
        "skipped": skipped,
    }


def _edits(value: list[Any]) -> list[str]:
    """Return the edits of a list of them, or of messages."""
    edits = value
    if value and all(isinstance(item, dict) for item in value):
        try:
            edits = codec.edits_of(value)
        except DecodeError as error:
            raise RowError("not-text", str(error)) from error
    if not all(isinstance(edit, str) for edit in edits):
        raise RowError("not-text", "an edit is not text")
    return edits


def _exact(edits: list[str]) -> str:
    return "exact" if any(edits) else "empty"


def _malformed(error: DecodeError) -> dict[str, Any]:
    return {"program": None, "status": "malformed", "skipped": [str(error)]}


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[bytes]]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with atomic_file(out) as file:
            yield file
