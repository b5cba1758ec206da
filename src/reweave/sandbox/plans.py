"""How each tier's ring is started: the command, what it sees of the host, its environment."""

import os
import shutil
from pathlib import Path
from typing import Any

from reweave.errors import SandboxError
from reweave.sandbox.interpreter import Interpreter
from reweave.sandbox.results import Tier
from reweave.sandbox.ring import Plan

INSIDE = Path(__file__).with_name("inside")
NOBODY = 65534

ZYGOTES: dict[str, tuple[str, ...]] = {
    "stdlib": (
        "abc", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal",
        "enum", "fractions", "functools", "hashlib", "heapq", "inspect", "io", "itertools", "json",
        "linecache", "math", "operator", "random", "re", "statistics", "string", "struct",
        "textwrap", "threading", "time", "traceback", "typing",
    ),
    "data": ("numpy", "pandas"),
}  # fmt: skip
"""What is imported before samples are forked, by name; ``data`` has what ``stdlib`` has, too."""

_MOUNTED = "/run/reweave"
_MOVED = "/run/python"  # where an interpreter is seen that lives under /tmp, which each sample covers
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("ld.so.cache", "alternatives", "localtime", "mime.types", "fonts")  # few: each is copied for each sample
_DEVICES = ("null", "zero", "full", "random", "urandom")

# The package's name inside; its folder is wherever the tier shows it.
_BOOT = """
import sys, types
sys.path[:] = [path for path in sys.path if path]
package = types.ModuleType("_reweave")
package.__path__ = [{folder!r}]
sys.modules["_reweave"] = package
from _reweave import zygote
zygote.main(int(sys.argv[1]), sys.argv[2])
"""
_ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - the sample's own
    "LANG": "C.UTF-8",
    "MKL_NUM_THREADS": "1",  # a fork keeps one thread; a library that had started more would wait for them
    "MPLBACKEND": "Agg",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8:surrogateescape",
}


def plan(tier: Tier, python: Interpreter, preload: tuple[str, ...]) -> Plan:
    """Give the plan of a ring.

    Raises:
        SandboxError: A program the tier needs is not installed; the message names the command that does it.
    """
    settings: dict[str, Any] = {"tier": tier, "preload": list(preload)}
    if tier == "default":
        return _bubblewrap(python, settings)
    if tier == "strong":
        raise SandboxError("gVisor")
    settings["read"] = [*_SYSTEM, *(f"/etc/{name}" for name in _ETC), *python.folders, str(INSIDE)]
    command = [python.executable, "-s", "-c", _BOOT.format(folder=str(INSIDE))]
    return Plan(
        command, [], [], dict(_ENVIRONMENT), settings, NOBODY, reach=[*python.folders, str(INSIDE)], reap=True
    )


def _bubblewrap(python: Interpreter, settings: dict[str, Any]) -> Plan:
    """One bubblewrap: read-only root, empty network, no environment, one capability in its own namespace."""
    command = shutil.which("bwrap")
    if command is None:
        raise SandboxError(
            "bubblewrap is not installed: apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap"
            " (Fedora), or make system in a checkout"
        )
    # fmt: off
    before = [
        command, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--unshare-cgroup-try", "--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox",
        "--new-session", "--as-pid-1", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN",
    ]
    # fmt: on
    binds: list[tuple[str, str]] = []
    after: list[str] = []
    for folder in _SYSTEM:
        if Path(folder).is_symlink():
            after += ["--symlink", str(Path(folder).readlink()), folder]
        elif Path(folder).is_dir():
            binds.append((folder, folder))
    binds += [(f"/etc/{name}", f"/etc/{name}") for name in _ETC if Path("/etc", name).exists()]
    binds += [(str(INSIDE / "etc" / name), f"/etc/{name}") for name in ("passwd", "group", "nsswitch.conf")]
    binds.append((str(INSIDE), f"{_MOUNTED}/inside"))
    executable = python.executable
    for number, folder in enumerate(python.folders):
        if folder == "/usr" or folder.startswith("/usr/"):
            continue
        target = folder
        if folder == "/tmp" or folder.startswith("/tmp/"):  # noqa: S108
            target = f"{_MOVED}/{number}"
            if executable.startswith(folder + "/"):
                executable = target + executable.removeprefix(folder)
        binds.append((folder, target))
    if os.path.realpath(python.executable).startswith("/tmp/") and executable == python.executable:  # noqa: S108
        raise SandboxError(f"the interpreter of {python.executable} lives under /tmp: move it elsewhere")
    for name in _DEVICES:
        after += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        after += ["--symlink", f"/proc/self/fd{target}", f"/dev/{name}"]
    after += ["--proc", "/proc", "--dir", "/dev/shm", "--size", "1048576", "--tmpfs", "/tmp"]  # noqa: S108
    after += ["--remount-ro", "/", "--chdir", "/"]
    for name, value in _ENVIRONMENT.items():
        after += ["--setenv", name, value]
    after += ["--", executable, "-s", "-c", _BOOT.format(folder=f"{_MOUNTED}/inside")]
    return Plan(before, binds, after, {}, settings, NOBODY, ["--die-with-parent"])
