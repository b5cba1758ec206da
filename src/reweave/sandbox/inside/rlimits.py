"""How much one process of a sample may use, by the kernel's own limits, set for good.

The wall clock, the memory of all processes together and the size of the outputs are watched from
outside. To be set inside the sample's user namespace: processes are counted in the one where their
number is limited.
"""

import math
import os
import resource

_ALWAYS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: 64 << 10,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_SIGPENDING: 1024,
}
_NAMES = {
    "memory": resource.RLIMIT_AS,
    "processes": resource.RLIMIT_NPROC,
    "cpu": resource.RLIMIT_CPU,
    "open_files": resource.RLIMIT_NOFILE,
    "disk": resource.RLIMIT_FSIZE,
}


def size():
    """Give the bytes of address space this process has; a fork has as many."""
    with open("/proc/self/statm", "rb") as status:
        return int(status.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def always(without=()):
    """Set the limits of this process that are the same for every sample.

    Args:
        without: Limits that this kernel does not set.
    """
    apply(prepare({}, 0, without))


def prepare(limits, base, without=()):
    """Give a handle for :func:`apply`, so that a fork has little left to do.

    Args:
        limits: ``memory`` (bytes of address space above ``base``), ``processes``, ``cpu`` (seconds, rounded
            up; past them the process is killed), ``open_files`` and ``disk`` (bytes of one file). What is not
            there or None stays as it is.
        base: What :func:`size` gives.
        without: Limits that this kernel does not set.

    Raises:
        ValueError: For a limit of another name.
    """
    wanted = dict(_ALWAYS)
    for name, value in limits.items():
        if name not in _NAMES:
            raise ValueError("no limit %r; there are %s" % (name, ", ".join(_NAMES)))
        if value is not None:
            wanted[_NAMES[name]] = base + value if name == "memory" else math.ceil(value)
    bounds = []
    for kind, value in wanted.items():
        if kind in without:
            continue
        soft, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        if (soft, hard) != (bound, bound):  # a fork has what this process has
            bounds.append((kind, (bound, bound)))
    return bounds


def apply(handle):
    """Set the limits of this process and of those it starts, soft and hard alike; none is raised."""
    for kind, bound in handle:
        resource.setrlimit(kind, bound)
