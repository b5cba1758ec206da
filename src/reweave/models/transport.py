"""One attempt: send a body, read the answer, or say what kind of failure it was. Tries nothing twice.

Of the ``openai`` package it uses the connection, the paths, the key's header and the errors. Its retries are
switched off, since they would not be counted, and the answer's bytes are read by
:mod:`reweave.models.reading`: the package's own reader takes whatever is missing as None.
"""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import orjson

from reweave.errors import MissingExtraError
from reweave.models.answers import Kind
from reweave.models.endpoint import Endpoint, read_key, without_key
from reweave.models.reading import AttemptError, Reading, Reply, error_message
from reweave.models.waiting import read_retry_after

try:
    import httpx2  # what openai 3 is built on: a body that breaks off raises its errors
    import openai
except ImportError as error:
    raise MissingExtraError("asking models", "models") from error

_LONGEST_MESSAGE = 1000  # characters
_BUSY = {408, 409, 425}  # to be tried again, as are 429 and 5xx


class Transport:
    """Connections to an endpoint; a context manager on the event loop.

    Args:
        endpoint: Where to ask.

    Raises:
        ModelError: The key is none that can be sent.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._key = read_key(endpoint)
        most = endpoint.concurrency
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=self._key,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                limits=httpx2.Limits(max_connections=most, max_keepalive_connections=most),
                timeout=None,  # one clock for the whole attempt, below
            ),
            timeout=None,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def attempt(self, body: Mapping[str, Any], n: int) -> Reply:
        """Send a body and read what comes back.

        Args:
            body: See :func:`reweave.models.questions.request_body`.
            n: How many completions it asks for.

        Raises:
            AttemptError: No answer, of whichever kind; the key is not in its message.
        """
        began = time.monotonic()
        reading = Reading()
        try:
            async with asyncio.timeout(self._endpoint.timeout):
                await self._read(body, reading)
            return reading.reply(n, time.monotonic() - began)
        except AttemptError as error:
            failed = error
        except (TimeoutError, openai.APITimeoutError):
            failed = AttemptError("timeout", f"no whole answer within {self._endpoint.timeout:g} seconds")
        except openai.APIStatusError as error:
            failed = _of_status(error)
        except openai.APIConnectionError as error:
            failed = AttemptError("connection", _said(error.__cause__ or error))
        except httpx2.RequestError as error:  # openai wraps what happens before the body, not in it
            failed = AttemptError("truncated", f"the answer broke off: {_said(error)}")
        message = without_key(failed.message, self._key)[:_LONGEST_MESSAGE]
        raise AttemptError(failed.kind, message, status=failed.status, retry_after=failed.retry_after)

    async def _read(self, body: Mapping[str, Any], reading: Reading) -> None:
        ours: dict[str, Any] = {"extra_body": body, "model": self._endpoint.model}
        if self._endpoint.kind == "chat":
            sending = self._client.chat.completions.with_streaming_response.create(messages=(), **ours)
        else:
            sending = self._client.completions.with_streaming_response.create(prompt="", **ours)
        async with sending as response:
            if not body.get("stream"):
                reading.take(await response.read())
                return
            # Split here, by bytes: a reader of lines also splits at U+2028, which is text to JSON.
            rest = b""
            async for piece in response.iter_bytes():
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    data = line.removeprefix(b"data:").strip()
                    if data == b"[DONE]":
                        return
                    if data and line.startswith(b"data:"):
                        reading.take(data, events=True)
        # Some servers leave the mark out. What ended too early has no finish_reason, and is found by that.


def _of_status(error: openai.APIStatusError) -> AttemptError:
    status = error.status_code
    try:
        message = error_message(orjson.loads(error.response.content))
    except orjson.JSONDecodeError:
        message = error.response.text
    kind: Kind
    no_credit = error.code == "insufficient_quota"  # a 429 that no waiting mends
    if status == 429 and not no_credit:
        kind = "rate-limited"
    elif status in _BUSY or status >= 500:
        kind = "server-error"
    else:
        kind = "refused"
    return AttemptError(
        kind, f"{status} {message}", status=status, retry_after=read_retry_after(error.response.headers)
    )


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
