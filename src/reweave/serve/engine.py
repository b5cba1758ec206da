"""What writes completions: one of them an ask, piece by piece. Knows nothing of clients or of decoding."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One completion that is wanted.

    Args:
        prompt: As the model was trained to see it.
        temperature: 0 takes the likeliest token.
        top_p: As ``reweave.generate.sampling`` has these three.
        top_k: 0 for all.
        min_p: 0 for all.
        max_tokens: Tokens that it may have.
        seed: None: the engine's own choice.
    """

    prompt: str
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    max_tokens: int = 1024
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of the text, special tokens included; and its tokens so far, where that is known."""

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The end; always the last event. ``reason`` is OpenAI's word; ``told`` is the engine's own."""

    reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


Events = AsyncGenerator[Piece | Ended, None]


class Engine(Protocol):
    """Writes completions, many at once."""

    def generate(self, draw: Draw) -> Events:
        """Write one; closing the generator, or cancelling its reader, ends the work.

        Raises:
            ServeError: It cannot be written, or broke off.
        """

    async def problem(self) -> str | None:
        """Say why nothing can be written just now; None where all is well."""

    async def close(self) -> None:
        """End."""
