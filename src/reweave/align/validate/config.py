"""The settings of ``reweave align validate``: what decides its bytes, with the reason for each default."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from reweave.sandbox import Limits
from reweave.sandbox.results import Tier


class ValidateConfig(BaseModel):
    """How responses are judged and when they are accepted.

    Args:
        limit: Read only the first rows; 0 for all.
        seed: Of the choice of mutants, and of ``random`` in every sample.
        mutants: At most for one program; 0 for all that can be made.
        coverage: Whether each response that passes is run once more, for the lines and branches of it that
            its tests reach. It is not in ``model_dump`` where it is not asked for.
        cross_calls: Runs of one instruction's programs against its other responses' tests, at most.
        accept: ``tested``, or ``passed`` for whatever passes its own tests, as published.
        min_score: The test score from which on a response is accepted.
        in_process: Whether tests of a class, or that hand over functions, may run in one interpreter with
            the program where two do not do. Such a verdict can be forged; it says so.
        wall: Seconds that a program and its tests may take: 10, as published.
        memory: MiB that they may take.
        zygote: What is imported already: ``stdlib``, or ``data`` with numpy and pandas.
        python: The programs' interpreter or virtual environment; None for this one.
        tier: The sandbox's tier; None for the best there is.
        unsafe_no_isolation: Run without isolation where nothing holds.
        shard_records: Input rows a shard, where the output is a folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(0, ge=0)
    seed: int = Field(1, ge=-(2**63), lt=2**63)
    mutants: int = Field(40, ge=0)
    coverage: bool = False
    cross_calls: int = Field(400, ge=0)
    accept: Literal["tested", "passed"] = "tested"
    min_score: float = Field(0.5, ge=0, le=1)
    in_process: bool = True
    wall: float = Field(10.0, gt=0, le=1_000_000)
    memory: int = Field(1024, ge=16, le=1 << 30)
    zygote: Literal["stdlib", "data"] = "stdlib"
    python: str | None = None
    tier: Tier | None = None
    unsafe_no_isolation: bool = False
    shard_records: int = Field(50_000, ge=1)

    @model_serializer(mode="wrap")
    def _asked_for(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was not there before and is not asked for: runs begun without it go on."""
        dumped: dict[str, Any] = dump(self)
        if not self.coverage:
            dumped.pop("coverage", None)
        return dumped

    @property
    def limits(self) -> Limits:
        """What one run of a program against tests may use."""
        return Limits(wall=self.wall, memory=self.memory << 20)
