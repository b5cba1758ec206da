"""What is asked: a question, the sampling parameters, and the key that names both in the log.

The key is a hash of what decides the answer's distribution: model, prompt or messages, parameters. Where it
is asked, how often and how patiently is not in it, so answers are found again through another server of the
same model. The n samples of a question are n entries: the key with the sample's index.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from reweave.errors import InputError
from reweave.models.endpoint import Endpoint

Message = Mapping[str, Any]
_SET_BY_CLIENT = {"model", "prompt", "messages", "n", "stream", "stream_options", "top_logprobs"}


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt of which n samples are wanted.

    Args:
        id: The caller's; given back with each answer. Not part of the key.
        prompt: A text; a chat server gets it as one user message. Or the ids of its tokens, which servers of
            ``/completions`` take as they are.
        messages: A conversation, as ``{"role": ..., "content": ...}``; chat servers only. Give one
            of the two.
        n: Samples wanted, at least 1.

    Raises:
        InputError: None of the two or both, or no sample wanted.
    """

    id: str
    prompt: str | Sequence[int] | None = None
    messages: Sequence[Message] | None = None
    n: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if (self.prompt is None) == (self.messages is None):
            raise InputError(f"question {self.id!r}: give a prompt or messages, one of them")
        if self.n < 1:
            raise InputError(f"question {self.id!r}: n is {self.n}, not 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """How to sample. What is None is left to the server.

    Args:
        temperature: 0 is greedy.
        top_p: Nucleus sampling: the least set of tokens with at least this probability mass.
        min_p: Tokens at least this likely, relative to the likeliest. Not of OpenAI's own API; vLLM, SGLang
            and llama.cpp know it.
        max_tokens: Tokens of a completion.
        stop: Texts before which the completion ends.
        seed: Sample i is asked for with seed + i, so that each can be repeated by itself.
        logprobs: Log-probabilities of the tokens, with this many alternatives each (0: of the tokens alone).
        extra: Other fields of the request, such as ``top_k`` or ``repetition_penalty``.

    Raises:
        InputError: A field of ``extra`` that has a name here, or that the client sets itself.
    """

    temperature: float | None = None
    top_p: float | None = None
    min_p: float | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    seed: int | None = None
    logprobs: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse fields that would be said twice."""
        if isinstance(self.stop, str):
            raise InputError("parameters: stop is a list of texts, not one text")
        own = {f.name for f in fields(self)} | _SET_BY_CLIENT
        twice = sorted(own & self.extra.keys())
        if twice:
            raise InputError(f"parameters: extra holds {', '.join(twice)}, which the client sets itself")


def request_content(endpoint: Endpoint, question: Question, parameters: Parameters) -> dict[str, Any]:
    """What of a request decides its answer: the body without ``seed + i``, ``n`` and streaming.

    Raises:
        InputError: Messages for a server that takes only prompts; tokens for one that takes only messages.
    """
    content: dict[str, Any] = {"model": endpoint.model}
    if endpoint.kind == "chat":
        if question.messages is None and not isinstance(question.prompt, str):
            raise InputError(f"question {question.id!r} holds token ids, and the endpoint's kind is 'chat'")
        content["messages"] = question.messages or [{"role": "user", "content": question.prompt}]
    elif question.messages is None:
        prompt = question.prompt
        content["prompt"] = prompt if prompt is None or isinstance(prompt, str) else list(prompt)
    else:
        raise InputError(f"question {question.id!r} holds messages, and the endpoint's kind is 'completions'")
    for name in ("temperature", "top_p", "min_p"):
        value = getattr(parameters, name)
        if value is not None:
            content[name] = float(value)  # 1 and 1.0 are the same request
    if parameters.max_tokens is not None:
        content["max_tokens"] = parameters.max_tokens
    if parameters.stop:
        content["stop"] = list(parameters.stop)
    if parameters.seed is not None:
        content["seed"] = parameters.seed
    if parameters.logprobs is not None and endpoint.kind == "chat":
        content["logprobs"] = True
        if parameters.logprobs:
            content["top_logprobs"] = parameters.logprobs
    elif parameters.logprobs is not None:
        content["logprobs"] = parameters.logprobs
    return content | dict(parameters.extra)


def encode_content(content: Mapping[str, Any]) -> bytes:
    """One way to write it, whatever the order of its fields.

    Raises:
        InputError: It is no JSON: a lone surrogate in a text, a value of another type.
    """
    import orjson  # noqa: PLC0415 - kept out of what only describes questions

    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise InputError(f"the request cannot be written as JSON: {error}") from error


def content_key(encoded: bytes) -> bytes:
    """The name of a request in the log: 16 bytes of its SHA-256."""
    return hashlib.sha256(encoded).digest()[:16]


def request_body(
    content: Mapping[str, Any], samples: Sequence[int], *, stream: bool = False
) -> dict[str, Any]:
    """The body to send for some samples of a question.

    Args:
        content: From :func:`request_content`.
        samples: Their indices; the first one's is added to the seed, their number is ``n``.
        stream: Ask for events, the last with the number of tokens.
    """
    body = dict(content)
    if "seed" in body:
        body["seed"] += samples[0]
    if len(samples) > 1:
        body["n"] = len(samples)
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body
