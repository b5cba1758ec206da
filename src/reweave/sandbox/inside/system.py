"""The system calls that Python has no function for, as the zygote and a fresh sample make them."""

import ctypes
import os
import struct

_PR_SET_CHILD_SUBREAPER = 36
_CAP_HEADER = struct.pack("Ii", 0x20080522, 0)  # version 3: two words a set
_NO_CAPS = bytes(24)

# Calls keep the interpreter's lock: there is one thread, and giving the lock up costs more than the calls.
_libc = ctypes.PyDLL(None, use_errno=True)
# Looked up now: in a sample, looking one up costs as much as calling it.
_NAMES = ("unshare", "setns", "mount", "umount2", "chroot", "capset", "prctl")
_CALLS = {name: getattr(_libc, name) for name in _NAMES}


def fork():
    """Fork as libc does, without the interpreter's hooks; give what ``os.fork`` gives.

    The hooks mend locks and thread tables for processes with several threads, and reseed ``random``, which
    ``sample`` does itself. The zygote has one thread; without them a child touches a quarter of the memory.
    """
    pid = _libc.fork()
    if pid < 0:
        number = ctypes.get_errno()
        raise OSError(number, "fork: " + os.strerror(number))
    return pid


class IsolationError(OSError):
    """A step of the isolation was refused: the sample must not run."""


def call(name, *arguments):
    """Call a libc function; raise ``IsolationError`` with its name where it gives anything but 0."""
    if _CALLS[name](*arguments) != 0:
        number = ctypes.get_errno()
        raise IsolationError(number, "%s: %s" % (name, os.strerror(number)))


def drop():
    """Give up every capability of this process, for good: the zygote's filter lets none be gained."""
    call("capset", _CAP_HEADER, _NO_CAPS)


def become_subreaper():
    """Let orphans of this process's children become its own children."""
    call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
