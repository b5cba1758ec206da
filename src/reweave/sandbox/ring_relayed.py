"""A ring that no descriptor can be passed into: contents go over a stream, to a relay inside.

The relay (``inside/relay.py``) has the files of memory; what it is sent and what it gives back is in
``inside/protocol.py``. It is believed no more than a sample is: a report that does not fit ends the ring.
"""

import json
import socket

from reweave.sandbox.inside import protocol
from reweave.sandbox.jobs import Limits
from reweave.sandbox.ring import Plan, Raw, Request, Ring, message, observed

_SEND = 30.0  # seconds: the relay always reads, so one that takes longer is hung
_READ = 1 << 20
_GREETING = 1 << 16
_HEAD = protocol.REPORT.size + protocol.WRITTEN.size


class RelayedRing(Ring):
    """A running ring, likewise usable once ``ready`` has come."""

    kind = socket.SOCK_STREAM

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.limits: dict[int, Limits] = {}  # of the requests in flight
        self._read = bytearray()

    def send(self, number: int, request: Request) -> None:
        """Hand over a request. Raises ``OSError`` where the ring is gone."""
        if request.program is not None:
            kind, other = protocol.TWO_SIDES, request.program
        elif request.stdin is not None:
            kind, other = protocol.INPUT, request.stdin
        else:
            kind, other = protocol.NO_INPUT, b""
        self.limits[number] = request.limits
        head = message(number, request) + protocol.CONTENTS.pack(kind, len(request.body), len(other))
        self.control.settimeout(_SEND)
        try:
            self.control.sendall(b"".join((head, request.body, other)))
        finally:
            self.control.setblocking(False)

    def receive(self) -> tuple[int, Raw] | None:
        """Give the next request that has ended, by its number; None for the one message that says ready.

        Raises:
            BlockingIOError: Nothing whole is there yet.
            EOFError: The ring is gone, or what it says is not a report.
        """
        if self.about is None:
            (size,) = protocol.READY.unpack(self._first(protocol.READY.size))
            if size > _GREETING:
                raise EOFError
            greeting = self._first(protocol.READY.size + size)[protocol.READY.size :]
            del self._read[: protocol.READY.size + size]
            self.about = json.loads(greeting.removeprefix(b"ready "))
            return None
        head = self._first(_HEAD)
        report = protocol.REPORT.unpack_from(head)
        number = report[0]
        if number not in self.limits:
            raise EOFError
        limits = self.limits[number]
        written = protocol.WRITTEN.unpack_from(head, protocol.REPORT.size)
        allowed = (limits.result, limits.output, limits.output)
        result, stdout, stderr = map(min, written, allowed)
        end = _HEAD + result + stdout + stderr
        whole = self._first(end)
        del self._read[:end]
        del self.limits[number]
        over = any(size > most for size, most in zip(written, allowed, strict=True))
        out, err = end - stderr - stdout, end - stderr
        return number, observed(report, over, whole[_HEAD:out], whole[out:err], whole[err:])

    def _first(self, size: int) -> bytes:
        """Give the first bytes of what has come; raises ``BlockingIOError`` while there are fewer."""
        while len(self._read) < size:
            try:
                more = self.control.recv(_READ)
            except ConnectionError:
                more = b""
            if not more:
                raise EOFError
            self._read += more
        return bytes(self._read[:size])
