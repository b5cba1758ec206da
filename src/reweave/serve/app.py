"""The paths of the server, put together."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reweave.model_folder import ModelFormat
from reweave.serve.answering import Answering
from reweave.serve.config import ServeConfig
from reweave.serve.connection import Endpoint, authorize
from reweave.serve.engine import Engine
from reweave.serve.gate import Gate
from reweave.serve.metrics import Metrics
from reweave.serve.refusals import ServeError
from reweave.serve.requests import model_names


def make_app(config: ServeConfig, form: ModelFormat, engine: Engine) -> Starlette:
    """Make the application.

    Args:
        config: The settings.
        form: What the model writes.
        engine: Writes it; closed with the application.
    """
    gate, metrics = Gate(config.concurrency, config.queue), Metrics()
    answering = Answering(config, form, engine, gate, metrics)
    created = int(time.time())

    async def models(request: Request) -> Response:
        authorize(request.headers, config.api_key)
        there = [
            {"id": name, "object": "model", "created": created, "owned_by": "reweave"}
            for name in model_names(config, form)
        ]
        asked = request.path_params.get("name")
        if asked is None:
            return _json({"object": "list", "data": there})
        for model in there:
            if model["id"] == asked:
                return _json(model)
        raise ServeError(404, f"there is no model {asked!r}", param="model", code="model_not_found")

    async def health(_: Request) -> Response:
        problem = await engine.problem()
        told = {
            "status": "ok" if problem is None else "upstream-down",
            "problem": problem,
            "model": config.served,
            "requests": gate.requests,
            "room": gate.places + gate.queue,
            "running": gate.running,
            "waiting": gate.waiting,
        }
        return _json(told, 200 if problem is None else 503)

    async def page(_: Request) -> Response:
        return PlainTextResponse(metrics.page(gate), media_type="text/plain; version=0.0.4")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await engine.close()

    def endpoint(path: str, *, chat: bool) -> Route:
        answer = Endpoint(chat, config, form, answering, gate, metrics)
        return Route(path, answer, methods=["POST"])

    return Starlette(
        routes=[
            endpoint("/v1/chat/completions", chat=True),
            endpoint("/v1/completions", chat=False),
            Route("/v1/models", models),
            Route("/v1/models/{name:path}", models),
            Route("/health", health),
            Route("/metrics", page),
        ],
        exception_handlers={ServeError: _refused, HTTPException: _not_there},
        lifespan=lifespan,
    )


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServeError)
    return _json(error.body(), error.status, error.headers())


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = ServeError(error.status_code, f"{request.method} {request.url.path}: {error.detail}")
    return _json(said.body(), error.status_code, dict(error.headers or {}))


def _json(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), status, headers, media_type="application/json")
