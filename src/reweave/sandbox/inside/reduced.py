"""Samples where user namespaces are blocked: Landlock for files, network and signals, and a sweep afterwards.

Also the unsafe tier ``none``, which has the folders and the sweep and nothing that holds. There is no pid
namespace here, so orphans are caught by a sub-reaper, and no tmpfs, so each sample has a folder on disk that
is measured while it runs and removed afterwards.
"""

import atexit
import os
import subprocess
import tempfile
import time

from . import landlock, system, watch

_BLOCK = 512
_PREFIX = "reweave-sandbox-"


class Confined:
    """The reduced tier's way in (and tier ``none``'s), prepared once in the zygote."""

    unlimited = ()

    def __init__(self, settings):
        system.become_subreaper()
        sweep_folders()
        self.base = tempfile.mkdtemp(prefix="%s%d-" % (_PREFIX, os.getpid()))
        owner = os.getpid()
        atexit.register(lambda: os.getpid() == owner and remove(self.base))
        # One for each side of a proxy pair. Landlock's rules hold on to folders, so these stay and are
        # emptied.
        self.folders = [os.path.join(self.base, name) for name in ("alone", "paired")]
        for folder in self.folders:
            os.mkdir(folder, 0o700)
        self.rules = None
        if settings["tier"] == "reduced":
            version = landlock.abi()
            if version < 6:
                raise SystemExit("this kernel's Landlock has ABI %d; 6 is needed (Linux 6.12)" % version)
            read = [path for path in settings["read"] if os.path.exists(path)]
            self.rules = [landlock.prepare(read, [folder], version) for folder in self.folders]
        self.running = 0
        self.counted = (0.0, 0)

    def fork(self, tmp_bytes):  # noqa: ARG002 - the folder is measured instead
        """Fork a sample; give what ``os.fork`` gives."""
        self.running += 1
        return system.fork()

    def enter(self, tmp_bytes):  # noqa: ARG002 - the folder is measured instead
        """In the sample: a session and a folder of its own."""
        os.setsid()
        folder = self.folders[self.running - 1]
        os.chdir(folder)
        for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
            os.environ[name] = folder
        tempfile.tempdir = None

    def drop(self):
        """In the sample: confine it to its folder, for good."""
        if self.rules is not None:
            landlock.restrict(self.rules[self.running - 1])

    def after(self, pid):  # noqa: ARG002 - all are ended
        """In the zygote: end what the samples left running, and remove what they left lying."""
        self.running = 0
        kill_children()
        for folder in self.folders:
            if os.listdir(folder):
                empty(folder)

    def processes(self):
        """Give how many threads our user has now: the kernel counts them all against the limit."""
        now = time.monotonic()
        if now - self.counted[0] > 1.0:
            self.counted = (now, count_of_user())
        return self.counted[1]

    def disk(self):
        """Give the bytes on disk in the samples' folders, each name counted as a block."""
        total, ask = 0, list(self.folders[: self.running])
        while ask:
            try:
                with os.scandir(ask.pop()) as entries:
                    for entry in entries:
                        total += _BLOCK + entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            ask.append(entry.path)
            except OSError:  # gone meanwhile, closed to us, or deeper than a path can say
                continue
        return total


def descendants():
    """Give the process ids of all our descendants."""
    found, ask = [], [os.getpid()]
    while ask:
        for child in children(ask.pop()):
            found.append(child)
            ask.append(child)
    return found


def children(pid):
    """Give the process ids of a process's children."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def kill_children():
    """Kill and reap our children until there are none: orphans become ours, however fast they fork."""
    while True:
        found = descendants()
        for pid in found:
            watch.kill(pid)
        try:
            while True:
                pid, _ = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
        except ChildProcessError:
            return
        time.sleep(0.001)


def remove(folder):
    """Remove a folder whatever a sample has made of it."""
    empty(folder)
    os.rmdir(folder)


def empty(folder):
    """Remove what is in a folder, whatever its depth, permissions and number."""
    # find and chmod walk by descriptors: a tree deeper than any path or any recursion is no trouble to them.
    delete = ["/usr/bin/find", folder, "-mindepth", "1", "-delete"]
    subprocess.call(delete, stderr=subprocess.DEVNULL)
    if os.listdir(folder):
        subprocess.call(["/bin/chmod", "-R", "u+rwx", folder], stderr=subprocess.DEVNULL)
        subprocess.call(delete, stderr=subprocess.DEVNULL)


def sweep_folders():
    """Remove the folders of zygotes that were killed before they could."""
    where = tempfile.gettempdir()
    for name in os.listdir(where):
        if name.startswith(_PREFIX):
            owner = name[len(_PREFIX) :].partition("-")[0]
            path = os.path.join(where, name)
            if (
                owner.isdigit()
                and not os.path.exists("/proc/" + owner)
                and os.lstat(path).st_uid == os.getuid()
            ):
                remove(path)


def count_of_user():
    """Give the number of threads that belong to our user."""
    own, total = os.getuid(), 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat("/proc/" + name).st_uid == own:
                    total += len(os.listdir("/proc/%s/task" % name))
            except OSError:
                continue
    return total
