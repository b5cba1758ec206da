"""The settings of ``reweave ground bridge``: what decides its bytes, with the reason for each default."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reweave.align.validate.config import ValidateConfig
from reweave.sandbox import Limits
from reweave.sandbox.results import Tier


class BridgeConfig(BaseModel):
    """What rows are given, and how they are run.

    Args:
        to: ``specs`` for functions with tests, ``tests`` for grounded rows; ``auto`` goes by each row's
            columns.
        limit: Read only the first rows; 0 for all.
        seed: Of ``random`` in the first of two runs (the second has the next number), and of mutants.
        calls: Different calls of a function that its specification tells; three show more than one what is
            the same each time, and a text of more is long.
        mutants: Wrong programs that are tried against a function's contracts; 0 for none.
        characters: A generated test text is no longer.
        row_bytes: What a row's values take at most, all together; larger ones are cut.
        wall: Seconds that one run may take.
        memory: MiB that it may take.
        zygote: What is imported already: ``data`` with numpy and pandas, or ``stdlib``.
        python: The programs' interpreter or virtual environment; None for this one.
        tier: The sandbox's tier; None for the best there is.
        unsafe_no_isolation: Run without isolation where nothing holds.
        shard_records: Input rows a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Literal["auto", "specs", "tests"] = "auto"
    limit: int = Field(0, ge=0)
    seed: int = Field(1, ge=0, lt=2**32 - 1)
    calls: int = Field(3, ge=1, le=20)
    mutants: int = Field(20, ge=0)
    characters: int = Field(4000, ge=100)
    row_bytes: int = Field(256 << 10, ge=1 << 10, le=16 << 20)
    wall: float = Field(10.0, gt=0, le=1_000_000)
    memory: int = Field(1024, ge=16, le=1 << 30)
    zygote: Literal["stdlib", "data"] = "data"
    python: str | None = None
    tier: Tier | None = None
    unsafe_no_isolation: bool = False
    shard_records: int = Field(50_000, ge=1)

    @property
    def limits(self) -> Limits:
        """What one run may use."""
        return Limits(wall=self.wall, memory=self.memory << 20)

    @property
    def judging(self) -> ValidateConfig:
        """How a program's own tests are run: as ``reweave align validate`` does, without wrong programs."""
        how = {"seed": self.seed, "mutants": 0, "wall": self.wall, "memory": self.memory}
        return ValidateConfig.model_validate(how)
