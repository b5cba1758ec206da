"""The resolved configuration of ``reweave eval``: all that decides its numbers but tasks and samples."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reweave.edits.codec import EOS, MARKER

Decoding = Literal["strict", "lenient", "published"]


class EvalConfig(BaseModel):
    """How samples are drawn, read and judged.

    Where models are asked, how many at once, and how many samples run at once is not in it: none of it
    changes what is measured, and a run may go on with other values.
    """

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
    # estimating
    k: tuple[int, ...] | None = None
    model_config_file: str | None = None

    @property
    def drawn_at(self) -> float:
        """The temperature: 0 for a single sample, 1 for several, unless it is said."""
        if self.temperature is not None:
            return self.temperature
        return 0.0 if self.n == 1 else 1.0
