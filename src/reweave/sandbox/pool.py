"""Rings over the cores: hands out requests, takes reports, replaces rings that die or have served their time.

Nothing here waits unless told to: :meth:`Pool.step` does what can be done now, at most waiting for the next
event, and calls each finished request's callback. A blocking loop and an event loop drive it alike.
"""

import selectors
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from reweave.errors import SandboxError
from reweave.sandbox.ring import LOST, Plan, Raw, Request, Ring
from reweave.sandbox.ring_relayed import RelayedRing

Done = Callable[[Raw], None]

DEPTH = 2  # requests a ring holds: the next one is there when one ends
GRACE = 10.0  # seconds past its wall limit after which a sample's ring is taken for hung
ATTEMPTS = 2  # times a request is tried whose ring dies under it
STARTS = 3  # rings in a row that may fail to come up


@dataclass(slots=True, eq=False)
class Ticket:
    """A request under way."""

    request: Request
    done: Done
    attempts: int = 0


@dataclass(slots=True, eq=False)
class _Slot:
    ring: Ring
    held: dict[int, Ticket] = field(default_factory=dict)  # in the order they were sent
    served: int = 0
    retiring: bool = False
    deadline: float = float("inf")


class Pool:
    """Runs requests in ``workers`` rings.

    Args:
        plan: How a ring is started.
        workers: Rings at work at once; one sample (or proxy pair) runs in each.
        lifetime: Samples a ring serves before a fresh one takes its place.
    """

    def __init__(self, plan: Plan, workers: int, lifetime: int) -> None:
        self.plan = plan
        self.workers = workers
        self.lifetime = lifetime
        self.queue: deque[Ticket] = deque()
        self.slots: list[_Slot] = []
        self.restarts = 0
        self._selector = selectors.DefaultSelector()
        self._number = 0
        self._failed_starts = 0
        self._closed = False

    def __len__(self) -> int:
        """Give the number of requests that have not ended."""
        return len(self.queue) + sum(len(slot.held) for slot in self.slots)

    def fileno(self) -> int:
        """Give a descriptor that is readable when :meth:`step` has something to do."""
        return self._selector.fileno()

    def submit(self, request: Request, done: Done) -> Ticket:
        """Take a request; ``done`` is called with what was observed, from within a later :meth:`step`."""
        if self._closed:
            raise SandboxError("this sandbox is closed")
        ticket = Ticket(request, done)
        self.queue.append(ticket)
        return ticket

    def cancel(self, tickets: Collection[Ticket]) -> None:
        """Forget requests that have not begun; those that have run to their end, unheard."""
        unwanted = {id(ticket) for ticket in tickets}
        self.queue = deque(ticket for ticket in self.queue if id(ticket) not in unwanted)

    def step(self, timeout: float | None = 0.0) -> None:
        """Hand out what can be handed out, wait for an event, and take what has ended.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            SandboxError: Rings do not come up any more.
        """
        self._dispatch()
        if not self.slots:
            return
        wait = self.next_deadline()
        if timeout is not None:
            wait = timeout if wait is None else min(wait, timeout)
        for key, _ in self._selector.select(wait):
            self._take(key.data)
        now = time.monotonic()
        for slot in [slot for slot in self.slots if slot.deadline < now]:
            self._died(slot, "it did not answer in time")
        self._dispatch()

    def next_deadline(self) -> float | None:
        """Give the seconds until :meth:`step` must run even if nothing happens, None if never."""
        nearest = min((slot.deadline for slot in self.slots), default=float("inf"))
        return None if nearest == float("inf") else max(0.0, nearest - time.monotonic())

    def close(self) -> None:
        """End every ring and forget what is queued."""
        self._closed = True
        self.queue.clear()
        for slot in self.slots:
            slot.ring.control.close()  # all hang up first, so that they end side by side
        for slot in self.slots:
            slot.ring.close()
        self.slots.clear()
        self._selector.close()

    # -- handing out ---------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        active = [slot for slot in self.slots if not slot.retiring]
        wanted = min(self.workers, len(self.queue) + sum(len(slot.held) for slot in active))
        while len(active) < wanted:
            # A ring takes a while to come up; those that run take what they can meanwhile.
            active.append(self._start())
        for depth in range(1, DEPTH + 1):  # every ring one, then every ring a second
            # Who waits behind a slow sample cannot go elsewhere any more: only where there are others to go.
            spare = self.workers if depth > 1 else 0
            for slot in active:
                while len(self.queue) > spare and slot.ring.about is not None and len(slot.held) < depth:
                    if not self._send(slot, self.queue.popleft()):
                        break

    def _start(self) -> _Slot:
        slot = _Slot(Ring(self.plan) if self.plan.bundle is None else RelayedRing(self.plan))
        self.slots.append(slot)
        self._selector.register(slot.ring, selectors.EVENT_READ, slot)
        return slot

    def _send(self, slot: _Slot, ticket: Ticket) -> bool:
        self._number = (self._number + 1) % (1 << 32)
        if not slot.held:
            slot.deadline = time.monotonic() + ticket.request.limits.wall + GRACE
        slot.held[self._number] = ticket
        try:
            slot.ring.send(self._number, ticket.request)
        except SandboxError:
            self.queue.appendleft(slot.held.pop(self._number))
            raise
        except OSError as error:
            self._died(slot, str(error))
            return False
        return True

    # -- taking back ---------------------------------------------------------------------------------------

    def _take(self, slot: _Slot) -> None:
        while slot in self.slots:
            try:
                ended = slot.ring.receive()
            except BlockingIOError:
                return
            except EOFError:
                self._died(slot, "its zygote ended")
                return
            if ended is None:
                self._failed_starts = 0
                return
            number, raw = ended
            ticket = slot.held.pop(number)
            slot.served += 1
            following = next(iter(slot.held.values()), None)
            slot.deadline = (
                time.monotonic() + following.request.limits.wall + GRACE if following else float("inf")
            )
            if slot.served >= self.lifetime and not slot.retiring:
                slot.retiring = True
            if slot.retiring and not slot.held:
                self._forget(slot)
                slot.ring.close()
                self.restarts += 1
            ticket.done(raw)

    def _died(self, slot: _Slot, why: str) -> None:
        """Take back what a dead ring held: what was running is tried again, what waited waits again."""
        self._forget(slot)
        came_up, said = slot.ring.about is not None, slot.ring.said()
        slot.ring.kill()
        self.restarts += 1
        if not came_up:
            self._failed_starts += 1
        lost: list[Ticket] = []
        for position, ticket in enumerate(slot.held.values()):
            ticket.attempts += position == 0
            lost.append(ticket)
        slot.held = {}
        self.queue.extendleft(ticket for ticket in reversed(lost) if ticket.attempts < ATTEMPTS)
        if self._failed_starts >= STARTS:
            raise SandboxError(f"the sandbox does not start any more: {said or why}")
        for ticket in lost:
            if ticket.attempts >= ATTEMPTS:
                ticket.done(Raw(LOST, detail=f"the sandbox's process died under it {ATTEMPTS} times: {why}"))

    def _forget(self, slot: _Slot) -> None:
        self._selector.unregister(slot.ring)
        self.slots.remove(slot)
