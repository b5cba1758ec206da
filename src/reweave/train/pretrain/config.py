"""The settings of a pretraining run: what decides its bytes and numbers, and apart from it what does not."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reweave.edits.codec import EOS, MARKER, split_lenient
from reweave.train.pretrain.presets import PRESETS, Preset

_OF_PRESET = ("context", "vocabulary", "learning_rate", "warmup", "batch", "tokens")


class PretrainConfig(BaseModel):
    """What is read, how it is packed, what is trained and how long.

    What is None comes from the preset; :meth:`resolved` fills it in.

    Attributes:
        sources: Where texts come from: ``installed``, ``package:NAME``, folders of Python, JSON lines,
            Parquet.
        weights: The share of the text each source is to give, while it lasts; None: equal shares.
        column: The column with the text; None takes the first usual name a row has.
        preset: The size's name: ``reweave.train.pretrain.presets``.
        tokens: To train on, in all; sources that hold fewer are repeated, epoch by epoch.
        tokenizer: A folder with a tokenizer to use instead of training one.
        tokenizer_bytes: Of text at most, to train the tokenizer on.
        held_out: The share of documents that is never trained on and gives the held-out loss.
        shard_tokens: About how many tokens a shard has.
        schedule: How the learning rate falls after warming up: to a tenth (cosine) or to nothing.
        precision: ``auto``: bf16 on GPUs and CPUs that multiply it faster, else fp32.
        log_every: Steps between two points of the loss curve.
        save_every: Steps between two checkpoints, a multiple of ``log_every``; None: twenty a run.
        eval_every: Steps between two held-out losses; None: ten a run. There is always one at the end.
        prompt: The template that goes into ``reweave.json``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: tuple[str, ...] = Field(min_length=1)
    weights: tuple[float, ...] | None = None
    column: str | None = None
    preset: str = "nano"
    tokens: int | None = Field(default=None, ge=1)
    context: int | None = Field(default=None, ge=8)
    vocabulary: int | None = Field(default=None, ge=260)
    tokenizer: str | None = None
    tokenizer_bytes: int = Field(default=20_000_000, ge=1)
    held_out: float = Field(default=0.01, ge=0, lt=1)
    shard_tokens: int = Field(default=1 << 24, ge=1)
    learning_rate: float | None = Field(default=None, gt=0)
    warmup: float | None = Field(default=None, ge=0, lt=1)
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    batch: int | None = Field(default=None, ge=1)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    log_every: int = Field(default=10, ge=1)
    save_every: int | None = Field(default=None, ge=1)
    eval_every: int | None = Field(default=None, ge=1)
    seed: int = 0
    marker: str = MARKER
    eos: str = EOS
    prompt: str = "{instruction}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        split_lenient("", marker=self.marker, eos=self.eos)  # says what a marker cannot be
        if self.preset not in PRESETS:
            raise ValueError(f"no preset {self.preset!r}; there are {', '.join(PRESETS)}")
        if self.weights is not None:
            if len(self.weights) != len(self.sources):
                raise ValueError(f"{len(self.weights)} weights for {len(self.sources)} sources: one for each")
            if min(self.weights) <= 0:
                raise ValueError("a weight is above 0: leave the source out instead")
        if self.save_every is not None and self.save_every % self.log_every:
            raise ValueError(
                f"save_every ({self.save_every}) is no multiple of log_every ({self.log_every}): a resumed"
                " run could not give the same loss curve"
            )
        return self

    @property
    def size(self) -> Preset:
        """The preset."""
        return PRESETS[self.preset]

    def resolved(self) -> "PretrainConfig":
        """Fill in what the preset decides."""
        missing: dict[str, Any] = {
            name: getattr(self.size, name) for name in _OF_PRESET if getattr(self, name) is None
        }
        return self.model_copy(update=missing)

    @property
    def steps(self) -> int:
        """Optimizer steps: as many as the tokens fill, the last one whole; of a resolved configuration."""
        assert self.tokens is not None
        assert self.batch is not None
        assert self.context is not None
        return max(1, round(self.tokens / (self.batch * self.context)))

    @property
    def saves_every(self) -> int:
        """Steps between checkpoints, resolved."""
        return self.save_every or _multiple(self.steps / 20, self.log_every)

    @property
    def evaluates_every(self) -> int:
        """Steps between held-out losses, resolved."""
        return self.eval_every or _multiple(self.steps / 10, self.log_every)


class PlaceConfig(BaseModel):
    """Where and how hard the machine works: a run may go on with other values.

    Attributes:
        device: ``auto``: the GPU where there is one.
        micro_batch: Windows that go through a device at once; None: the preset's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: Literal["auto", "cpu", "cuda"] = "auto"
    micro_batch: int | None = Field(default=None, ge=1)


def _multiple(value: float, of: int) -> int:
    """Round to a multiple of ``of``, at least one of it."""
    return max(1, round(value / of)) * of
