"""From what a server sent to completions, or to the reason why it is none. Knows nothing of connections.

The same for a whole body and for events: a body is one document whose choices hold everything, events are
many whose choices hold the next piece. A choice counts once the server has said why it ended; until then it
may have been cut anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from reweave.models.answers import Completion, Kind, Token

_SHOWN = 200  # characters of what cannot be read


class AttemptError(Exception):
    """An attempt gave no answer. Never leaves this room: it becomes another attempt or a ``Failure``.

    Args:
        kind: See :mod:`reweave.models.answers`.
        message: What was said.
        status: The HTTP status, 0 where there is none.
        retry_after: Seconds the server wants to be left alone; None where it does not say.
    """

    def __init__(
        self, kind: Kind, message: str, *, status: int = 0, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Reply:
    """The completions of one request, and what it used: tokens are None where the server does not say."""

    completions: tuple[Completion, ...]
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(slots=True)
class _Choice:
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    finish_reason: str | None = None


class Reading:
    """Takes documents as they come, then gives the completions."""

    def __init__(self) -> None:
        self._choices: dict[int, _Choice] = {}
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None

    def take(self, document: bytes, *, events: bool = False) -> None:
        """Read one document: a whole body, or one event's data.

        Raises:
            AttemptError: It is no JSON, of another form, or an error in the place of an answer.
        """
        try:
            chunk = orjson.loads(document)
        except orjson.JSONDecodeError as error:
            shown = document[:_SHOWN].decode(errors="replace")
            raise AttemptError("invalid-json", f"not JSON ({error}): {shown!r}") from error
        if not isinstance(chunk, dict):
            raise AttemptError("invalid-json", f"not an object: {str(chunk)[:_SHOWN]!r}")
        if chunk.get("error"):
            raise AttemptError("server-error", error_message(chunk))
        try:
            for place, choice in enumerate(chunk.get("choices") or ()):
                # Some servers number all choices of a body 0; events have nothing but their number.
                number = choice.get("index", place) if events else place
                _add(self._choices.setdefault(number, _Choice()), choice)
            usage = chunk.get("usage")
            if isinstance(usage, dict):
                self._prompt_tokens = _count(usage.get("prompt_tokens"))
                self._completion_tokens = _count(usage.get("completion_tokens"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            shown = document[:_SHOWN].decode(errors="replace")
            raise AttemptError("invalid-json", f"of another form ({error}): {shown!r}") from error

    def reply(self, most: int, seconds: float) -> Reply:
        """Give the choices that have ended: at most as many as were asked for, at least one.

        Raises:
            AttemptError: There is none: no choice, a filter's cut, a choice without an end.
        """
        if not self._choices:
            raise AttemptError("empty-choices", "the answer holds no choice")
        whole = [
            choice
            for _, choice in sorted(self._choices.items())
            if choice.finish_reason and choice.finish_reason != "content_filter"
        ][:most]
        if not whole:
            if any(choice.finish_reason for choice in self._choices.values()):
                raise AttemptError("filtered", "cut by the server's content filter")
            raise AttemptError("truncated", "the answer has no finish_reason: it broke off")
        shares = _shares(self._completion_tokens, len(whole))
        completions = tuple(
            Completion(
                text="".join(choice.text),
                finish_reason=str(choice.finish_reason),
                prompt_tokens=self._prompt_tokens,
                completion_tokens=share,
                logprobs=tuple(choice.tokens) or None,
                reasoning="".join(choice.reasoning) or None,
                seconds=seconds,
            )
            for choice, share in zip(whole, shares, strict=True)
        )
        return Reply(completions, self._prompt_tokens, self._completion_tokens)


def error_message(document: object) -> str:
    """What an error's JSON says, whichever of the usual forms it has.

    >>> error_message({"error": {"message": "no such model", "code": 404}})
    'no such model'
    >>> error_message({"detail": "overloaded"})
    "{'detail': 'overloaded'}"
    """
    inner = document.get("error", document) if isinstance(document, dict) else document
    if isinstance(inner, dict) and inner.get("message"):
        inner = inner["message"]
    return str(inner)


def _add(into: _Choice, choice: Mapping[str, Any]) -> None:
    said = choice.get("message") or choice.get("delta")
    if isinstance(said, dict):
        text = said.get("content")
        into.text.append(_text(said.get("refusal") if text is None else text))
        into.reasoning.append(_text(said.get("reasoning_content") or said.get("reasoning")))
    else:
        into.text.append(_text(choice.get("text")))
    into.finish_reason = _text(choice.get("finish_reason")) or into.finish_reason
    logprobs = choice.get("logprobs")
    if not logprobs:
        return
    if "tokens" in logprobs:  # /completions
        tops = logprobs.get("top_logprobs") or [None] * len(logprobs["tokens"])
        into.tokens += [
            Token(token, logprob, top or {})
            for token, logprob, top in zip(logprobs["tokens"], logprobs["token_logprobs"], tops, strict=True)
        ]
    else:
        into.tokens += [
            Token(
                token["token"],
                token["logprob"],
                {top["token"]: top["logprob"] for top in token.get("top_logprobs") or ()},
            )
            for token in logprobs.get("content") or ()
        ]


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in the place of a text")
    return value


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _shares(total: int | None, n: int) -> list[int | None]:
    if total is None:
        return [None] * n
    return [total // n + (place < total % n) for place in range(n)]
