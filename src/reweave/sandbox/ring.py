"""The outer ring, from the harness's side: one confined process that holds a zygote, and the socket to it.

How it is confined is its plan (:mod:`reweave.sandbox.plans`); what goes over the socket is described in
``inside/zygote.py``. The ring sees numbers and descriptors; every byte of a program or a result is in files
of memory that only the samples and this side read.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reweave.errors import SandboxError
from reweave.sandbox.inside import protocol
from reweave.sandbox.jobs import Limits

_LAUNCH = Path(__file__).with_name("launch.py")
_LOG = 4000  # bytes of a ring's own error output that are kept for the message


@dataclass(frozen=True, slots=True)
class Request:
    """One sample or proxy pair to run.

    Args:
        body: What the sample that writes the results reads.
        program: For a pair: what its code side reads.
        stdin: What the sample has on standard input.
        limits: What it may use.
        seed: Of its random numbers.
    """

    body: bytes
    limits: Limits
    seed: int = 0
    program: bytes | None = None
    stdin: bytes | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """What was observed of it; ``how`` and ``code`` are those of ``inside/protocol.py``."""

    how: int
    code: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0
    code_side: int = 0
    result: bytes = b""
    stdout: bytes = b""
    stderr: bytes = b""
    detail: str = ""


LOST = 100  # ``how`` of a request whose ring died under it, more than once


def _content(descriptor: int, most: int) -> tuple[bytes, bool]:
    """Read the beginning of a file of memory; say whether it is longer than it may be."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, min(size, most), 0) if size else b"", size > most


class Files:
    """The files of memory of one request in flight."""

    __slots__ = ("descriptors", "limits")

    def __init__(self, request: Request) -> None:
        self.limits = request.limits
        self.descriptors: list[int] = []
        try:
            if request.program is not None:
                self._add(request.program)
                self._add()
            self._add(request.body)
            for _ in ("result", "stdout", "stderr"):
                self._add()
            if request.stdin is not None:
                self._add(request.stdin)
        except OSError:
            self.close()
            raise

    def _add(self, content: bytes | None = None) -> None:
        descriptor = os.memfd_create("reweave", os.MFD_CLOEXEC)
        self.descriptors.append(descriptor)
        if content:
            view, place = memoryview(content), 0
            while place < len(view):
                place += os.pwrite(descriptor, view[place:], place)

    def read(self, report: tuple[Any, ...]) -> Raw:
        """Read what the sample wrote, no more of it than it may have written."""
        _, how, code, seconds, cpu, memory, code_side = report
        pair = len(self.descriptors) == len(protocol.PAIR)
        result, stdout, stderr = self.descriptors[3:6] if pair else self.descriptors[1:4]
        limits = self.limits
        written, over = _content(result, limits.result)
        out, out_over = _content(stdout, limits.output)
        err, err_over = _content(stderr, limits.output)
        if (over or out_over or err_over) and how in {protocol.EXITED, protocol.SIGNALED}:
            how = protocol.OUTPUT  # it had ended before the watch looked
        return Raw(how, code, seconds, cpu, memory, code_side, written, out, err)

    def close(self) -> None:
        """Give the memory back."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []


@dataclass(slots=True)
class Plan:
    """How to start a ring; ``launch.py`` carries it out.

    Args:
        before, binds, after: The command: ``binds`` are read-only (source, target) pairs between its halves.
        environment: Of the command.
        uid: The unprivileged user that root becomes.
        boot: The interpreter's code; the control descriptor and ``settings`` are its arguments.
        settings: Of the zygote.
        die_with_parent: The command's flags for that.
        reach: Folders that the unprivileged user must be able to enter at their own paths.
        reap: Whether somebody must end what the zygote leaves running when it is killed.
    """

    before: list[str]
    binds: list[tuple[str, str]]
    after: list[str]
    environment: dict[str, str]
    settings: dict[str, Any]
    uid: int = 65534
    die_with_parent: list[str] = field(default_factory=list)
    reach: list[str] = field(default_factory=list)
    reap: bool = False


class Ring:
    """A running ring. It is usable once its first message, ``ready``, has come."""

    def __init__(self, plan: Plan) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.setblocking(False)
        self.log = os.memfd_create("reweave-log", os.MFD_CLOEXEC)
        self.about: dict[str, Any] | None = None
        # A parent's death is its thread's death to the kernel: said only where that thread is the main one.
        # The ring ends anyway when our end of the socket is gone.
        mortal = plan.die_with_parent if threading.current_thread() is threading.main_thread() else []
        carried_out = {
            "before": plan.before + mortal,
            "binds": plan.binds,
            "after": [*plan.after, str(theirs.fileno()), json.dumps(plan.settings)],
            "environment": plan.environment,
            "uid": plan.uid,
            "reach": plan.reach,
            "reap": plan.reap,
        }
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(carried_out)],
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                pass_fds=(theirs.fileno(),),
                env={},
                start_new_session=True,
                cwd="/",
            )
        finally:
            theirs.close()

    def fileno(self) -> int:
        """Give the socket's descriptor, for a selector."""
        return self.control.fileno()

    def send(self, number: int, request: Request, files: Files) -> None:
        """Hand over a request. Raises ``OSError`` where the ring is gone."""
        limits = request.limits
        message = protocol.REQUEST.pack(
            number,
            request.seed % (1 << 64),
            limits.wall,
            int(limits.wall if limits.cpu is None else limits.cpu) + 1,
            limits.memory,
            limits.processes,
            limits.open_files,
            limits.disk,
            limits.output,
            limits.result,
        )
        socket.send_fds(self.control, [message], files.descriptors)

    def receive(self) -> tuple[Any, ...] | None:
        """Give the next report, or None for the one message that says it is ready.

        Raises:
            BlockingIOError: Nothing is there yet.
            EOFError: The ring is gone.
        """
        try:
            message = self.control.recv(1 << 16)
        except ConnectionError:
            message = b""
        if not message:
            raise EOFError
        if self.about is None:
            self.about = json.loads(message.removeprefix(b"ready "))
            return None
        return protocol.REPORT.unpack(message)

    def said(self) -> str:
        """Give the end of what the ring itself wrote to its error output."""
        size = os.fstat(self.log).st_size
        return os.pread(self.log, _LOG, max(0, size - _LOG)).decode(errors="replace").strip()

    def kill(self) -> None:
        """End the ring now, its zygote and samples with it."""
        for pid in (*children(self.process.pid), self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Hang up, and wait for the ring's end."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            for pid in (*children(self.process.pid), self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
        if self.log >= 0:
            os.close(self.log)
            self.log = -1


def children(pid: int) -> list[int]:
    """Give a process's children, none where it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


def wait_ready(ring: Ring, seconds: float = 60.0) -> None:
    """Wait for a ring's first message.

    Raises:
        SandboxError: It did not come up; the message has what it said.
    """
    ring.control.settimeout(seconds)
    try:
        ring.receive()
    except (EOFError, OSError) as error:
        said = ring.said()
        ring.kill()
        raise SandboxError(f"the sandbox did not start: {said or error}") from error
    ring.control.setblocking(False)
