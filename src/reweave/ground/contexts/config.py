"""The resolved configuration of ``reweave ground contexts``: a TOML file, ``--set``, flags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from reweave.settings import checked, gather

SMALLEST_CARD = 1_000
"""Characters: what a card says beside its columns fits into these, whatever the table."""


class ContextsConfig(BaseModel):
    """Everything that decides the bytes ``reweave ground contexts`` writes, but the files themselves.

    Attributes:
        columns: How many columns are described; of the others their number is told, by type.
        card_chars: The longest card; columns that do not fit are only counted.
        name_chars: A name is cut at so many characters.
        value_chars: A value likewise.
        examples: Example values a column, at most.
        head_rows: First rows that are shown.
        head_columns: Columns of these rows.
        max_bytes: A larger file is not read.
        max_unpacked: What a workbook or a Parquet file may say that it holds, unpacked.
        max_cells: Rows times columns of a table, at most.
        seconds: One file may take so long.
        memory: Bytes that reading one file may take (on Linux).
        limit: How many files are read; 0 is all.
        shard_records: Files a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    columns: int = Field(30, ge=1, le=1_000)
    card_chars: int = Field(6_000, ge=SMALLEST_CARD, le=1_000_000)
    name_chars: int = Field(60, ge=8, le=1_000)
    value_chars: int = Field(40, ge=8, le=1_000)
    examples: int = Field(3, ge=0, le=20)
    head_rows: int = Field(5, ge=0, le=100)
    head_columns: int = Field(10, ge=1, le=100)
    max_bytes: int = Field(256 << 20, ge=1, lt=2**40)
    max_unpacked: int = Field(1 << 30, ge=1, lt=2**40)
    max_cells: int = Field(50_000_000, ge=1, lt=2**40)
    seconds: float = Field(120.0, gt=0, le=86_400, strict=False)
    memory: int = Field(4 << 30, ge=1 << 28, lt=2**50)
    limit: int = Field(0, ge=0, lt=2**63)
    shard_records: int = Field(50_000, ge=1, lt=2**63)


def resolve_config(file: Path | None, sets: list[str], flags: Mapping[str, Any]) -> ContextsConfig:
    """Put the configuration together; what comes later wins.

    Args:
        file: A TOML file whose keys are the settings' names, at the top or under ``[contexts]``.
        sets: ``key=value`` items, values as in TOML or plain text.
        flags: Flags given on the command line; None means not given.

    Raises:
        InputError: A key is not known, or a value is not of its kind; the message names it.
    """
    return checked(ContextsConfig, gather("contexts", file, sets, flags))
