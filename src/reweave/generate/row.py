r"""One completion while it is being drawn: its tokens, its edits, and when it ends. Knows nothing of tensors.

A completion of edits ends with its first empty edit, ``\n<|diff|>`` twice, without waiting for the
end-of-sequence token (arXiv 2410.02749, section 3.2). An edit is complete when the marker after it is there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Decode = Callable[[list[int]], str]
"""From tokens to text, special ones included."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What tokens mean.

    Args:
        decode: From tokens to text.
        eos: The end-of-sequence token.
        marker: The token before each edit; None for a model that writes programs.
        max_tokens: Tokens that a completion may have.
        stop: Texts before which it ends.
        tail: So many last tokens are looked at for a stop text: as many as it can be long.
    """

    decode: Decode
    eos: int
    marker: int | None
    max_tokens: int
    stop: tuple[str, ...] = ()

    @property
    def tail(self) -> int:
        """How many last tokens can hold a stop text: a byte a token at worst, and the one it begins in."""
        return max((len(text.encode()) for text in self.stop), default=0) + 1


@dataclass(slots=True)
class Row:
    """A completion under way.

    Args:
        number: Its place among the prompts.
        prompt: The prompt's tokens.
        room: Tokens that the model's context has left for it.
        numbers: Its draws.
    """

    number: int
    prompt: list[int]
    room: int
    numbers: Iterator[float]
    tokens: list[int] = field(default_factory=list)
    begins: int | None = None  # where the edit under way begins, after its marker
    sampled: int = 0
    tries: int = 0  # of the edit under way
    resampled: int = 0
    refused: int = 0
    finish_reason: str | None = None
    stopped_text: str | None = None

    @property
    def position(self) -> int:
        """Where the last token stands in the model's context: it is the next one that the model reads."""
        return len(self.prompt) + len(self.tokens) - 1

    def push(self, token: int, rules: Rules) -> str | None:
        """Take a token; give the text of the edit that it completes, if it does.

        Afterwards ``finish_reason`` says whether the completion has ended.
        """
        self.tokens.append(token)
        self.sampled += 1
        edit = None
        if token == rules.eos:
            self.finish_reason = "stop"
            edit = self._edit(rules) if self.begins is not None else None
        elif token == rules.marker:
            edit = self._border(rules)
        elif rules.stop:
            self._look_for_stop(rules)
        if self.finish_reason is None and len(self.tokens) >= min(rules.max_tokens, self.room):
            self.finish_reason = "length"
        return edit or None

    def again(self) -> None:
        """Forget the edit just completed, back to behind its marker."""
        del self.tokens[self.begins :]
        self.resampled += 1
        self.tries += 1
        self.finish_reason = None

    def keep(self, *, broken: bool = False) -> None:
        """Keep the edit just completed: the next one begins here."""
        self.begins = len(self.tokens)
        self.refused += broken
        self.tries = 0

    def text(self, rules: Rules) -> str:
        """Give all that was written, without the end-of-sequence token."""
        if self.stopped_text is not None:
            return self.stopped_text
        return rules.decode(self.tokens[:-1] if self.tokens[-1:] == [rules.eos] else self.tokens)

    def _border(self, rules: Rules) -> str | None:
        """Take a marker: before the first edit, between two, or inside of one, where it begins no line."""
        before = rules.decode(self.tokens[self.begins or 0 : -1])
        if self.begins is None:
            if before.endswith("\n") or not before:
                self.begins = len(self.tokens)
            return None
        if not before.endswith("\n"):
            return None
        if before == "\n":
            self.finish_reason = "stop"
            return None
        return before[:-1]

    def _edit(self, rules: Rules) -> str:
        return rules.decode(self.tokens[self.begins : -1])

    def _look_for_stop(self, rules: Rules) -> None:
        tail = rules.decode(self.tokens[-rules.tail :])
        if not any(stop in tail for stop in rules.stop):
            return
        text = rules.decode(self.tokens)
        found = [at for stop in rules.stop if (at := text.find(stop)) >= 0]
        if found:
            self.stopped_text = text[: min(found)]
            self.finish_reason = "stop"
