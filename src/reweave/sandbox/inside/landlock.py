"""Which files, ports and processes a sample may reach that has no namespaces of its own: the reduced tier.

Landlock checks what is opened, created and removed from here on; open descriptors stay as they are. It
does not check ``stat``, ``chdir``, metadata, or the limits of other processes: the last two are refused
by ``seccomp.build_sample(..., namespaces=False)``, the first two tell that a path exists. Locks of
readable files and UNIX sockets that have a path are not checked either; the filter without sockets
closes the latter.

The rules are made once and shared by all samples of a zygote, so that a sample pays for one call; they
hold on to files, not to names. Hence a sample's folder is one that stays (what is in it may go), two
samples that run at once and must not meet have a handle each, and ``/proc`` is not among the paths:
``/proc/self`` would be the zygote's own, its environment included. ``/dev/shm`` should not be either,
all of a user's processes share it: without it ``multiprocessing`` has processes and pipes, no locks,
queues or pools.
"""

import ctypes
import os
import struct

DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE  # the kernel refuses the others for one
_NEW_DEVICES = 1 << 6 | 1 << 11
_PORTS = 1 << 0 | 1 << 1  # TCP: bind, connect
_OUTSIDE = 1 << 0 | 1 << 1  # abstract UNIX sockets, signals
_NO_NEW_PRIVILEGES = 38


def abi():
    """Give the version of the kernel's Landlock, 0 where there is none."""
    return max(0, _calls()[0](_CREATE_RULESET, 0, 0, 1, 0))


def prepare(read, write, version):
    """Make the rules, in the zygote.

    Args:
        read: Paths of folders and files that may be read and run.
        write: Folders in which anything may be done but making devices.
        version: What :func:`abi` gave, at least 1. Ports are restricted from 4 on, signals and abstract UNIX
            sockets from 6 on.

    Returns:
        A handle for :func:`restrict`. It holds one descriptor, closed on exec.

    Raises:
        OSError: Names the path or the step.
    """
    syscall, prctl = _calls()
    handled = _rights(version)
    words = [handled] + [_PORTS] * (version >= 4) + [_OUTSIDE] * (version >= 6)
    attributes = ctypes.create_string_buffer(struct.pack("=%dQ" % len(words), *words), 8 * len(words))
    ruleset = syscall(_CREATE_RULESET, ctypes.addressof(attributes), len(attributes), 0, 0)
    _check(ruleset, "making a ruleset")
    granted = [(path, _EXECUTE | _READ_FILE | _READ_DIR) for path in read]
    granted += [(path, _WRITE_FILE | _READ_FILE) for path in DEVICES if os.path.exists(path)]
    if os.path.exists("/dev/zero"):  # open for writing it is shared memory that no limit counts
        granted.append(("/dev/zero", _READ_FILE))
    granted += [(path, handled & ~_NEW_DEVICES) for path in write]
    for path, wanted in granted:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rights = wanted if os.path.isdir(path) else wanted & _OF_A_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
        _check(syscall(_ADD_RULE, ruleset, 1, ctypes.addressof(rule), 0), "adding %s" % (path,))
        os.close(descriptor)
    return syscall, prctl, ruleset


def restrict(handle):
    """Leave the calling thread, and what it starts, only what was prepared; for good.

    The rules' descriptor is closed: who holds it could add to what later samples may do.

    Args:
        handle: What :func:`prepare` gave.

    Raises:
        OSError: Names the step.
    """
    syscall, prctl, ruleset = handle
    _check(prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "giving up new privileges")
    _check(syscall(_RESTRICT_SELF, ruleset, 0, 0, 0), "taking effect")
    os.close(ruleset)


def _rights(version):
    """Give all rights to files that a version can restrict."""
    rights = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):  # move between folders, truncate, ioctl of devices
        if version >= since:
            rights |= 1 << bit
    return rights


def _calls():
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    library.syscall.argtypes = [ctypes.c_long] * 5
    library.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return library.syscall, library.prctl


def _check(result, step):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "Landlock, %s: %s" % (step, os.strerror(number)))
