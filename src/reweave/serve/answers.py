"""The bodies and events that say what was made, as OpenAI's clients read them."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from reweave.serve.requests import Asked

DONE = b"data: [DONE]\n\n"
WAITING = b": waiting\n\n"
"""A comment, for proxies that end connections on which nothing moves; clients read over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One choice.

    Args:
        index: Its number.
        content: What is returned.
        reason: ``stop`` or ``length``.
        told: Its field ``reweave``.
        prompt_tokens: None where the engine does not say.
        completion_tokens: Likewise; ``pieces`` stands for them then.
        pieces: In which the text came.
    """

    index: int
    content: str
    reason: str
    told: dict[str, Any]
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    pieces: int = 0

    @property
    def written(self) -> int:
        """Tokens, or the best guess at them."""
        return self.pieces if self.completion_tokens is None else self.completion_tokens


@dataclass(frozen=True, slots=True)
class Answer:
    """Writes the answer of one request."""

    asked: Asked
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    def body(self, choices: Sequence[Made]) -> dict[str, Any]:
        """Give the whole answer."""
        written = [
            self._choice(made.index, made.content, made.reason, made.told, whole=True) for made in choices
        ]
        return (
            self._head(events=False)
            | {"choices": written, "usage": self.usage(choices)}
            | self._told(choices)
        )

    def event(
        self, index: int, content: str, reason: str | None = None, told: dict[str, Any] | None = None
    ) -> bytes:
        """Give one event of a choice: the next piece of what is returned, or with a reason its end."""
        return self._data({"choices": [self._choice(index, content, reason, told or {}, whole=False)]})

    def role(self, index: int) -> bytes:
        """Give a choice's first event: a chat says who speaks."""
        if not self.asked.chat:
            return WAITING
        delta = {"role": "assistant", "content": ""}
        return self._data(
            {"choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": None}]}
        )

    def end(self, choices: Sequence[Made]) -> bytes:
        """Give the last events."""
        if not self.asked.include_usage:
            return DONE
        return self._data({"choices": [], "usage": self.usage(choices)} | self._told(choices)) + DONE

    def usage(self, choices: Sequence[Made]) -> dict[str, int]:
        """Add up tokens; a prompt counts once, however many choices it has."""
        prompts = sum(made.prompt_tokens or 0 for made in choices if made.index % self.asked.n == 0)
        completions = sum(made.written for made in choices)
        return {
            "prompt_tokens": prompts,
            "completion_tokens": completions,
            "total_tokens": prompts + completions,
        }

    def _told(self, choices: Sequence[Made]) -> dict[str, Any]:
        told = dict(self.asked.told)
        if any(made.prompt_tokens is None or made.completion_tokens is None for made in choices):
            told["usage"] = "estimated: the upstream server did not say all of it"
        return {"reweave": told} if told else {}

    def _head(self, *, events: bool) -> dict[str, Any]:
        if self.asked.chat:
            prefix, kind = "chatcmpl", "chat.completion.chunk" if events else "chat.completion"
        else:
            prefix, kind = "cmpl", "text_completion"
        return {
            "id": f"{prefix}-{self.id}",
            "object": kind,
            "created": self.created,
            "model": self.asked.model,
        }

    def _choice(
        self, index: int, content: str, reason: str | None, told: dict[str, Any], *, whole: bool
    ) -> dict[str, Any]:
        choice: dict[str, Any] = {"index": index, "logprobs": None, "finish_reason": reason}
        if not self.asked.chat:
            choice["text"] = content
        elif whole:
            choice["message"] = {"role": "assistant", "content": content, "refusal": None}
        else:
            choice["delta"] = {"content": content} if content else {}
        return choice | ({"reweave": told} if told else {})

    def _data(self, document: dict[str, Any]) -> bytes:
        return data(self._head(events=True) | document)


def data(document: Mapping[str, Any]) -> bytes:
    """Give an event."""
    return b"data: " + orjson.dumps(document) + b"\n\n"
