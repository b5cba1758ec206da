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
_CHILD = (signal.SIGCHLD,)


def listen():
    """Block the signal by which :class:`Watch` is told of an end.

    Before anything starts a thread, which takes this over: a thread that did not would get the signal.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _CHILD)


class Watch:
    """Waits for a sample's main process, ending it when it has used up a limit.

    It is told of an end by the signal that comes when a child ends, which ``listen`` has blocked: there is
    nothing to make for each sample, and what is not written after a fork need not be copied.

    Args:
        control: The socket to the harness, None where its end ends us anyway; when it hangs up, everything
            ends.
        members: A function that gives the process ids of all the sample's processes.
        disk: A function that gives the bytes it has on disk; None where the kernel holds it to its limit.
    """

    def __init__(self, control, members, disk=None):
        self.members = members
        self.disk = disk
        self.hang_up = select.poll()
        if control is not None:
            self.hang_up.register(control, 0)  # only its hang-up

    def wait(self, pid, started, wall, memory, disk, files):
        """Give (how the process ended as one of the protocol's constants, its wait status, its usage).

        Args:
            pid: The sample's main process; it is reaped.
            started: ``time.monotonic()`` at the fork.
            wall: Seconds it may take.
            memory: Resident bytes it may hold.
            disk: Bytes it may hold on disk.
            files: Its output and result files: (descriptor, bytes allowed).

        Raises:
            HangUpError: The harness is gone, and the process killed.
        """
        pause = FIRST
        while True:
            left = started + wall - time.monotonic()
            ended = self._ended(pid, max(0.0, min(left, pause)))
            if ended is not None:
                return (EXITED, *ended)
            how = TIMEOUT if left <= 0 else self._over(memory, disk, files)
            if how is not None:
                kill(pid)
                _, status, usage = os.wait4(pid, 0)
                return how, status, usage
            if self.hang_up.poll(0):
                kill(pid)
                raise HangUpError
            pause = EVERY

    @staticmethod
    def _ended(pid, seconds):
        """Wait no longer than that; give (wait status, usage) of the process if it has ended, else None."""
        until = None
        while True:
            # The signal may be another child's, or an earlier one's: several of one kind are one.
            told = signal.sigtimedwait(_CHILD, seconds)
            found, status, usage = os.wait4(pid, os.WNOHANG)
            if found:
                return status, usage
            if told is None:
                return None
            until = until or time.monotonic() + seconds
            seconds = max(0.0, until - time.monotonic())

    def _over(self, memory, disk, files):
        if any(os.fstat(file).st_size > limit for file, limit in files):
            return OUTPUT
        if self.disk is not None and self.disk() > disk:
            return OUTPUT
        if sum(map(resident, self.members())) > memory < sum(map(share, self.members())):
            return MEMORY
        return None


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
