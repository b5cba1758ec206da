"""How completions are drawn, and what comes of it. Knows nothing of models."""

from dataclasses import dataclass

from reweave.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How to draw.

    Args:
        temperature: 0 takes the likeliest token.
        top_p: The least set of likeliest tokens whose probabilities sum to this.
        top_k: So many likeliest tokens; 0 for all.
        min_p: Tokens at least this share of the likeliest one's probability.
        max_tokens: Tokens that a completion may have; thrown away ones do not count.
        stop: Texts before which a completion ends.
        seed: With a row's number it fixes the row's draws, whatever else is in the batch.
        checked: How often an edit that breaks the program is drawn again; 0: edits are not checked.

    Raises:
        InputError: A value is out of its range.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    max_tokens: int = 1024
    stop: tuple[str, ...] = ()
    seed: int = 0
    checked: int = 0

    def __post_init__(self) -> None:
        ranges = {
            "temperature": self.temperature >= 0,
            "top_p": 0 < self.top_p <= 1,
            "top_k": self.top_k >= 0,
            "min_p": 0 <= self.min_p <= 1,
            "max_tokens": self.max_tokens >= 1,
            "seed": 0 <= self.seed < 2**63,
            "checked": self.checked >= 0,
            "stop": all(self.stop),
        }
        for name, fine in ranges.items():
            if not fine:
                raise InputError(f"{name} cannot be {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """One completion.

    Attributes:
        text: As the model wrote it, special tokens but the end-of-sequence one included.
        finish_reason: ``stop`` (it ended, or a stop text came) or ``length``.
        prompt_tokens: Tokens of the prompt.
        completion_tokens: Tokens of the completion, the end-of-sequence token included.
        sampled_tokens: All that were drawn, those of edits thrown away included: what sampling cost.
        resampled: Edits thrown away because they broke the program.
        refused: Edits kept although they broke it: the last of as many draws as were allowed.
    """

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    sampled_tokens: int
    resampled: int = 0
    refused: int = 0
