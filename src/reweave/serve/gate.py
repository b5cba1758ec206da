"""Who goes in, who waits, and who is turned away: a queue with an end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reweave.serve.refusals import ServeError

_LONGEST, _WEIGHT = 60.0, 0.1


class Gate:
    """Admits requests, and gives each of their completions a place.

    Args:
        places: Completions under way at once.
        queue: Requests admitted beside as many as there are places.
    """

    def __init__(self, places: int, queue: int) -> None:
        self.places, self.queue = places, queue
        self.requests = 0
        self.running = 0
        self.waiting = 0
        self._free = asyncio.Semaphore(places)
        self._seconds = 1.0  # of a request, lately

    @asynccontextmanager
    async def admit(self) -> AsyncIterator[None]:
        """Hold a request's place in the queue.

        Raises:
            ServeError: 429, with the seconds after which there should be room.
        """
        if self.requests >= self.places + self.queue:
            wait = min(_LONGEST, max(1.0, self._seconds * (1 + self.queue / self.places)))
            message = f"{self.requests} requests are under way or wait; that is all there is room for"
            raise ServeError(429, message, code="queue_full", retry_after=wait)
        self.requests += 1
        began = time.monotonic()
        try:
            yield
        finally:
            self.requests -= 1
            self._seconds += _WEIGHT * (time.monotonic() - began - self._seconds)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a completion's place, and hold it."""
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._free.release()
