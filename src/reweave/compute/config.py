"""The resolved configuration of ``reweave edits``: defaults, then a TOML file, then ``--set``, then flags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reweave.edits.codec import MARKER, completion
from reweave.errors import InputError
from reweave.settings import checked, gather


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
    config = checked(EditsConfig, gather("edits", file, sets, flags))
    try:
        completion([], marker=config.marker)
    except ValueError as error:
        raise InputError(f"configuration: marker: {error}") from error
    return config
