"""Which system calls a sample may make: two filters that intersect, built here without libseccomp.

The kernel looks through a filter when it is installed, the longer the bigger it is, and samples are
forked hundreds of times a second. Hence the zygote's filter holds the whole list (``syscalls.txt``) and
what it takes to build a sample; it is installed once and inherited. A sample's own filter is small and
takes the latter away again. Only both together are the boundary: the sample's filter leaves the
architecture, and all that is on no list, to the other one.

What is refused gives EPERM. But ``clone3``, whose flags no filter can see, and calls newer than the list
give ENOSYS, on which a libc falls back to an older call. Another ABI than the machine's own ends the
process. What files may be reached, and how much may be used, is not said here.
"""

import ctypes
import errno
import os
import socket
import struct

_LOAD, _AND = 0x20, 0x54  # the accumulator: a word of the call's data; masked by a constant
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45  # jumps
_RETURN = 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # offsets into struct seccomp_data
_MACHINES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2), "arm64": (0xC00000B7, 2)}
_ENDS = {
    "kill": 0x80000000,
    "refuse": 0x50000 | errno.EPERM,
    "unknown": 0x50000 | errno.ENOSYS,
    "pass": 0x7FFF0000,
}
_X32 = 0x40000000

# CLONE_NEW*; and CLONE_PARENT, whose child would be the sample's sibling, out of its init's sight.
_CLONE_REFUSED = 0x7E020000 | 0x8000
_CLONE3 = 435  # on every architecture
_SET_SECCOMP = 22
_NO_NEW_PRIVILEGES = 38
_PRCTL = (
    *(1, 2, 3, 4),  # signal on the parent's death, dumpable
    *(7, 8, 15, 16),  # keep capabilities, name
    *(21, _SET_SECCOMP, 38, 39),  # seccomp, no new privileges
    *(23, 24, 27, 28, 47),  # capabilities given up
    *(29, 30, 36, 37, 40, 41, 42),  # timer slack, sub-reaper, thread's id address, huge pages
    0x53564D41,  # names of memory areas: allocators try it
)
_IOCTL_REFUSED = (0x5412, 0x541C, 0x541D, 0x5423)  # TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSETD: act on a terminal
# Memory that processes share without a file stays whole while one page of it is mapped anywhere: the rest is
# in no process's size, and no limit counts it.
_SHARED_ANONYMOUS = 0x01 | 0x20
_WHOLE_PERSONALITY = 0xFFFFFFFF  # asks, sets nothing
# MPTCP, SMC, SCTP and ICMP sockets are other code in the kernel.
_PROTOCOLS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)

# Without namespaces of its own a sample sees processes and files that are not its own. Landlock does not
# restrict these.
_METADATA = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
)
_ON_ITSELF = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")


def build_zygote(machine):
    """Give the filter for the zygote, which every sample inherits.

    Args:
        machine: What ``platform.machine()`` says.

    Returns:
        An array of ``struct sock_filter``, as bytes.

    Raises:
        ValueError: For a machine the list has no numbers for.
    """
    architecture, calls = _calls(machine)
    table = {number: "pass" for _, number, _ in calls}
    numbers = {name: number for name, number, _ in calls}
    for name in ("ioctl", "mmap", "personality", "prctl", "socket", "socketpair"):
        table[numbers[name]] = name
    table[_CLONE3] = "unknown"
    code = [(_LOAD, _ARCHITECTURE), (_EQUAL, architecture, None, "kill"), (_LOAD, _NUMBER)]
    if architecture == _MACHINES["x86_64"][0]:
        code.append((_AT_LEAST, _X32, "kill", None))
    code += _search(table, "refuse", last="unknown")
    code += _argument("ioctl", 1, _IOCTL_REFUSED, "refuse", "pass")
    code += _argument("mmap", 3, (_SHARED_ANONYMOUS,), "refuse", "pass", mask=_SHARED_ANONYMOUS)
    code += _argument("personality", 0, (0, _WHOLE_PERSONALITY), "pass", "refuse")
    code += _argument("prctl", 0, _PRCTL, "pass", "refuse")
    code += _argument("socketpair", 0, (socket.AF_UNIX,), "pair type", "refuse")
    pair_types = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET)
    code += _argument("pair type", 1, pair_types, "protocol", "refuse", mask=0xF)
    code += _argument("socket", 0, (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6), "type", "refuse")
    code += _argument("type", 1, (socket.SOCK_STREAM, socket.SOCK_DGRAM), "protocol", "refuse", mask=0xF)
    code += _argument("protocol", 2, _PROTOCOLS, "pass", "refuse")
    return _assemble(code)


