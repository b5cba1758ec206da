"""Completions written by another OpenAI-compatible server: one streamed request each, tried once.

Its failures become statuses that say whose they are: 503 for a server that is not there, 502 for one that
breaks off or talks nonsense, its own 429 and 400 as they are. Waiting for it is the caller's clock.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import orjson

from reweave.errors import MissingExtraError
from reweave.model_folder import ModelFormat
from reweave.models.reading import error_message
from reweave.models.waiting import read_retry_after
from reweave.serve.config import ServeConfig
from reweave.serve.engine import Draw, Ended, Events, Piece
from reweave.serve.refusals import ServeError

try:
    import httpx2  # what openai 3 is built on, and hence the extra
except ImportError as error:
    raise MissingExtraError("serving edit models", "serve") from error

_CONNECT, _CHECK = 5.0, 2.0  # seconds
_SHOWN = 200  # characters
_KEEP_SPECIAL = {
    "skip_special_tokens": False,  # markers are special tokens; without them there are no edits
    "spaces_between_special_tokens": False,
    "include_stop_str_in_output": True,  # raw edits are then whole, as every other server gives them
}


class Upstream:
    """A server and one of its models.

    Args:
        config: Where it is and how it is asked.
        form: What the model writes: the server is told where a completion ends.
    """

    def __init__(self, config: ServeConfig, form: ModelFormat) -> None:
        assert config.upstream is not None
        self._config = config
        self._stop = [f"\n{form.marker}\n{form.marker}"] if form.writes == "edits" else []
        self._chat = config.upstream_kind == "chat"
        self._path = "/chat/completions" if self._chat else "/completions"
        key = os.environ.get(config.upstream_key_env, "").strip()
        self._key = key
        self._client = httpx2.AsyncClient(
            base_url=config.upstream,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx2.Timeout(None, connect=_CONNECT),
            # The gate limits what is under way; idle connections go soon, before a server closes them.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=2.0),
        )

    async def generate(self, draw: Draw) -> Events:
        """Ask, and give pieces as they come.

        Raises:
            ServeError: See the module's first lines.
        """
        try:
            async with self._client.stream("POST", self._path, json=self._body(draw)) as response:
                if response.status_code != 200:
                    await response.aread()
                    raise self._refused(response)
                # Closed in order: the caller may leave at any piece.
                async with aclosing(self._read(response)) as events:
                    async for event in events:
                        yield event
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise ServeError(
                503,
                f"the upstream server cannot be reached: {self._clean(error)}",
                code="upstream_unreachable",
                retry_after=1,
            ) from error
        except httpx2.TransportError as error:
            message = f"the upstream server broke off: {type(error).__name__}: {self._clean(error)}"
            raise ServeError(502, message.rstrip(": "), code="upstream_broke_off") from error

    async def problem(self) -> str | None:
        """Ask for its models: any answer below 500 will do."""
        try:
            response = await self._client.get("/models", timeout=_CHECK)
        except httpx2.HTTPError as error:
            return f"{type(error).__name__}: {self._clean(error)}".rstrip(": ")
        return f"it answers {response.status_code}" if response.status_code >= 500 else None

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    def _body(self, draw: Draw) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._config.model,
            "max_tokens": draw.max_tokens,
            "temperature": draw.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._chat:
            body["messages"] = [{"role": "user", "content": draw.prompt}]
        else:
            body["prompt"] = draw.prompt
        if self._stop:
            body["stop"] = self._stop
        # What leaves a distribution as it is is not said: not every server knows every field.
        neutral = {"top_p": 1.0, "top_k": 0, "min_p": 0.0, "seed": None}
        body |= {name: value for name, none in neutral.items() if (value := getattr(draw, name)) != none}
        if self._config.upstream_extra:
            body |= _KEEP_SPECIAL
            body["stream_options"]["continuous_usage_stats"] = True
        return body

    async def _read(self, response: httpx2.Response) -> Events:
        told = _Told()
        if "event-stream" not in response.headers.get("content-type", ""):
            piece = told.take(await response.aread())  # some servers know nothing of streams
            if piece:
                yield Piece(piece)
        else:
            async for data in _data(response):
                if data == b"[DONE]":
                    break
                piece = told.take(data)
                if piece:
                    yield Piece(piece, told.prompt_tokens, told.completion_tokens)
        if told.reason is None:
            message = "the upstream server's answer has no finish_reason: it broke off"
            raise ServeError(502, message, code="upstream_broke_off")
        known = told.reason in {"stop", "length", "content_filter"}
        reason = told.reason if known else "stop"
        extra = {} if known else {"upstream_finish_reason": told.reason}
        yield Ended(reason, told.prompt_tokens, told.completion_tokens, extra)

    def _refused(self, response: httpx2.Response) -> ServeError:
        status = response.status_code
        try:
            said = error_message(orjson.loads(response.content))
        except orjson.JSONDecodeError:
            said = response.text
        said = self._clean(said)[:_SHOWN]
        wait = read_retry_after(response.headers)
        if status == 429:
            return ServeError(
                429, f"the upstream server is busy: {said}", code="upstream_busy", retry_after=wait or 1
            )
        if status in {400, 413, 422}:
            return ServeError(400, f"the upstream server refuses it: {said}", code="upstream_refused")
        if status == 503:
            return ServeError(
                503, f"the upstream server is not ready: {said}", code="upstream_unready", retry_after=wait
            )
        # A wrong key or model is of this server's making, not of the client's.
        return ServeError(502, f"the upstream server answers {status}: {said}", code="upstream_failed")

    def _clean(self, said: object) -> str:
        return str(said).replace(self._key, "[key]") if self._key else str(said)


class _Told:
    """What the documents of an answer have said so far."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.prompt_tokens: int | None = None
        self.completion_tokens: int | None = None

    def take(self, document: bytes) -> str:
        """Read a document; give its text.

        Raises:
            ServeError: It is no JSON, of another form, or an error.
        """
        try:
            chunk = orjson.loads(document)
            if chunk.get("error"):
                said = error_message(chunk)[:_SHOWN]
                raise ServeError(502, f"the upstream server failed: {said}", code="upstream_failed")
            usage = chunk.get("usage")
            if usage:
                self.prompt_tokens, self.completion_tokens = (
                    usage.get("prompt_tokens"),
                    usage.get("completion_tokens"),
                )
            choices = chunk.get("choices") or ()
            return "".join([self._text(choice) for choice in choices])
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            shown = document[:_SHOWN].decode(errors="replace")
            message = f"the upstream server's answer cannot be read ({error}): {shown!r}"
            raise ServeError(502, message, code="upstream_garbage") from error

    def _text(self, choice: Mapping[str, Any]) -> str:
        self.reason = choice.get("finish_reason") or self.reason
        said = choice.get("delta") or choice.get("message")
        text = choice.get("text") if said is None else said.get("content")
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{type(text).__name__} in the place of a text")
        return text or ""


async def _data(response: httpx2.Response) -> AsyncIterator[bytes]:
    """Give each event's data. A reader of lines would also split at U+2028, which is text to JSON."""
    rest = b""
    async for piece in response.aiter_bytes():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line.removeprefix(b"data:").strip()
