"""Processes that do not outlive this one, though it be killed.

On Linux the kernel tells them (SIGTERM); elsewhere a server or training that is left has to be ended by hand.
"""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any

_PR_SET_PDEATHSIG = 1


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
