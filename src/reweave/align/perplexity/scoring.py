"""What a model is asked for, and what it says of a row: the tokens of its completion and what they cost.

A `Scorer` is a model with a tokenizer, wherever it runs. It knows nothing of files, sources or other models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from reweave.errors import RowError

DIGITS = 4
"""Decimals of a stored ``nll``, in nats. In float64 how rows are batched does not reach them (rows of 750
nats showed no difference at all), and no interval is narrow enough to show the fifth."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is shown.

    Attributes:
        prompt: Template and all; no loss.
        completion: What counts.
    """

    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What a model says of a completion.

    Attributes:
        prompt_tokens: Tokens before those that count.
        tokens: Those that count.
        nll: Minus the sum of their natural log-probabilities, each given all before it; rounded to `DIGITS`.
        straddles: Whether the first of them begins in the prompt.
    """

    prompt_tokens: int
    tokens: int
    nll: float
    straddles: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A request that failed, after its retries; started again, it is asked again.

    Attributes:
        kind: As ``reweave.models.answers`` has them.
        message: What was said.
    """

    kind: str
    message: str


Outcome = Scored | RowError | NoAnswer


class Scorer(Protocol):
    """A model.

    Attributes:
        template: Of its prompts; ``{instruction}`` stands for what is asked.
        group: How many rows it is best asked about at once.
    """

    template: str
    group: int

    def describe(self) -> Mapping[str, Any]:
        """Give all that decides its figures, as JSON can hold it. Costs little: nothing is loaded."""

    def score(self, rows: Sequence[Asked]) -> list[Outcome]:
        """Give an outcome for each row, in their order: the same whatever other rows are with it.

        A `RowError` is a row that this model cannot be asked about.

        Raises:
            InputError: There is no such model.
            ModelError: The server cannot be asked at all, or says nothing of prompts.
            MissingExtraError: What it needs is not installed.
        """

    def close(self) -> None:
        """Let go of files and connections."""


def rounded(nll: float) -> float:
    """Round as it is stored; there is no minus zero."""
    return round(nll, DIGITS) + 0.0
