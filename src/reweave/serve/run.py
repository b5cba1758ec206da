"""The process: listens, and ends as it was asked to.

The first SIGTERM or SIGINT ends listening; requests under way have ``drain`` seconds to finish, then they are
told that the server goes down. A second signal ends at once.
"""

import contextlib
import math
import signal
import socket
import sys
from collections.abc import Iterator
from types import FrameType

from reweave.errors import InputError, MissingExtraError
from reweave.model_folder import ModelFormat
from reweave.serve.config import ServeConfig
from reweave.serve.engine import Engine

try:
    import uvicorn

    from reweave.serve.app import make_app
except ImportError as error:
    raise MissingExtraError("serving edit models", "serve") from error

_KEEP_ALIVE = (
    75  # seconds; longer than clients keep idle connections, which then never meet one that just closed
)


def serve(config: ServeConfig) -> None:
    """Serve until a signal ends it.

    Raises:
        InputError: The address is taken, or the model's format makes no sense.
        MissingExtraError: What the engine needs is not installed.
    """
    form = config.model_format()
    engine = make_engine(config, form)
    with _listen(config) as listening:
        host, port = listening.getsockname()[:2]
        place = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"reweave: {config.served} at http://{place}:{port}/v1 ({_said(config, form)})\n")
        sys.stderr.flush()
        settings = uvicorn.Config(
            make_app(config, form, engine),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=math.ceil(config.drain),
            backlog=2048,
        )
        _Server(settings).run(sockets=[listening])


def make_engine(config: ServeConfig, form: ModelFormat) -> Engine:
    """Make what writes completions."""
    if config.upstream is not None:
        from reweave.serve.upstream import Upstream  # noqa: PLC0415 - one of the two is needed

        return Upstream(config, form)
    from reweave.generate.local import LocalModel  # noqa: PLC0415 - likewise, and brings torch
    from reweave.serve.local import LocalEngine  # noqa: PLC0415

    assert config.model_folder is not None
    model = LocalModel.load(config.model_folder, device=config.device, dtype=config.dtype, form=form)
    return LocalEngine(model, batch=config.batch, checked=config.checked)


class _Server(uvicorn.Server):
    """Uvicorn's, but ends in peace after one signal, and at once after a second of any kind."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        if self.should_exit:
            sys.stderr.write("reweave: stopped at once\n")
            sys.stderr.flush()
            self.force_exit = True
        self.should_exit = True


def _listen(config: ServeConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        return socket.create_server((config.host, config.port), family=family, backlog=2048)
    except OSError as error:
        raise InputError(f"cannot listen on {config.host}, port {config.port}: {error}") from error


def _said(config: ServeConfig, form: ModelFormat) -> str:
    where = config.upstream or config.model_folder
    writes = f"edits in the form {form.form}" if form.writes == "edits" else "programs"
    return f"{where} writes {writes}; clients get: {config.mode}"
