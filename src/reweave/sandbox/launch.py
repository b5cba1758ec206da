"""Starts a ring: run as a script by the harness's interpreter, it becomes bubblewrap, or the zygote itself.

Started by root, it first opens every folder the ring shall see, lays them out in a private mount namespace,
and becomes an unprivileged user: bubblewrap started by root would map to the host's root, whose writes to
/proc/sys are real, and an unprivileged user cannot walk into an interpreter that lives under root's home.

It knows nothing of reweave: standard library only, and the ring's plan as JSON in its one argument.
"""

import contextlib
import ctypes
import json
import os
import signal
import stat
import sys

NEWNS = 0x20000
PR_SET_CHILD_SUBREAPER = 36
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
STAGE = "/tmp"  # noqa: S108 - any folder everybody may enter; covered in our own mount namespace only


def main() -> None:
    """Do as the plan says; never return."""
    plan = json.loads(sys.argv[1])
    os.umask(0o022)
    if os.getuid() == 0:
        if plan["binds"]:
            plan["binds"] = _stage(plan["binds"])
        _uncover(plan["reach"])
        _become(plan["uid"])
    if plan["reap"]:
        _reap()
    command = plan["before"]
    for source, target in plan["binds"]:
        command += ["--ro-bind", source, target]
    command += plan["after"]
    # An empty environment: what bubblewrap itself holds would be readable in /proc/1/environ of the ring.
    os.execve(command[0], command, plan["environment"])  # noqa: S606


def _reap() -> None:
    """Stay behind, and go on in a child: when that has ended, however it did, end what it has left running.

    For a tier without a pid namespace of its own, whose end would end everything in it.
    """
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = os.fork()
    if child == 0:
        return
    os.closerange(0, 1 << 10)  # the harness must see the child hang up
    os.waitpid(child, 0)
    own = os.getpid()
    with contextlib.suppress(ChildProcessError):
        while True:
            with open(f"/proc/{own}/task/{own}/children") as children:  # noqa: PTH123 - a light start
                for left in children.read().split():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(left), signal.SIGKILL)
            os.waitpid(-1, 0)
    os._exit(0)


def _stage(binds: list[list[str]]) -> list[list[str]]:
    """Make each source reachable for an unprivileged user; give the binds with their new sources."""
    _private_mounts()
    # Opened before the stage covers what may be below it, and in this mount namespace, or binding is refused.
    sources = [os.open(source, os.O_PATH) for source, _ in binds]
    _call("mount", b"tmpfs", STAGE.encode(), b"tmpfs", 6, b"mode=755,size=1m")
    staged = []
    for number, (descriptor, (_, target)) in enumerate(zip(sources, binds, strict=True)):
        place = f"{STAGE}/{number}"
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.mkdir(place)  # noqa: PTH102
        else:
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY))
        _bind(descriptor, place)
        staged.append([place, target])
    for descriptor in sources:
        os.close(descriptor)
    return staged


def _uncover(folders: list[str]) -> None:
    """Make folders reachable at their own paths that lie below one which only root may enter.

    That one is covered with an empty folder everybody may enter, in a private mount namespace, and what is
    wanted is shown in it again.
    """
    closed: dict[str, list[str]] = {}
    for folder in folders:
        ancestor = ""
        for part in folder.strip("/").split("/"):
            ancestor += "/" + part
            if ancestor != folder and not os.stat(ancestor).st_mode & stat.S_IXOTH:  # noqa: PTH116
                closed.setdefault(ancestor, []).append(folder)
                break
    if not closed:
        return
    try:
        _private_mounts()
    except OSError as error:
        sys.exit(
            f"reweave: the interpreter is below {', '.join(closed)}, which only root may enter, and it cannot"
            f" be shown to an unprivileged user ({error}): give a Python that lives elsewhere (python=...)"
        )
    for ancestor, wanted in closed.items():
        descriptors = [os.open(folder, os.O_PATH) for folder in wanted]
        _call("mount", b"tmpfs", ancestor.encode(), b"tmpfs", 6, b"mode=755,size=1m")
        for descriptor, folder in zip(descriptors, wanted, strict=True):
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            _bind(descriptor, folder)
            os.close(descriptor)


_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name} {arguments[:2]}: {os.strerror(ctypes.get_errno())}")


def _private_mounts() -> None:
    _call("unshare", NEWNS)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def _bind(descriptor: int, place: str) -> None:
    _call("mount", f"/proc/self/fd/{descriptor}".encode(), place.encode(), None, MS_BIND | MS_REC, None)


def _become(uid: int) -> None:
    """Become an unprivileged user, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    with contextlib.suppress(OSError):
        os.setresuid(0, 0, 0)
        sys.exit("reweave: could not give up root")


if __name__ == "__main__":
    main()
