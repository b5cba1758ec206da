"""The resolved configuration of ``reweave edits``: defaults, then a TOML file, then ``--set``, then flags."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reweave.edits.codec import MARKER, completion
from reweave.errors import InputError


class EditsConfig(BaseModel):
    """Everything that decides the bytes ``reweave edits`` writes, but the input itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    code_field: str | None = None
    instruction_field: str = "instruction"
    id_field: str | None = None
    split: Literal["file", "definition"] = "file"
    extract: Literal["auto", "never"] = "auto"
    paths: int = Field(5, ge=1, lt=2**63)
    seed: int = Field(1, ge=-(2**63), lt=2**63)  # what JSON rows can hold
    preset: str = "default"
    checker: str | None = None
    sampler: str = "lintseq"
    unit: str | None = None
    format: Literal["edits", "prompt-completion", "messages", "states"] = "edits"
    form: Literal["unified", "short", "search-replace", "states", "published"] | None = None
    marker: str = MARKER
    limit: int = Field(0, ge=0, lt=2**63)
    max_lines: int = Field(5_000, ge=0, lt=2**63)
    shard_records: int = Field(50_000, ge=1, lt=2**63)


def resolve_config(file: Path | None, sets: list[str], flags: Mapping[str, Any]) -> EditsConfig:
    """Put the configuration together; what comes later wins.

    Args:
        file: A TOML file whose keys are the flags' names, with ``-`` or ``_``, at the top or under
            ``[edits]``.
        sets: ``key=value`` items, values as in TOML or plain text.
        flags: Flags given on the command line; None means not given.

    Raises:
        InputError: A key is not known, or a value is not of its kind; the message names it.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            table = tomllib.loads(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"--config {file}: {error}") from error
        values |= _edits_of(table, file)
    for item in sets:
        key, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"--set {item}: expected key=value")
        values[key.strip().removeprefix("edits.")] = _value(value.strip())
    values = {key.replace("-", "_"): value for key, value in values.items()}
    values |= {key: value for key, value in flags.items() if value is not None}
    try:
        config = EditsConfig(**values)
        completion([], marker=config.marker)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise InputError(f"configuration: {wrong}") from error
    except ValueError as error:
        raise InputError(f"configuration: marker: {error}") from error
    return config


def _edits_of(table: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return the settings of this verb: those at the top and, winning over them, those under ``[edits]``."""
    if "edits" not in table:
        return table
    own = table["edits"]
    if not isinstance(own, dict):
        raise InputError(f"--config {file}: edits is no table; write settings at the top or under [edits]")
    # With an [edits] table in the file, other tables are other verbs' business.
    return {key: value for key, value in table.items() if not isinstance(value, dict)} | own


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
