"""Landlock for a sample without namespaces: what is left to it, and what is not."""

import encodings.idna  # noqa: F401 - loaded by the first connection: too late in a confined process
import os
import pathlib
import signal
import socket
import tempfile

import forked
import pytest

from reweave.sandbox.inside import landlock

VERSION = landlock.abi()
needs_landlock = pytest.mark.skipif(VERSION == 0, reason="this kernel has no Landlock")
needs_scopes = pytest.mark.skipif(VERSION < 6, reason=f"needs Landlock ABI 6, this kernel has {VERSION}")


@pytest.fixture
def rooms(tmp_path):
    """Three folders that anyone may write to: one to read, one to write, one to keep out of."""
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent == pathlib.Path(tempfile.gettempdir()):
            break
        parent.chmod(0o755)
    folders = [tmp_path / name for name in ("read", "write", "other")]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_text("text")
        (folder / "file").chmod(0o666)
        folder.chmod(0o777)
    return folders


def confine(read, write):
    """Restrict this process as a zygote's sample is."""
    landlock.restrict(landlock.prepare(read, write, VERSION))


@needs_landlock
def test_only_the_given_folders_remain(rooms):
    """Given paths can be read, own folders written, nothing else opened, removed, made or moved out."""
    read, write, other = rooms

    def child():
        confine([read], [write])
        assert (read / "file").read_text() == "text"
        (write / "file").rename(write / "moved")
        (write / "moved").write_text("new")
        (write / "folder").mkdir()
        os.mkfifo(write / "pipe")
        (write / "moved").unlink()
        pathlib.Path("/dev/null").write_text("gone")
        for refused in (
            lambda: (read / "file").write_text("new"),
            (read / "new").touch,
            (read / "file").unlink,
            (other / "file").read_text,
            lambda: (other / "file").write_text("new"),
            lambda: os.truncate(other / "file", 0),
            lambda: list(other.iterdir()),
            lambda: list(pathlib.Path("/proc/self").iterdir()),
            pathlib.Path("/proc/self/environ").read_bytes,
            pathlib.Path("/etc/passwd").read_text,
        ):
            with pytest.raises(PermissionError):
                refused()
        with pytest.raises(OSError, match=r"cross-device|denied"):
            os.link(read / "file", write / "linked")

    assert forked.run(child) == ("", None)
    assert (other / "file").read_text() == "text"


@needs_landlock
def test_programs_run_from_the_given_paths_only(rooms):
    """A file outside what may be run is not executed."""
    _, write, other = rooms
    (other / "run").write_text("#!/bin/sh\nexit 0\n")
    (other / "run").chmod(0o755)

    def child():
        confine(
            ["/bin", "/usr", *(path for path in ("/lib", "/lib64") if pathlib.Path(path).exists())], [write]
        )
        assert os.spawnv(os.P_WAIT, "/bin/true", ["true"]) == 0
        with pytest.raises(PermissionError):
            os.execv(other / "run", ["run"])

    assert forked.run(child) == ("", None)


@needs_landlock
def test_one_handle_serves_many_forks(rooms):
    """Each fork restricts itself and loses the rules' descriptor; who prepared them stays free."""
    _, write, other = rooms
    handle = landlock.prepare([], [write], VERSION)

    def child():
        landlock.restrict(handle)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(handle[2])
        with pytest.raises(PermissionError):
            (other / "file").read_text()

    try:
        assert [forked.run(child) for _ in range(3)] == [("", None)] * 3
    finally:
        os.close(handle[2])
    assert (other / "file").read_text() == "text"


@pytest.mark.skipif(VERSION < 4, reason=f"needs Landlock ABI 4, this kernel has {VERSION}")
def test_tcp_ports_are_closed(rooms):
    """No TCP socket can be bound or connected."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def child():
            confine([], rooms[1:2])
            with pytest.raises(PermissionError):
                socket.create_connection(address)
            with socket.socket() as own, pytest.raises(PermissionError):
                own.bind(("127.0.0.1", 0))

        assert forked.run(child) == ("", None)


@needs_scopes
def test_signals_stay_inside(rooms):
    """A sample can signal its own children, not the process that forked it."""

    def child():
        confine([], rooms[1:2])
        with pytest.raises(PermissionError):
            os.kill(os.getppid(), 0)
        pid = os.fork()
        if pid == 0:
            signal.pause()
        os.kill(pid, signal.SIGKILL)
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL

    assert forked.run(child, unprivileged=False) == ("", None)


@needs_scopes
def test_abstract_sockets_stay_inside(rooms):
    """A UNIX socket without a path that was bound outside cannot be connected to."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("")  # the kernel picks an abstract name
        server.listen()

        def child():
            confine([], rooms[1:2])
            with socket.socket(socket.AF_UNIX) as own, pytest.raises(PermissionError):
                own.connect(server.getsockname())

        assert forked.run(child) == ("", None)


@needs_landlock
def test_errors_name_path_or_step(tmp_path):
    """A path that is not there is named, and so is the step the kernel refuses."""
    with pytest.raises(FileNotFoundError, match="absent"):
        landlock.prepare([str(tmp_path / "absent")], [], VERSION)
    syscall, prctl = landlock._calls()

    def child():
        with pytest.raises(OSError, match="taking effect"):
            landlock.restrict((syscall, prctl, 1 << 20))

    assert forked.run(child) == ("", None)
