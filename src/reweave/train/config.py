"""The settings of ``reweave train sft``: all that decides what a model becomes, but for its data."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reweave.edits.codec import MARKER
from reweave.errors import InputError

Overlong = Literal["refuse", "drop", "split", "truncate"]
Form = Literal["unified", "short", "search-replace", "states"]
Writes = Literal["auto", "edits", "program"]


class SftConfig(BaseModel):
    """How a model is fine-tuned.

    Attributes:
        model: A folder in Hugging Face's format, or a name on the hub.
        writes: What the completions are; ``auto`` goes by the first row.
        form: How edits are written; by default what the file's own run says, else ``unified``.
        marker: What stands before each edit; becomes one special token.
        eos: The end-of-sequence token, where the tokenizer has none of its own; it must be in its vocabulary.
        prompt: The prompt's template; by default the model folder's own, else the instruction alone.
        max_length: Tokens of prompt and completion together.
        overlong: What becomes of longer rows.
        epochs: A number, or ``N/s``: divided by the number of edit sequences a program that the data has.
        steps: Optimizer steps, in place of ``epochs``.
        batch_size: Rows of one optimizer step, over all processes and micro-batches.
        micro_tokens: Tokens, padding included, of one forward pass; a longer row is a pass of its own.
        loss: Summed over the trained tokens of a step, or their mean.
        max_grad_norm: 0 for no clipping.
        lora: Rank of the adapters; 0 trains all weights.
        save_every: Steps between checkpoints; by default a tenth of the run, 0 for none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    # data
    writes: Writes = "auto"
    form: Form | None = None
    marker: str = MARKER
    eos: str | None = None
    prompt: str | None = None
    max_length: int = Field(1024, ge=2)
    overlong: Overlong = "refuse"
    # course
    epochs: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(/s)?$")] = "1"
    steps: int | None = Field(None, ge=1)
    batch_size: int = Field(64, ge=1)
    micro_tokens: int = Field(8192, ge=1)
    learning_rate: float = Field(2e-5, gt=0)
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup: float = Field(0.0, ge=0, lt=1)
    optimizer: Literal["adamw", "adafactor"] = "adamw"
    weight_decay: float = Field(0.0, ge=0)
    loss: Literal["sum", "mean"] = "mean"
    max_grad_norm: float = Field(1.0, ge=0)
    seed: int = 1
    # machine
    lora: int = Field(0, ge=0)
    lora_alpha: int | None = Field(None, ge=1)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    device: Literal["auto", "cpu"] = "auto"
    gradient_checkpointing: bool = False
    save_every: int | None = Field(None, ge=0)

    @field_validator("epochs", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if type(value) in {int, float} else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.lora_alpha is not None and not self.lora:
            raise ValueError("lora_alpha is given, and lora is 0: give the adapters a rank")
        return self

    def epochs_of(self, sequences: float) -> float:
        """Give the number of epochs over data with so many edit sequences a program.

        >>> SftConfig(model="m", epochs="10/s").epochs_of(5)
        2.0
        """
        number, by, _ = self.epochs.partition("/s")
        return float(number) / (max(sequences, 1.0) if by else 1.0)


def preset(name: str) -> Mapping[str, Any]:
    """Give the settings of a preset.

    Raises:
        InputError: There is none of that name.
    """
    known = tomllib.loads((files("reweave.train") / "presets.toml").read_text("utf-8"))
    if name not in known:
        raise InputError(f"no preset {name!r}; there are {', '.join(known)}")
    chosen: Mapping[str, Any] = known[name]
    return chosen
