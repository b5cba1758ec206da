"""What a freshly forked sample does to itself before anything untrusted runs: namespaces, mounts, identity.

The zygote holds CAP_SYS_ADMIN in the ring's user namespace, and nothing outside it. A sample is forked into a
pid namespace of its own (as its pid 1: when it dies the kernel kills whatever it started), takes private
mount, ipc and uts namespaces, mounts its own /tmp and /proc, and only then enters a user namespace of its
own. Its mounts therefore belong to a user namespace in which it has no say, and its capabilities to one that
owns nothing; they are dropped all the same.
"""

import os

from . import scratch
from .system import call, drop, fork

NEWNS = 0x00020000
NEWUTS = 0x04000000
NEWIPC = 0x08000000
NEWUSER = 0x10000000
NEWPID = 0x20000000

_MS_NOSUID_NODEV = 2 | 4
_MS_NOEXEC = 8


class Namespaces:
    """The default tier's way in, prepared once in the zygote."""

    unlimited = ()  # Linux sets every limit

    def __init__(self):
        self.pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.scratch = scratch.Scratch()
        self.running = 0

    def fork(self, tmp_bytes):
        """Fork into a pid namespace of its own, with an empty /tmp; give what ``os.fork`` gives."""
        if self.running == 0:  # the other side of a pair mounts its own
            self.scratch.ready(tmp_bytes)
        self.running += 1
        call("unshare", NEWPID)
        try:
            pid = fork()
        except OSError:
            call("setns", self.pid_namespace, NEWPID)
            raise
        if pid:
            # Without this the next unshare is refused: the namespace of our children is no longer our own.
            call("setns", self.pid_namespace, NEWPID)
        return pid

    def enter(self, tmp_bytes):
        """In the sample: take private namespaces and mounts, then an identity without power."""
        os.setsid()  # kill(0) and kill(getppid()), which is kill(0) here, must not reach the zygote
        call("unshare", NEWNS | NEWIPC | NEWUTS)
        if self.running > 1:
            scratch.mount(tmp_bytes)
        call("mount", b"proc", b"/proc", b"proc", _MS_NOSUID_NODEV | _MS_NOEXEC, None)
        os.chdir(scratch.FOLDER)
        # No user or group is mapped: to itself a sample is then 65534, which is who we are anyway.
        call("unshare", NEWUSER)

    def drop(self):
        """In the sample: give up every capability, for good."""
        drop()

    def after(self, pid):  # noqa: ARG002 - whoever it was
        """In the zygote: the kernel has killed the pid namespace and forgotten its mounts."""
        self.running = 0

    def processes(self):
        """Give how many processes count against a sample's limit beforehand: none, it has its own user."""
        return 0
