"""The settings of ``reweave curate``: what decides the bytes it writes, but for the input."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reweave.curate.columns import parse_column


class DedupConfig(BaseModel):
    """How near-duplicates are found.

    Attributes:
        on: Columns to compare, as `columns.parse_column` reads them; none: the usual ones of the first row.
        match: ``any``: duplicates are alike in one of the columns; ``all``: in each.
        threshold: The least Jaccard similarity of duplicates.
        best: A column with a number: of duplicates the row with the highest is kept; None: the first.
        ngram: Tokens of an n-gram.
        permutations: Hash functions of a signature: more miss fewer pairs and cost more.
        seed: Of the hash functions.
        limit: Read only so many rows; 0: all.
        shard_records: Rows a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: tuple[str, ...] = ()
    match: Literal["any", "all"] = "any"
    threshold: float = Field(0.7, gt=0, le=1)
    best: str | None = None
    ngram: int = Field(5, ge=1, le=64)
    permutations: int = Field(128, ge=16, le=4096)
    seed: int = 1
    limit: int = Field(0, ge=0)
    shard_records: int = Field(50_000, ge=1)

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        for said in self.on:
            parse_column(said)
        return self


class DecontaminateConfig(BaseModel):
    """How rows that hold a benchmark's items are found.

    Attributes:
        against: Benchmarks: names, files, or ``hub:…``, as ``reweave eval`` reads them.
        on: Columns to look at; none: every column that holds text or messages.
        ngram: Tokens of an n-gram, in the words view.
        share: The least part of an item's n-grams that a row must hold to be a hit.
        common: An n-gram that more of a benchmark's items have than this is nobody's mark and is not counted.
        programs: Whether solutions are also compared as programs in normal form.
        nodes: Nodes of the smallest program that is compared so; smaller ones are everybody's.
        limit: Read only so many rows; 0: all.
        shard_records: Rows a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    against: Annotated[tuple[str, ...], Field(min_length=1)]
    on: tuple[str, ...] = ()
    ngram: int = Field(10, ge=1, le=64)
    share: float = Field(0.2, gt=0, le=1)
    common: int = Field(5, ge=1)
    programs: bool = True
    nodes: int = Field(24, ge=1)
    limit: int = Field(0, ge=0)
    shard_records: int = Field(50_000, ge=1)
