"""From a request to its choices: each drawn by itself, read while it is written, ended where its edits end.

What is left to others: the clock, the client's connection, and how an answer is put down (``answers``).
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

from reweave.model_folder import ModelFormat
from reweave.serve.answers import WAITING, Answer, Made
from reweave.serve.choice import Choice, Stream
from reweave.serve.config import ServeConfig
from reweave.serve.engine import Engine
from reweave.serve.gate import Gate
from reweave.serve.metrics import Metrics
from reweave.serve.refusals import ServeError
from reweave.serve.requests import Asked

_GRACE = 0.5  # seconds after the last edit in which an engine may still say how many tokens it wrote
_HEARTBEAT = 15.0  # seconds


class Answering:
    """Answers requests.

    Args:
        config: The settings.
        form: What the model writes.
        engine: Writes it.
        gate: Gives each completion its place.
        metrics: Counts.
    """

    def __init__(
        self, config: ServeConfig, form: ModelFormat, engine: Engine, gate: Gate, metrics: Metrics
    ) -> None:
        self._config, self._format, self._engine = config, form, engine
        self._gate, self._metrics = gate, metrics

    async def whole(self, asked: Asked) -> dict[str, Any]:
        """Give the whole answer.

        Raises:
            ServeError: One of its choices cannot be made; the others are given up.
        """
        return Answer(asked).body(await _all([self._make(asked, i, None) for i in range(len(asked.draws))]))

    async def events(self, asked: Asked) -> AsyncGenerator[bytes, None]:
        """Give the answer as events; the first comes when the engine has begun.

        Raises:
            ServeError: As ``whole``; before the first event it can still be a status.
        """
        said: asyncio.Queue[bytes | None] = asyncio.Queue()
        answer = Answer(asked)
        making = asyncio.ensure_future(
            _all([self._make(asked, i, (answer, said.put_nowait)) for i in range(len(asked.draws))])
        )
        making.add_done_callback(lambda _: said.put_nowait(None))
        begun = False
        try:
            while True:
                try:
                    async with asyncio.timeout(_HEARTBEAT if begun else None):
                        event = await said.get()
                except TimeoutError:
                    event = WAITING
                if event is None:
                    break
                begun = True
                yield event
            yield answer.end(await making)
        finally:
            making.cancel()
            await asyncio.wait([making])
            if not making.cancelled():
                making.exception()  # whoever left does not hear of it

    async def _make(self, asked: Asked, index: int, stream: Stream | None) -> Made:
        async with self._gate.place():
            choice = Choice(asked, index, self._config, self._format, stream)
            await self._draw(asked, index, choice)
        made, decoded = choice.made()
        self._metrics.outcomes[decoded.status] += 1
        self._metrics.edits += decoded.edits
        self._metrics.tokens["completion"] += made.written
        if index % asked.n == 0:
            self._metrics.tokens["prompt"] += made.prompt_tokens or 0
        return made

    async def _draw(self, asked: Asked, index: int, choice: Choice) -> None:
        """Read the engine until it ends, the last edit is there, or a stop text is."""
        try:
            async with (
                asyncio.timeout(None) as patience,
                aclosing(self._engine.generate(asked.draws[index])) as events,
            ):
                async for event in events:
                    choice.take(event)
                    if choice.stopped or choice.reader.beyond.removeprefix(self._format.eos):
                        return  # whatever it still writes is not wanted
                    if choice.reader.final and patience.when() is None:
                        patience.reschedule(asyncio.get_running_loop().time() + _GRACE)
        except TimeoutError:
            if not choice.reader.final:
                raise


async def _all(work: Sequence[Coroutine[Any, Any, Made]]) -> list[Made]:
    """Do all of it at once; when one fails, the others are given up.

    Raises:
        ServeError: The first failure.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as errors:
        served, other = errors.split(ServeError)
        raise (other or served).exceptions[0] from None  # type: ignore[union-attr]
    return [task.result() for task in tasks]
