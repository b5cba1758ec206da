"""The settings of ``reweave ground trace``: what decides its bytes, with the reason for each default."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reweave.sandbox import Limits
from reweave.sandbox.results import Tier


class TraceConfig(BaseModel):
    """How candidates are run, and which are kept.

    Args:
        limit: Read only the first rows; 0 for all.
        libraries: Of DS-1000: the groups that are read.
        seed: Of ``random`` and ``numpy.random`` in the first of the two runs; the second has the next number.
        vary: What has another seed in the second run. ``all``: context and candidate, so that what a row
            tells of its values is what anybody sees who runs it. ``candidate``: the context keeps its seed,
            so that contexts which draw their tables stay; the candidate is seeded anew before it starts.
        same_calls: Rows that are kept of one sequence of calls; 0 for any number. Published is that such a
            rule was used, not which: 20 is ours.
        mutants: Wrong programs that are tried against a row's contract, of either sort at most; 0 for none.
        tables: What contexts were made of: files and folders, where rows that name a table find it.
        table_bytes: A row's tables take at most so much: each run of a program has them anew.
        row_bytes: What a row's values take at most, all together; larger ones are cut.
        wall: Seconds that context and candidate may take: 10, as align takes for a program and its tests.
        memory: MiB that they may take.
        zygote: What is imported already: ``data`` with numpy and pandas, or ``stdlib``.
        preload: More modules to import beforehand, such as ``matplotlib.pyplot``.
        python: The programs' interpreter or virtual environment; None for this one.
        tier: The sandbox's tier; None for the best there is.
        unsafe_no_isolation: Run without isolation where nothing holds.
        shard_records: Input rows a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(0, ge=0)
    libraries: tuple[str, ...] = ("Pandas", "Numpy")
    seed: int = Field(1, ge=0, lt=2**32 - 1)  # what numpy takes
    vary: Literal["all", "candidate"] = "all"
    same_calls: int = Field(20, ge=0)
    mutants: int = Field(20, ge=0)
    tables: tuple[str, ...] = ()
    table_bytes: int = Field(8 << 20, ge=1, le=48 << 20)  # within what a sample's folder holds
    row_bytes: int = Field(256 << 10, ge=1 << 10, le=16 << 20)
    wall: float = Field(10.0, gt=0, le=1_000_000)
    memory: int = Field(1024, ge=16, le=1 << 30)
    zygote: Literal["stdlib", "data"] = "data"
    preload: tuple[str, ...] = ()
    python: str | None = None
    tier: Tier | None = None
    unsafe_no_isolation: bool = False
    shard_records: int = Field(50_000, ge=1)

    @property
    def limits(self) -> Limits:
        """What one run of a context and a candidate may use."""
        return Limits(wall=self.wall, memory=self.memory << 20)
