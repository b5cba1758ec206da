"""What a freshly forked sample does to itself before anything untrusted runs: namespaces, mounts, identity.

The zygote holds CAP_SYS_ADMIN in the ring's user namespace, and nothing outside it. A sample is forked into a
pid namespace of its own (as its pid 1: when it dies the kernel kills whatever it started), takes private
mount, ipc and uts namespaces, mounts its own /tmp and /proc, and only then enters a user namespace of its
own. Its mounts therefore belong to a user namespace in which it has no say, and its capabilities to one that
owns nothing; they are dropped all the same.
"""

import ctypes
import os
import struct

NEWNS = 0x00020000
NEWUTS = 0x04000000
NEWIPC = 0x08000000
NEWUSER = 0x10000000
NEWPID = 0x20000000

_MS_NOSUID_NODEV = 2 | 4
_MS_NOEXEC = 8
_MS_BIND = 4096
_PR_SET_NO_NEW_PRIVS = 38
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


class Namespaces:
    """The default tier's way in, prepared once in the zygote."""

    unlimited = ()  # Linux sets every limit

    def __init__(self):
        self.pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        uid, gid = os.getuid(), os.getgid()
        self.maps = (
            ("/proc/self/setgroups", b"deny"),
            ("/proc/self/uid_map", b"%d %d 1" % (uid, uid)),
            ("/proc/self/gid_map", b"%d %d 1" % (gid, gid)),
        )

    def fork(self):
        """Fork into a pid namespace of its own; give what ``os.fork`` gives."""
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
        options = b"mode=700,size=%d,nr_inodes=%d" % (tmp_bytes, 1000 + tmp_bytes // 4096)
        call("mount", b"tmpfs", b"/tmp", b"tmpfs", _MS_NOSUID_NODEV, options)
        call("mount", b"/tmp", b"/dev/shm", None, _MS_BIND, None)
        call("mount", b"proc", b"/proc", b"proc", _MS_NOSUID_NODEV | _MS_NOEXEC, None)
        os.chdir("/tmp")  # noqa: S108 - its own
        call("unshare", NEWUSER)
        for path, text in self.maps:
            descriptor = os.open(path, os.O_WRONLY)
            os.write(descriptor, text)
            os.close(descriptor)

    def drop(self):
        """In the sample: give up every capability, for good."""
        drop()

    def after(self, pid):
        """In the zygote: nothing to do, the kernel has killed the pid namespace and forgotten its mounts."""

    def processes(self):
        """Give how many processes count against a sample's limit beforehand: none, it has its own user."""
        return 0


def drop():
    """Give up every capability of this process, for good."""
    call("capset", _CAP_HEADER, _NO_CAPS)
    call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def become_subreaper():
    """Let orphans of this process's children become its own children."""
    call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
