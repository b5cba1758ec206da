"""The zygote's memory laid out so that forks are cheap: the interpreter's code in huge pages, fewer mappings.

A fork copies no page tables of files; each sample would fault in the interpreter's code again, a sixth of its
faults. In huge pages of memory the code comes along as two entries, and is found without misses afterwards.
And a library is five mappings, each of which is copied at a fork and taken apart at an exit; its neighbouring
parts become one where the rights of one serve both. Nothing becomes writable and executable.

All of it is a matter of speed: where the kernel does not play along, things stay as they are.
"""

import collections
import ctypes

_HUGE = 2 << 20
_READ_WRITE, _READ_EXECUTE = 3, 5
_PRIVATE_ANONYMOUS = 0x22
_MADV_HUGEPAGE = 14
_MAYMOVE_FIXED = 3
_FAILED = ctypes.c_void_p(-1).value

Mapping = collections.namedtuple("Mapping", "start stop rights offset path")  # noqa: PYI024 - of Python 3.8


def arrange():
    """Lay out this process's memory. Before anything untrusted, and before the filter, is there."""
    libc = ctypes.PyDLL(None)
    size, address = ctypes.c_size_t, ctypes.c_void_p
    libc.mmap.restype = libc.mremap.restype = address
    libc.mmap.argtypes = [address, size, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.mremap.argtypes = [address, size, size, ctypes.c_int, address]
    libc.mprotect.argtypes = libc.madvise.argtypes = [address, size, ctypes.c_int]
    libc.munmap.argtypes = [address, size]
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)  # what is free need not be copied
    merge(libc)
    for start in whole_blocks(mappings(), ctypes.cast(ctypes.pythonapi.Py_GetVersion, address).value):
        if not into_huge_page(libc, start):
            return


def mappings():
    """Give the mappings of this process, in order."""
    found = []
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            parts = line.rstrip("\n").split(None, 5)
            start, stop = (int(part, 16) for part in parts[0].split("-"))
            path = parts[5] if len(parts) > 5 else ""
            found.append(Mapping(start, stop, parts[1], int(parts[2], 16), path))
    return found


def whole_blocks(found, inside):
    """Give where huge pages fit into the read-only mappings of the file that an address is in."""
    place = next((each for each in found if each.start <= inside < each.stop), None)
    if place is None or not place.path.startswith("/"):
        return []
    run = [each for each in found if each.path == place.path and "w" not in each.rights]
    start = stop = run[0].start
    for each in run:
        if each.start != stop:
            break
        stop = each.stop
    return range(-(-start // _HUGE) * _HUGE, stop // _HUGE * _HUGE, _HUGE)


def into_huge_page(libc, start):
    """Put a huge page of the same content in the place of read-only memory; say whether that was done."""
    room = libc.mmap(None, 2 * _HUGE, _READ_WRITE, _PRIVATE_ANONYMOUS, -1, 0)
    if room == _FAILED:
        return False
    page = -(-room // _HUGE) * _HUGE
    libc.madvise(page, _HUGE, _MADV_HUGEPAGE)
    ctypes.memmove(page, start, _HUGE)
    placed = (
        _is_huge(page)
        and libc.mprotect(page, _HUGE, _READ_EXECUTE) == 0
        and libc.mremap(page, _HUGE, _HUGE, _MAYMOVE_FIXED, start) == start
    )
    if placed:
        libc.munmap(room, page - room)
        libc.munmap(page + _HUGE, room + _HUGE - page)
    else:
        libc.munmap(room, 2 * _HUGE)
    return placed


def _is_huge(address):
    with open("/proc/self/smaps", "rb") as lines:
        within = False
        for line in lines:
            if b"-" in line.split(b" ", 1)[0] and b":" not in line.split(b" ", 1)[0]:
                start, stop = (int(part, 16) for part in line.split(b" ", 1)[0].split(b"-"))
                within = start <= address < stop
            elif within and line.startswith(b"AnonHugePages:"):
                return int(line.split()[1]) > 0
    return False


def merge(libc):
    """Give neighbouring parts of each file the same rights, so that the kernel holds them as one mapping.

    Constants become executable like the code beside them, and what was read-only after relocation becomes
    writable like the data after it.
    """
    for before, after in reversed(list(neighbours())):
        if before.rights == "r--p" and after.rights == "rw-p":
            libc.mprotect(before.start, before.stop - before.start, _READ_WRITE)
    for pair in neighbours():
        if {part.rights for part in pair} == {"r--p", "r-xp"}:
            constants = min(pair, key=lambda part: part.rights)
            libc.mprotect(constants.start, constants.stop - constants.start, _READ_EXECUTE)


def neighbours():
    """Give the pairs of mappings that follow one another in memory and in a file."""
    before = None
    for each in mappings():
        if (
            before is not None
            and each.path.startswith("/")
            and (each.path, each.start, each.offset)
            == (before.path, before.stop, before.offset + before.stop - before.start)
        ):
            yield before, each
        before = each
