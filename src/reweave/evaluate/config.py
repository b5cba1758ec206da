"""The settings of ``reweave eval``: what decides its numbers, and apart from it what does not."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reweave.edits.codec import EOS, MARKER, split_lenient

Decoding = Literal["strict", "lenient", "published"]


class EvalConfig(BaseModel):
    """How samples are drawn, read and judged: all that decides the numbers, but for tasks and samples."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: str | None = None
    limit: int = Field(0, ge=0)
    # drawing
    model: str | None = None
    kind: Literal["chat", "completions"] = "chat"
    n: int = Field(1, ge=1)
    temperature: float | None = Field(None, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    min_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int = Field(1024, ge=1)
    stop: tuple[str, ...] | None = None
    seed: int = 0
    prompt: str | None = None
    # reading
    extract: Literal["auto", "never"] = "auto"
    decode: Decoding | None = None
    form: Literal["unified", "short", "search-replace", "states"] = "unified"
    marker: str = MARKER
    eos: str = EOS
    # judging
    tier: Literal["strong", "default", "reduced", "none"] | None = None
    unsafe_no_isolation: bool = False
    python: str | None = None
    wall: float | None = Field(None, gt=0)  # seconds, in place of the benchmark's own
    memory: int | None = Field(None, ge=1, le=1 << 30)  # MiB, likewise
    # estimating
    k: tuple[Annotated[int, Field(ge=1)], ...] | None = None
    model_config_file: str | None = None

    @model_validator(mode="after")
    def _check_edits(self) -> Self:
        """Refuse here what would fail at every answer."""
        split_lenient("", marker=self.marker, eos=self.eos)  # says what a marker cannot be
        if self.decode == "published" and (self.form, self.marker) != ("unified", MARKER):
            raise ValueError(f"the published decoder reads unified edits after {MARKER}, and nothing else")
        return self

    @property
    def drawn_at(self) -> float:
        """The temperature: 0 for a single sample, 1 for several, unless it is said."""
        if self.temperature is not None:
            return self.temperature
        return 0.0 if self.n == 1 else 1.0


class PlaceConfig(BaseModel):
    """Where samples come from and how hard the machines work: a run may go on with other values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    samples: str | None = None
    base_url: str | None = None
    concurrency: int = Field(32, ge=1)
    timeout: float = Field(600.0, gt=0)
    retries: int = Field(8, ge=0)
    prices: tuple[float, float] | None = None
    workers: int = Field(0, ge=0)
