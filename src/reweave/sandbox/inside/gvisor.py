"""What a sample does to itself inside gVisor, whose kernel is not Linux.

What differs, as seen with runsc 20221219: ``unshare(CLONE_NEWNS)`` succeeds and does nothing, so that mounts
are shared; a pid namespace is made anew by each ``unshare``, with no way back and none needed. Hence a sample
has a root folder of its own (one for each side of a pair, read-only like the sandbox's own, with fresh /tmp
and /proc) and a user of its own, instead of private mounts and a user namespace. The wall around all of it is
gVisor; this keeps samples from the zygote, the relay and each other.
"""

import os
import resource

from . import isolate, system

SIDES = ("/sides/0", "/sides/1")
_USERS = (65534, 65533)  # processes are counted by user
_MNT_DETACH = 2
_NOSUID_NODEV = 2 | 4
_NOSUID_NODEV_NOEXEC = 2 | 4 | 8
_MS_BIND = 4096
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "shm": "/tmp",  # noqa: S108 - the sample's own
}


class Roots:
    """The strong tier's way in, prepared once in the zygote."""

    # gVisor refuses to set these two.
    unlimited = (resource.RLIMIT_MSGQUEUE, resource.RLIMIT_SIGPENDING)

    def __init__(self):
        if len(os.listdir("/proc/self/task")) > 1:
            raise SystemExit(
                "a preloaded module starts threads: gVisor gives such a process no pid namespace"
            )
        for side in SIDES:
            devices = os.path.join(side, "dev")
            system.call("mount", b"tmpfs", devices.encode(), b"tmpfs", 2, b"mode=755,size=65536")
            for name in _DEVICES:
                place = os.path.join(devices, name)
                os.close(os.open(place, os.O_CREAT | os.O_WRONLY))
                system.call("mount", b"/dev/" + name.encode(), place.encode(), None, _MS_BIND, None)
            for name, target in _LINKS.items():
                os.symlink(target, os.path.join(devices, name))
        self.running = 0

    def fork(self, tmp_bytes):  # noqa: ARG002 - it is mounted in the sample
        """Fork into a pid namespace of its own; give what ``os.fork`` gives."""
        self.running += 1
        system.call("unshare", isolate.NEWPID)
        return system.fork()

    def enter(self, tmp_bytes):
        """In the sample: take a root folder, fresh /tmp and /proc, and an identity without power."""
        os.setsid()
        place = self.running - 1
        side, user = SIDES[place].encode(), _USERS[place]
        size = max(tmp_bytes, 4096)  # 0 would be no limit at all
        options = b"mode=700,size=%d,uid=%d,gid=%d" % (size, user, user)
        system.call("mount", b"tmpfs", side + b"/tmp", b"tmpfs", _NOSUID_NODEV, options)
        system.call("mount", b"proc", side + b"/proc", b"proc", _NOSUID_NODEV_NOEXEC, None)
        system.call("unshare", isolate.NEWIPC | isolate.NEWUTS)
        system.call("chroot", side)
        os.chdir("/")
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        os.chdir("/tmp")  # noqa: S108

    def drop(self):
        """In the sample: give up every capability, for good."""
        system.drop()

    def after(self, pid):  # noqa: ARG002
        """In the zygote: take away what the sample mounted; the kernel has killed its pid namespace."""
        for side in SIDES[: self.running]:
            for name in ("tmp", "proc"):
                try:
                    system.call("umount2", os.path.join(side, name).encode(), _MNT_DETACH)
                except system.IsolationError:  # it ended before it had mounted it
                    continue
        self.running = 0

    def processes(self):
        """Give how many processes count against a sample's limit before it has any: it has its own user."""
        return 0


def members():
    """Give the ids of every process but the relay, which is the first, and ourselves.

    What forks share is counted for each of them: gVisor does not say what is shared.
    """
    others = ("1", str(os.getpid()))
    return [name for name in os.listdir("/proc") if name.isdigit() and name not in others]
