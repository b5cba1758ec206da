"""Processes that do not outlive this one, though it be killed.

On Linux the kernel tells them (SIGTERM); elsewhere a server or training that is left has to be ended by hand.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_PATIENCE = 30.0  # seconds between SIGTERM and SIGKILL, and then for the kernel


def start(command: Sequence[str], output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a process, in a session of its own, its output in a file.

    Args:
        command: What to start.
        output: Takes all that it writes.
    """
    more: dict[str, Any] = {}
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec there is no room for it
        more["preexec_fn"] = lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        **more,
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that `start` gave, and those that it has started: all are gone when this returns.

    A server's worker that is left would keep its port, and a device's memory. They get SIGTERM and, after
    half a minute, SIGKILL.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        until = time.monotonic() + _PATIENCE
        while (alive := _is_alive(process)) and time.monotonic() < until:
            time.sleep(0.02)
        if not alive:
            break
    process.wait()


def _is_alive(process: "subprocess.Popen[bytes]") -> bool:
    """Say whether any process of the group runs; one that has ended may wait for ever to be asked how."""
    running = process.poll() is None
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    if running or sys.platform != "linux":
        return running
    return any(_group_of(path) == process.pid for path in Path("/proc").glob("[0-9]*/stat"))


def _group_of(path: Path) -> int | None:
    """Give the group of a process that has not ended."""
    try:
        state, _, group, *_ = path.read_bytes().rpartition(b")")[2].split()
    except (OSError, ValueError):  # it has ended meanwhile
        return None
    return None if state in {b"Z", b"X"} else int(group)
