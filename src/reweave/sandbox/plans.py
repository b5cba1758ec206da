"""How each tier's ring is started: the command, what it sees of the host, its environment."""

import importlib.util
import json
import os
import py_compile
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
        "abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum",
        "functools", "heapq", "inspect", "io", "itertools", "json", "linecache", "math", "operator",
        "random", "re", "string", "struct", "textwrap", "threading", "time", "traceback", "typing",
    ),
    "data": ("hashlib", "numpy", "pandas"),
}  # fmt: skip
"""What is imported before samples are forked, by name; ``data`` has what ``stdlib`` has, too.

Each shared library costs every fork some microseconds: what few programs use they import themselves.
"""

_MOUNTED = "/run/reweave"
_MOVED = "/run/python"  # where an interpreter is seen that lives under /tmp, which each sample covers
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "ld.so.cache",
    "alternatives",
    "localtime",
    "mime.types",
    "fonts",
)  # few: each is copied for each sample
_DEVICES = ("null", "full", "random", "urandom")  # zero is shared memory that no limit counts

_SIDES = ("/sides/0", "/sides/1")  # where samples have their root folders: as inside/gvisor.py has it

# The package's name inside; its folder is wherever the tier shows it.
_BOOT = """
import sys, types
sys.path[:] = [path for path in sys.path if path]
package = types.ModuleType("_reweave")
package.__path__ = [{folder!r}]
sys.modules["_reweave"] = package
"""
_ZYGOTE = """
from _reweave import zygote
zygote.main(int(sys.argv[1]), sys.argv[2])
"""
_RELAY = """
from _reweave import relay
relay.main(sys.argv[1])
"""
_ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - the sample's own
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's: the zygote is to have one thread
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
    _compile()
    settings: dict[str, Any] = {"tier": tier, "preload": list(preload)}
    if tier == "default":
        return _bubblewrap(python, settings)
    if tier == "strong":
        return _gvisor(python, settings)
    settings["read"] = [*_SYSTEM, *(f"/etc/{name}" for name in _ETC), *python.folders, str(INSIDE)]
    command = [python.executable, "-s", "-c", _BOOT.format(folder=str(INSIDE)) + _ZYGOTE]
    return Plan(
        command,
        [],
        [],
        _environment(python.executable),
        settings,
        NOBODY,
        reach=[*python.folders, str(INSIDE)],
        reap=True,
    )


def _environment(executable: str) -> dict[str, str]:
    """Give a ring's environment: its interpreter is the ``python`` that samples find."""
    return _ENVIRONMENT | {"PATH": f"{Path(executable).parent}:{_ENVIRONMENT['PATH']}"}


def _compile() -> None:
    """Write the bytecode of what runs inside where it is missing and can be written.

    The zygote cannot: it would compile at each start, and every sample would inherit the waste.
    """
    for source in INSIDE.glob("*.py"):
        cached = Path(importlib.util.cache_from_source(str(source)))
        if not cached.exists() or cached.stat().st_mtime < source.stat().st_mtime:
            try:
                py_compile.compile(str(source), quiet=2)
            except OSError:
                return


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
    executable, binds, links = _host(python)
    after: list[str] = []
    for link, target in links:
        after += ["--symlink", target, link]
    for name in _DEVICES:
        after += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        after += ["--symlink", f"/proc/self/fd{target}", f"/dev/{name}"]
    after += ["--proc", "/proc", "--dir", "/dev/shm", "--size", "1048576", "--tmpfs", "/tmp"]  # noqa: S108
    after += ["--remount-ro", "/", "--chdir", "/"]
    for name, value in _environment(executable).items():
        after += ["--setenv", name, value]
    after += ["--", executable, "-s", "-c", _BOOT.format(folder=f"{_MOUNTED}/inside") + _ZYGOTE]
    return Plan(before, binds, after, {}, settings, NOBODY, die_with_parent=["--die-with-parent"])


def _gvisor(python: Interpreter, settings: dict[str, Any]) -> Plan:
    """One gVisor sandbox: what bubblewrap shows, once for the zygote and once for each side of a pair."""
    command = shutil.which("runsc")
    if command is None:
        raise SandboxError(
            "gVisor is not installed: apt-get install runsc (Debian, Ubuntu), or see"
            " https://gvisor.dev/docs/user_guide/install; its runsc must be on the PATH"
        )
    executable, binds, links = _host(python)
    # fmt: off
    flags = [
        "--rootless", "--network=none", "--ignore-cgroups", "--host-uds=none", "--host-fifo=none",
        "--overlay2=none", "--file-access=exclusive",
    ]
    # fmt: on
    boot = _BOOT.format(folder=f"{_MOUNTED}/inside") + _RELAY
    # Power inside only: to gVisor's own kernel this is root, to the host's it is nobody.
    capabilities = ["CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT"]
    config = {
        "ociVersion": "1.0.0",
        "hostname": "sandbox",
        "root": {"path": "root", "readonly": True},
        "process": {
            "user": {"uid": 0, "gid": 0},
            "cwd": "/",
            "noNewPrivileges": True,
            "args": [executable, "-s", "-c", boot, json.dumps(settings)],
            "env": [f"{name}={value}" for name, value in _environment(executable).items()],
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), capabilities),
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["size=65536"]},  # noqa: S108
        ],
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network")]},
    }
    bundle = {
        "config": config,
        "tops": ["", *_SIDES],
        "folders": ["/dev", "/proc", "/sys", "/tmp"],  # noqa: S108
        "links": links,
    }
    return Plan([command, *flags], binds, [], {}, settings, NOBODY, bundle)


def _host(python: Interpreter) -> tuple[str, list[tuple[str, str]], list[tuple[str, str]]]:
    """Give what a ring sees of the host: the interpreter, (source, target) and (link, target) pairs."""
    binds: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    for folder in _SYSTEM:
        if Path(folder).is_symlink():
            links.append((folder, str(Path(folder).readlink())))
        elif Path(folder).is_dir():
            binds.append((folder, folder))
    binds += [(f"/etc/{name}", f"/etc/{name}") for name in _ETC if Path("/etc", name).exists()]
    binds += [
        (str(INSIDE / "etc" / name), f"/etc/{name}") for name in ("passwd", "group", "hosts", "nsswitch.conf")
    ]
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
    return executable, binds, links
