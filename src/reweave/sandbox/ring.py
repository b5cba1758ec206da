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
        pair = len(self.descriptors) == len(protocol.PAIR)
        result, stdout, stderr = self.descriptors[3:6] if pair else self.descriptors[1:4]
        limits = self.limits
        written, over = _content(result, limits.result)
        out, out_over = _content(stdout, limits.output)
        err, err_over = _content(stderr, limits.output)
        return observed(report, over or out_over or err_over, written, out, err)

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
        bundle: For gVisor: the container's configuration, and what ``launch.py`` lays out for it beside
            ``binds``. The container's first process finds the socket as its standard input.
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
    bundle: dict[str, Any] | None = None
    die_with_parent: list[str] = field(default_factory=list)
    reach: list[str] = field(default_factory=list)
    reap: bool = False


class Ring:
    """A running ring. It is usable once its first message, ``ready``, has come."""

    kind = socket.SOCK_SEQPACKET

    def __init__(self, plan: Plan) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, self.kind)
        self.control.setblocking(False)
        self.files: dict[int, Files] = {}  # of the requests in flight
        self.log = os.memfd_create("reweave-log", os.MFD_CLOEXEC)
        self.about: dict[str, Any] | None = None
        # A parent's death is its thread's death to the kernel: said only where that thread is the main one.
        # The ring ends anyway when our end of the socket is gone.
        mortal = threading.current_thread() is threading.main_thread()
        carried_out = {
            "before": plan.before + (plan.die_with_parent if mortal else []),
            "mortal": mortal,
            "binds": plan.binds,
            "after": [*plan.after, str(theirs.fileno()), json.dumps(plan.settings)],
            "environment": plan.environment,
            "uid": plan.uid,
            "reach": plan.reach,
            "bundle": plan.bundle,
            "reap": plan.reap,
        }
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(carried_out)],
                stdin=subprocess.DEVNULL if plan.bundle is None else theirs.fileno(),
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

    def send(self, number: int, request: Request) -> None:
        """Hand over a request.

        Raises:
            OSError: The ring is gone.
            SandboxError: There is no memory for the request's files.
        """
        try:
            files = Files(request)
        except OSError as error:
            raise SandboxError(f"no file of memory for a sample: {error}") from error
        self.files[number] = files
        socket.send_fds(self.control, [message(number, request)], files.descriptors)

    def receive(self) -> tuple[int, Raw] | None:
        """Give the next request that has ended, by its number; None for the one message that says ready.

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
        report = protocol.REPORT.unpack(message)
        files = self.files.pop(report[0])
        raw = files.read(report)
        files.close()
        return report[0], raw

    def said(self) -> str:
        """Give the end of what the ring itself wrote to its error output."""
        size = os.fstat(self.log).st_size
        return os.pread(self.log, _LOG, max(0, size - _LOG)).decode(errors="replace").strip()

    def kill(self) -> None:
        """End the ring now, its zygote and samples with it."""
        self._end()
        self.close()

    def _end(self) -> None:
        for pid in descendants(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """Hang up, and wait for the ring's end."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self._end()
            self.process.wait()
        for files in self.files.values():
            files.close()
        self.files = {}
        if self.log >= 0:
            os.close(self.log)
            self.log = -1


def message(number: int, request: Request) -> bytes:
    """Give the numbers of a request, as a zygote reads them."""
    limits = request.limits
    return protocol.REQUEST.pack(
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


def observed(report: tuple[Any, ...], over: bool, result: bytes, stdout: bytes, stderr: bytes) -> Raw:
    """Give what a report and the sample's files say.

    Args:
        report: As ``protocol.REPORT`` has it.
        over: Whether a file is longer than it may be.
        result: The beginning of its results, as much as is allowed.
        stdout: Of its standard output, likewise.
        stderr: Of its standard error, likewise.
    """
    _, how, code, seconds, cpu, memory, code_side = report
    if over and how in {protocol.EXITED, protocol.SIGNALED}:
        how = protocol.OUTPUT  # it had ended before the watch looked
    return Raw(how, code, seconds, cpu, memory, code_side, result, stdout, stderr)


def descendants(pid: int) -> list[int]:
    """Give a process and all that descends from it, children last; none where it is gone."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():  # any thread may have forked
                found += map(int, (task / "children").read_text("ascii").split())
    return found


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
