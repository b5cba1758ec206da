"""Where to ask, and how hard to try. Nothing here changes what is asked: the log does not know of it."""

import os
from dataclasses import KW_ONLY, dataclass
from typing import Literal
from urllib.parse import urlsplit

from reweave.errors import InputError, ModelError

ServerKind = Literal["chat", "completions"]
_NO_KEY = "none"  # servers of one's own ask for none, and the client package insists on one


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server and one of its models.

    Args:
        base_url: Up to and without ``/chat/completions``, such as ``http://127.0.0.1:8000/v1``.
        model: The model's name, as the server knows it.
        kind: ``chat`` asks ``/chat/completions``, ``completions`` asks ``/completions`` (base models).
        api_key_env: The environment variable that holds the key; None, or a variable that is not set, sends
            none. The key itself is never kept: not here, not in the log, not in an error.
        timeout: Seconds one attempt may take, to the last byte.
        concurrency: Requests under way at once.
        retries: Attempts after the first, for what may pass: 429, 5xx, connections, time-outs,
            broken answers.
        longest_wait: Seconds to wait at most where a server says when to come back; asked for longer, the
            sample fails at once and says so.
        stream: Ask for the answer token by token: for proxies that end connections on which nothing moves.
        samples_per_request: Samples asked for in one request (``n``). Servers that ignore ``n``, or give
            fewer, are asked again for the rest. One a request can be repeated by its seed; several share the
            prompt's cost.
        prompt_price: Price of a million prompt tokens, in whatever currency; None: unknown.
        completion_price: Price of a million completion tokens.

    Raises:
        InputError: A URL, number or kind that cannot be; a URL that holds a password.
    """

    base_url: str
    model: str
    _: KW_ONLY
    kind: ServerKind = "chat"
    api_key_env: str | None = "OPENAI_API_KEY"
    timeout: float = 600.0
    concurrency: int = 32
    retries: int = 8
    longest_wait: float = 600.0
    stream: bool = False
    samples_per_request: int = 1
    prompt_price: float | None = None
    completion_price: float | None = None

    def __post_init__(self) -> None:
        """Refuse here what would fail at every request."""
        url = urlsplit(self.base_url)
        if "@" in url.netloc:
            raise InputError(
                "endpoint: base_url holds a user or password; put the key into a variable instead"
            )
        if url.scheme not in {"http", "https"} or not url.netloc:
            raise InputError(f"endpoint: {self.base_url!r} is no http:// or https:// URL")
        if url.query or url.fragment:
            raise InputError("endpoint: base_url ends before '?' and '#'; parameters go into `extra`")
        if not self.model:
            raise InputError("endpoint: no model is named")
        if self.kind not in {"chat", "completions"}:
            raise InputError(f"endpoint: kind is {self.kind!r}, not 'chat' or 'completions'")
        for name, least in (("concurrency", 1), ("retries", 0), ("samples_per_request", 1)):
            if getattr(self, name) < least:
                raise InputError(f"endpoint: {name} is {getattr(self, name)}, not {least} or more")
        for name in ("timeout", "longest_wait"):
            if not getattr(self, name) > 0:
                raise InputError(f"endpoint: {name} is {getattr(self, name)}, not above 0 seconds")


def read_key(endpoint: Endpoint) -> str:
    """Take the key from the environment.

    Raises:
        ModelError: It holds what no header can.
    """
    key = os.environ.get(endpoint.api_key_env, "").strip() if endpoint.api_key_env else ""
    if not (key.isascii() and key.isprintable()):
        raise ModelError(
            f"the key in {endpoint.api_key_env} holds characters that no HTTP header can; set it again"
        )
    return key or _NO_KEY


def without_key(text: str, key: str) -> str:
    """Take the key out of what a server or a library said: some repeat it."""
    return text.replace(key, "[key]") if key != _NO_KEY else text