def build_sample(machine, sockets, *, namespaces=True):
    """Give the filter for a sample, on top of the zygote's.

    Args:
        machine: What ``platform.machine()`` says.
        sockets: Whether sockets may be made; if not, connected pairs remain, which asyncio needs.
        namespaces: Whether the sample has namespaces of its own. If not, changing a file's metadata and other
            processes' limits and priorities is refused as well.

    Returns:
        An array of ``struct sock_filter``, as bytes.

    Raises:
        ValueError: For a machine the list has no numbers for.
    """
    _, calls = _calls(machine)
    numbers = {name: number for name, number, _ in calls}
    table = {number: "refuse" for _, number, zygote in calls if zygote}
    table[numbers["clone"]] = "clone"
    table[numbers["prctl"]] = "prctl"
    rules = _argument("prctl", 0, (_SET_SECCOMP,), "refuse", "pass")
    rules += [("clone",), (_LOAD, _low_word(0)), (_ANY_BIT, _CLONE_REFUSED, "refuse", "pass")]
    if not sockets:
        table[numbers["socket"]] = table[numbers["connect"]] = "refuse"
        table[numbers["socketpair"]] = "pair"  # a datagram socket could still send to any address
        rules += _argument("pair", 1, (socket.SOCK_STREAM, socket.SOCK_SEQPACKET), "pass", "refuse", mask=0xF)
    if not namespaces:
        table.update((numbers[name], "refuse") for name in _METADATA if name in numbers)
        table.update((numbers[name], "itself") for name in _ON_ITSELF)
        table[numbers["setpriority"]] = "kind"
        table[numbers["ioprio_set"]] = "refuse"
        rules += _argument("kind", 0, (0,), "who", "refuse")
        rules += _argument("who", 1, (0,), "pass", "refuse")
        rules += _argument("itself", 0, (0,), "pass", "refuse")
    return _assemble([(_LOAD, _NUMBER), *_search(table, "pass"), *rules])


def prepare(code):
    """Give a handle for :func:`install`, so that a fork has nothing left to allocate."""

    class _Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    prctl = libc.prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    return prctl, ctypes.c_void_p(ctypes.addressof(program)), program, buffer


def install(handle):
    """Put the calling thread and what it starts from now on under a filter, for good. Raises ``OSError``."""
    if handle[0](_NO_NEW_PRIVILEGES, 1, None, 0, 0):
        _refused()
    add(handle)


def add(handle):
    """Do as ``install`` in a process that is under a filter already: it can gain no privileges any more."""
    if handle[0](_SET_SECCOMP, 2, handle[1], 0, 0):
        _refused()


def _refused():
    number = ctypes.get_errno()
    raise OSError(number, "installing a seccomp filter: " + os.strerror(number))


def _calls(machine):
    """Give (audit architecture, the listed calls as (name, number, whether only the zygote's))."""
    if machine not in _MACHINES:
        raise ValueError("no system call list for machine %r; there are %s" % (machine, ", ".join(_MACHINES)))
    architecture, column = _MACHINES[machine]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "syscalls.txt")
    with open(path, encoding="ascii") as lines:
        rows = [line.split() for line in lines if line[0] not in "#\n"]
    calls = [(row[0], int(row[column]), len(row) > 3) for row in rows if row[column] != "-"]
    return architecture, calls


def _search(table, default, last=None):
    """Give code that jumps to the label of the accumulator's number.

    Args:
        table: Label by number.
        default: The label of numbers that are not in the table.
        last: The label of numbers above all in the table, if another.
    """
    starts = [(0, default)]
    for number in sorted(table):
        if starts[-1][0] == number:
            starts.pop()
        if not starts or starts[-1][1] != table[number]:
            starts.append((number, table[number]))
        starts.append((number + 1, default))
    merged = starts[:1]
    for start, label in starts[1:-1]:
        if label != merged[-1][1]:
            merged.append((start, label))
    if (last or default) != merged[-1][1]:
        merged.append((starts[-1][0], last or default))
    return _bisect(merged)


def _bisect(starts):
    """Give code that finds the stretch of numbers that the accumulator is in; the last stretch has no end."""
    if len(starts) == 1:
        return [(_EQUAL, 0, starts[0][1], starts[0][1])]
    if len(starts) == 2:
        return [(_AT_LEAST, starts[1][0], starts[1][1], starts[0][1])]
    if len(starts) == 3 and starts[0][1] == starts[2][1] and starts[2][0] == starts[1][0] + 1:
        return [(_EQUAL, starts[1][0], starts[1][1], starts[0][1])]
    middle = len(starts) // 2
    below, above = _bisect(starts[:middle]), _bisect(starts[middle:])
    return [(_AT_LEAST, starts[middle][0], len(below), None), *below, *above]


def _argument(label, index, values, found, missing, mask=None):
    """Give code under a label that compares an argument's low word, all that the kernel reads of an int."""
    code = [(label,), (_LOAD, _low_word(index))]
    if mask is not None:
        code.append((_AND, mask))
    code += [(_EQUAL, value, found, None) for value in values[:-1]]
    return [*code, (_EQUAL, values[-1], found, missing)]


def _low_word(index):
    return 16 + 8 * index


def _assemble(code):
    """Give the bytes of a program whose jumps name labels, a distance, or None for the next instruction."""
    code = list(code)
    for label, value in _ENDS.items():
        if any(label in step[2:] for step in code):
            code += [(label,), (_RETURN, value)]
    labels, steps = {}, []
    for step in code:
        if len(step) == 1:
            labels[step[0]] = len(steps)
        else:
            steps.append(step)
    parts = []
    for here, step in enumerate(steps):
        jumps = step[2:] or (0, 0)
        jumps = [labels[jump] - here - 1 if isinstance(jump, str) else jump or 0 for jump in jumps]
        parts.append(struct.pack("=HBBI", step[0], jumps[0], jumps[1], step[1]))
    return b"".join(parts)
