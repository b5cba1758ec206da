"""Completions written by a model in this process, in one worker thread that batches what came meanwhile.

A completion with seed s is drawn as the first row of ``LocalModel.generate`` with that seed, whatever else is
in the batch: it can be repeated.
"""

import asyncio
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from reweave.errors import InputError
from reweave.model_folder import ModelFormat
from reweave.serve.engine import Draw, Ended, Events, Piece
from reweave.serve.refusals import ServeError

_log = logging.getLogger(__name__)


class Model(Protocol):
    """What is used of ``reweave.generate.local.LocalModel``."""

    @property
    def format(self) -> ModelFormat:
        """What the model writes."""

    @property
    def generate(self) -> Callable[..., Sequence[Any]]:
        """``generate(prompts, sampling, *, seeds, on_edit)``."""


@dataclass(eq=False, slots=True)
class _Job:
    draw: Draw
    loop: asyncio.AbstractEventLoop
    events: asyncio.Queue[Piece | Ended | ServeError] = field(default_factory=asyncio.Queue)
    sent: str = ""
    left: bool = False  # nobody waits for it

    def send(self, event: Piece | Ended | ServeError) -> None:
        """From the worker: hand an event over."""
        if isinstance(event, Piece):
            self.sent += event.text
        try:
            self.loop.call_soon_threadsafe(self.events.put_nowait, event)
        except RuntimeError:  # the loop has ended, and with it whoever waited
            self.left = True


class _AllLeftError(Exception):
    """Raised inside of a generation whose readers have all gone."""


class LocalEngine:
    """A model and its worker.

    Args:
        model: Used by the worker alone.
        batch: Completions at once.
        checked: Of ``Sampling``.
    """

    def __init__(self, model: Model, *, batch: int = 16, checked: int = 0) -> None:
        self._model, self._batch, self._checked = model, batch, checked
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._worker = threading.Thread(target=self._work, name="reweave-generate", daemon=True)
        self._worker.start()

    async def generate(self, draw: Draw) -> Events:
        """Wait for the worker, and give each edit as it is complete.

        Raises:
            ServeError: The prompt does not fit the model (400), or the model failed (500).
        """
        if draw.seed is None:
            draw = replace(draw, seed=secrets.randbits(31))
        job = _Job(draw, asyncio.get_running_loop())
        with self._changed:
            if self._closed:
                raise ServeError(503, "the server is going down", retry_after=5)
            self._waiting.append(job)
            self._changed.notify()
        try:
            while True:
                event = await job.events.get()
                if isinstance(event, ServeError):
                    raise event
                yield event
                if isinstance(event, Ended):
                    return
        finally:
            job.left = True

    async def problem(self) -> str | None:
        """Say whether the worker has ended."""
        return None if self._worker.is_alive() else "the worker has ended"

    async def close(self) -> None:
        """End the worker after the edit at hand; what waits is refused."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _work(self) -> None:
        while (jobs := self._next()) is not None:
            try:
                self._generate(jobs)
            except _AllLeftError:
                continue
            except InputError as error:
                _tell(jobs, ServeError(400, str(error)))
            except Exception:  # noqa: BLE001 - whatever it is, clients are told, and the log has it
                _log.exception("the model failed")
                _tell(
                    jobs, ServeError(500, "the model failed; the server's log says how", code="model_failed")
                )

    def _next(self) -> list[_Job] | None:
        """Take the first that waits, and those that can be batched with it."""
        with self._changed:
            while True:
                self._waiting = deque(job for job in self._waiting if not job.left)
                if self._closed:
                    _tell(self._waiting, ServeError(503, "the server is going down", retry_after=5))
                    return None
                if self._waiting:
                    break
                self._changed.wait()
            kind = _kind(self._waiting[0].draw)
            jobs = [job for job in self._waiting if _kind(job.draw) == kind][: self._batch]
            self._waiting = deque(job for job in self._waiting if job not in jobs)
        return jobs

    def _generate(self, jobs: list[_Job]) -> None:
        from reweave.generate.sampling import Sampling  # noqa: PLC0415 - only where a model runs here

        first = jobs[0].draw
        sampling = Sampling(
            temperature=first.temperature,
            top_p=first.top_p,
            top_k=first.top_k,
            min_p=first.min_p,
            max_tokens=first.max_tokens,
            checked=self._checked,
        )
        border = f"\n{self._model.format.marker}"

        def on_edit(row: int, edit: str) -> None:
            if self._closed or all(job.left for job in jobs):
                raise _AllLeftError
            jobs[row].send(Piece(border + edit))

        prompts = [job.draw.prompt for job in jobs]
        seeds = [(job.draw.seed or 0) % 2**63 for job in jobs]
        made = self._model.generate(prompts, sampling, seeds=seeds, on_edit=on_edit)
        for job, one in zip(jobs, made, strict=True):
            told = {name: getattr(one, name) for name in ("sampled_tokens", "resampled", "refused")}
            at = one.text.find(job.sent)
            if at > 0:  # edits were sent as they came, without what stood before the first
                told["before_first_edit"] = one.text[:at]
            rest = one.text[at + len(job.sent) :] if at >= 0 else ""
            if rest:
                job.send(Piece(rest))
            job.send(Ended(one.finish_reason, one.prompt_tokens, one.completion_tokens, told))


def _kind(draw: Draw) -> Draw:
    """Give what completions of one batch have in common."""
    return replace(draw, prompt="", seed=None)


def _tell(jobs: Sequence[_Job] | deque[_Job], error: ServeError) -> None:
    for job in jobs:
        job.send(error)
