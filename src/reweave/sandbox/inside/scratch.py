"""The default tier's /tmp: mounted by the zygote, and kept from one sample to the next while it is untouched.

Most samples write no file, and making and forgetting a file system is a tenth of what a sample costs. The
folder's own time of change tells: anything made, removed, renamed or set in it moves that on. What has no
name takes room all the same: a file in an unread message outlives its sample.
"""

import os
import time

from . import system

FOLDER = "/tmp"  # noqa: S108 - the ring's own
_SHARED = "/dev/shm"  # noqa: S108 - likewise
_NOSUID_NODEV = 2 | 4
_BIND = 4096
_DETACH = 2
_COARSE = 5  # CLOCK_REALTIME_COARSE, by which files are stamped


def mount(size):
    """Mount a fresh file system of ``size`` bytes on /tmp, and show it as /dev/shm too."""
    # A size of 0 would be no limit at all.
    options = b"mode=700,size=%d,nr_inodes=%d" % (max(size, 4096), 1000 + size // 4096)
    system.call("mount", b"tmpfs", FOLDER.encode(), b"tmpfs", _NOSUID_NODEV, options)
    system.call("mount", FOLDER.encode(), _SHARED.encode(), None, _BIND, None)


class Scratch:
    """What the next sample finds in /tmp: nothing."""

    def __init__(self):
        self.size = None
        self.stamp = self.room = 0

    def ready(self, size):
        """See to it that an empty file system of this size is mounted that nobody has touched."""
        if self.size == size and not self._touched():
            return
        if self.size is not None:
            self.size = None
            for folder in (_SHARED, FOLDER):
                system.call("umount2", folder.encode(), _DETACH)
        mount(size)
        self.size = size
        self.stamp = os.stat(FOLDER).st_ctime_ns
        self.room = _room()
        # Until the clock has moved on, a change could bear the same time.
        while time.clock_gettime_ns(_COARSE) <= self.stamp:
            time.sleep(0.001)

    def _touched(self):
        return os.stat(FOLDER).st_ctime_ns != self.stamp or _room() != self.room


def _room():
    """Give the blocks and files for which there is room in /tmp."""
    status = os.statvfs(FOLDER)
    return status.f_bfree, status.f_ffree
