"""One request over its connection: body in, answer out, and a client that may go away at any moment."""

import asyncio
import contextlib
import hmac
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from reweave.model_folder import ModelFormat
from reweave.serve.answering import Answering
from reweave.serve.answers import data
from reweave.serve.config import ServeConfig
from reweave.serve.gate import Gate
from reweave.serve.metrics import GONE, Metrics
from reweave.serve.refusals import ServeError
from reweave.serve.requests import read_request

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class _GoneError(Exception):
    """The client has gone away."""


class Endpoint:
    """Answers the requests of one path, as an ASGI application.

    Args:
        chat: Whether it is the chat's.
        config: The settings.
        form: What the model writes.
        answering: Makes answers.
        gate: Admits requests.
        metrics: Counts them.
    """

    def __init__(
        self,
        chat: bool,
        config: ServeConfig,
        form: ModelFormat,
        answering: Answering,
        gate: Gate,
        metrics: Metrics,
    ) -> None:
        self._chat, self._config, self._format = chat, config, form
        self._answering, self._gate, self._metrics = answering, gate, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every failure becomes a status, or an event where the answer has begun."""
        began, status = time.monotonic(), 500
        out = _Out(scope, receive, send)
        try:
            await self._answer(scope, receive, out)
            status = 200
        except ServeError as error:
            status = error.status
            await out.fail(error)
        except TimeoutError:
            status = 504
            message = f"no answer within {self._config.timeout:g} seconds, waiting included"
            await out.fail(ServeError(status, message, code="timeout"))
        except _GoneError:
            status = GONE
        except asyncio.CancelledError:  # the server's time to end is over
            status = 503
            await out.fail(ServeError(status, "the server is going down", code="going_down", retry_after=5))
        except Exception:  # noqa: BLE001 - whatever it is, the client is told, and the log has it
            _log.exception("a request failed")
            await out.fail(ServeError(500, "reweave serve failed; its log says how", code="internal"))
        finally:
            self._metrics.request(scope["path"], status, time.monotonic() - began)

    async def _answer(self, scope: Scope, receive: Receive, out: "_Out") -> None:
        authorize(Headers(scope=scope), self._config.api_key)
        async with asyncio.timeout(self._config.timeout):
            body = await _body(receive, Headers(scope=scope), self._config.max_body)
            try:
                document = orjson.loads(body)
            except orjson.JSONDecodeError as error:
                raise ServeError(400, f"the body is no JSON: {error}", code="invalid_json") from error
            asked = read_request(document, self._config, self._format, chat=self._chat)
            async with self._gate.admit():
                if asked.stream:
                    await _while_there(receive, out.events(self._answering.events(asked)))
                else:
                    answer = await _while_there(receive, self._answering.whole(asked))
                    await out.whole(200, orjson.dumps(answer))


def authorize(headers: Headers, key: str | None) -> None:
    """Let those in who have the key.

    Raises:
        ServeError: 401.
    """
    if key is None:
        return
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(sent.strip().encode(), key.encode()):
        raise ServeError(401, "this server wants its API key as a Bearer token", code="invalid_api_key")


class _Out:
    """What is sent, and whether it has begun."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._begun = False

    async def whole(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._begun = True
        response = Response(body, status, headers, media_type="application/json")
        await response(self._scope, self._receive, self._send)

    async def events(self, events: AsyncGenerator[bytes, None]) -> None:
        """Send events as they come; the status is sent with the first."""
        async with aclosing(events):
            async for event in events:
                if not self._begun:
                    self._begun = True
                    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
                    await self._send({"type": "http.response.start", "status": 200, "headers": headers})
                await self._body(event)
        await self._body(b"", more=False)

    async def fail(self, error: ServeError) -> None:
        """Send an error: as a status, or as the last event, after which no [DONE] comes."""
        with contextlib.suppress(OSError):
            if not self._begun:
                await self.whole(error.status, orjson.dumps(error.body()), error.headers())
            else:
                await self._body(data(error.body()), more=False)

    async def _body(self, body: bytes, *, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


async def _body(receive: Receive, headers: Headers, most: int) -> bytes:
    too_large = ServeError(413, f"the body is larger than {most:,} bytes", code="too_large")
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise too_large
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        body += message.get("body", b"")
        if len(body) > most:
            raise too_large
        more = message.get("more_body", False)
    return bytes(body)


async def _while_there(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """Do some work; give it up when the client goes away.

    Raises:
        _GoneError: It did.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise _GoneError
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.wait([working, watching])
        for task in (working, watching):
            if not task.cancelled():
                task.exception()


async def _gone(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
