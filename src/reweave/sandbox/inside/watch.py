"""The zygote's eye on a running sample: how it ends, and what it used.

Most samples are gone within milliseconds; the first look at memory and output comes after ``FIRST`` seconds
and costs nothing before that.
"""

import errno
import os
import select
import signal
import time

from .protocol import EXITED, MEMORY, OUTPUT, TIMEOUT

FIRST = 0.025
EVERY = 0.025

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PIDFD_OPEN = 434  # the same on every architecture


if hasattr(os, "pidfd_open"):
    pidfd_open = os.pidfd_open
else:  # Python 3.8
    import ctypes

    _libc = ctypes.CDLL(None, use_errno=True)

    def pidfd_open(pid):
        """Give a descriptor that is readable once the process has ended."""
        descriptor = _libc.syscall(_PIDFD_OPEN, pid, 0)
        if descriptor < 0:
            raise OSError(ctypes.get_errno(), "pidfd_open")
        return descriptor


class Follow:
    """Waits for the end of a process, or the harness's.

    Args:
        pid: The process.
        control: The socket to the harness.
    """

    def __init__(self, pid, control):
        self.pid = pid
        self.end = pidfd_open(pid)
        self.poll = select.poll()
        self.poll.register(self.end, select.POLLIN)
        self.poll.register(control, 0)  # only its hang-up

    def ended(self, seconds):
        """Wait no longer than that; say whether the process has ended. ``HangUpError``: it was killed."""
        events = self.poll.poll(seconds * 1000)
        for descriptor, _ in events:
            if descriptor == self.end:
                return True
        if events:
            kill(self.pid)
            raise HangUpError
        return False

    def close(self):
        """Forget it."""
        os.close(self.end)


class Watch:
    """Waits for a sample's main process, ending it when it has used up a limit.

    Args:
        control: The socket to the harness; when it hangs up, everything ends.
        members: A function that gives the process ids of all the sample's processes.
        disk: A function that gives the bytes it has on disk; None where the kernel holds it to its limit.
        follow: What waits for the end of a process.
    """

    def __init__(self, control, members, disk=None, follow=Follow):
        self.control = control
        self.members = members
        self.disk = disk
        self.follow = follow

    def wait(self, pid, started, wall, memory, disk, files):
        """Give how the process ended, as one of the protocol's constants.

        Args:
            pid: The sample's main process.
            started: ``time.monotonic()`` at the fork.
            wall: Seconds it may take.
            memory: Resident bytes it may hold.
            disk: Bytes it may hold on disk.
            files: Its output and result files: (descriptor, bytes allowed).
        """
        process = self.follow(pid, self.control)
        try:
            deadline = started + wall
            pause = FIRST
            while True:
                left = deadline - time.monotonic()
                if process.ended(max(0.0, min(left, pause))):
                    return EXITED
                if left <= 0:
                    return self._stop(pid, TIMEOUT)
                pause = EVERY
                if any(os.fstat(file).st_size > limit for file, limit in files):
                    return self._stop(pid, OUTPUT)
                if self.disk is not None and self.disk() > disk:
                    return self._stop(pid, OUTPUT)
                if sum(map(resident, self.members())) > memory < sum(map(share, self.members())):
                    return self._stop(pid, MEMORY)
        finally:
            process.close()

    @staticmethod
    def _stop(pid, why):
        kill(pid)
        return why


class HangUpError(Exception):
    """The harness is gone."""


def kill(pid):
    """End a process of ours that may have ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise


def all_others():
    """Give the ids of every other process in this pid namespace: a ring holds a sample and no other."""
    own = str(os.getpid())
    return [name for name in os.listdir("/proc") if name.isdigit() and name != own]


def resident(pid):
    """Give a process's resident bytes, those it shares with others included; 0 if it has ended."""
    try:
        with open("/proc/%s/statm" % pid, "rb", buffering=0) as file:
            return int(file.read(64).split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def share(pid):
    """Give a process's share of memory: what several hold is divided among them. Exact, and slow."""
    try:
        with open("/proc/%s/smaps_rollup" % pid, "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return resident(pid)
