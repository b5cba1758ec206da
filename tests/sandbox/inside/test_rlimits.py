"""The kernel's limits on a sample's processes, each reached for real."""

import mmap
import os
import resource
import signal

import forked
import pytest

from reweave.sandbox.inside import rlimits


def under(limits, function):
    """Call a function under limits, in a forked process."""

    def child():
        rlimits.apply(rlimits.prepare(limits, rlimits.size()))
        function()

    return forked.run(child)


def test_memory_counts_from_what_is_there():
    """A process can take less than the limit above its size, not more."""

    def take():
        held = mmap.mmap(-1, 32 << 20)
        with pytest.raises(OSError, match="memory"):
            mmap.mmap(-1, 2 * len(held))

    assert under({"memory": 64 << 20}, take) == ("", None)


def test_cpu_seconds_kill():
    """Past its CPU time, rounded up to seconds, a process is killed, and cannot prevent it."""

    def burn():
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            pass

    assert under({"cpu": 0.2}, burn) == ("", signal.SIGKILL)


@pytest.mark.parametrize("kind", [resource.RLIMIT_CORE, resource.RLIMIT_MSGQUEUE])
def test_some_are_always_nothing(kind):
    """No core files, no message queues."""

    def check():
        assert resource.getrlimit(kind) == (0, 0)

    assert under({}, check) == ("", None)


def test_files_are_limited_in_number_and_size(tmp_path):
    """One descriptor too many fails, and so does writing past the size."""
    handle = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)

    def use():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with pytest.raises(OSError, match="large"):
            os.pwrite(handle, b"x", 4096)
        with pytest.raises(OSError, match="Too many open files"):
            [os.dup(handle) for _ in range(64)]

    assert under({"open_files": 48, "disk": 4096}, use) == ("", None)


def test_processes_are_limited():
    """As nobody, forking past the limit fails."""

    def fork():
        if os.fork() == 0:
            signal.pause()

    def own_group():
        os.setpgid(0, 0)
        with pytest.raises(BlockingIOError):
            [fork() for _ in range(3)]
        os.kill(0, signal.SIGKILL)

    assert under({"processes": 2}, own_group) == ("", signal.SIGKILL)


def test_limits_are_for_good():
    """Soft and hard limits are alike, so that nothing can be raised again."""

    def lift():
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (64, 64)
        with pytest.raises(ValueError, match="not allowed"):
            resource.setrlimit(resource.RLIMIT_NOFILE, (65, 65))

    assert under({"open_files": 64, "cpu": None}, lift) == ("", None)


def test_an_unknown_limit_is_named():
    """A misspelt limit is an error."""
    with pytest.raises(ValueError, match="memroy"):
        rlimits.prepare({"memroy": 1}, 0)
