"""Which tier holds here: found by starting one and trying, not by asking the kernel for flags.

The answer is kept until the next boot, for this version of reweave and this interpreter.
"""

import hashlib
import marshal
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson

from reweave.errors import SandboxError
from reweave.sandbox.inside import channel, plain, values
from reweave.sandbox.interpreter import Interpreter
from reweave.sandbox.jobs import Limits
from reweave.sandbox.plans import plan
from reweave.sandbox.pool import Pool
from reweave.sandbox.results import Tier
from reweave.sandbox.ring import Raw, Request

ORDER: tuple[Tier, ...] = ("default", "reduced")  # strong is taken only when asked for

# What the sample finds must be so in every tier. Nothing here does harm where it succeeds: files are opened
# for appending and closed, the address is reserved for documentation.
_SELF_TEST = """
import os, socket

def look():
    seen = {"uid": os.getuid(), "environment": "REWEAVE_SELF_TEST" in os.environ}
    with open("mine", "w") as file:
        file.write("x")
    seen["own folder"] = os.listdir(".") == ["mine"]
    for name, path in {"proc": "/proc/sys/kernel/core_pattern", "root": "/reweave", "etc":
    "/etc/passwd"}.items():
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
            seen[name] = True
        except OSError:
            seen[name] = False
    try:
        with open("/proc/%d/environ" % os.getppid(), "rb") as file:
            seen["parent"] = bool(file.read(1))
    except OSError:
        seen["parent"] = False
    try:
        with socket.socket() as network:
            network.settimeout(0.2)
            network.connect(("192.0.2.1", 9))
        seen["network"] = True
    except OSError as error:
        seen["network"] = isinstance(error, TimeoutError)
    return seen
"""
_MUST = {
    "environment": False,
    "own folder": True,
    "proc": False,
    "root": False,
    "etc": False,
    "parent": False,
    "network": False,
}


def choose(asked: Tier | None, python: Interpreter, *, unsafe: bool) -> Tier:
    """Give the tier to use.

    Args:
        asked: A tier by name; None for the best that holds here of ``default`` and ``reduced``.
        python: The interpreter of the samples.
        unsafe: Where nothing holds, give ``none`` instead of refusing.

    Raises:
        SandboxError: Nothing holds, or what was asked for does not; it says what is missing and what to do.
    """
    if asked == "none":
        if not unsafe:
            raise SandboxError(
                "tier 'none' has no isolation: say unsafe_no_isolation=True, or --unsafe-no-isolation"
            )
        return "none"
    problems = []
    for tier in ORDER if asked is None else (asked,):
        problem = problem_with(tier, python)
        if problem is None:
            return tier
        problems.append(f"{tier}: {problem}")
    if unsafe and asked is None:
        return "none"
    raise SandboxError(
        "nothing here can hold untrusted code, so it is not run.\n  "
        + "\n  ".join(problems)
        + "\n  To run it all the same, unprotected: unsafe_no_isolation=True, or"
        " --unsafe-no-isolation; every result will say so."
    )


def problem_with(tier: Tier, python: Interpreter) -> str | None:
    """Give what keeps a tier from holding here, None where it holds."""
    return _remembered(tier, python, lambda: _try(tier, python))


def _try(tier: Tier, python: Interpreter) -> str | None:
    found: list[Raw] = []
    try:
        pool = Pool(plan(tier, python, ()), workers=1, lifetime=10)
    except SandboxError as error:
        return str(error)
    body = marshal.dumps(
        {"kind": "calls", "program": _SELF_TEST, "calls": values.pack([("look", [], {})])}, 4
    )
    try:
        pool.submit(Request(body, Limits(wall=20.0)), found.append)
        while not found:
            pool.step(None)
    except SandboxError as error:
        return _advice(str(error))
    finally:
        pool.close()
    _, payloads = channel.read(found[0].result)
    try:
        kind, *rest = plain.decode(payloads[0])
        seen = dict(rest[0]) if kind == "returned" else {}
    except (plain.BadData, IndexError, TypeError, ValueError):
        seen = {}
    if not seen:
        return f"the self-test did not run: {found[0].stderr[-500:].decode(errors='replace') or found[0]}"
    wrong = [name for name, must in _MUST.items() if seen.get(name) is not must] + ["uid"] * (
        seen.get("uid") == 0
    )
    return f"the self-test found holes: {', '.join(wrong)}" if wrong else None


def _advice(said: str) -> str:
    if "namespace" in said or "Operation not permitted" in said or "No space left" in said:
        return (
            f"{said} (user namespaces are blocked here: on Debian and Ubuntu, as root, sysctl -w"
            " kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0; in a"
            " container, run it with user namespaces and an unmasked /proc)"
        )
    return said


def _remembered(tier: Tier, python: Interpreter, look: Callable[[], str | None]) -> str | None:
    """Ask the file of earlier answers; only good news is kept, so that what was mended is seen at once."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reweave"
        file = folder / "sandbox.json"
        key = f"{boot} {_version(tier)} {os.getuid()} {python.executable}"
    except (OSError, RuntimeError):
        return look()
    try:
        if key in orjson.loads(file.read_bytes()):
            return None
    except (OSError, ValueError):
        pass
    problem = look()
    if problem is None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                known = [line for line in orjson.loads(file.read_bytes()) if line.startswith(boot)]
            except (OSError, ValueError):
                known = []
            fresh = file.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(orjson.dumps([*known, key]))
            fresh.replace(file)
        except OSError:
            pass  # nothing is remembered, and the next start looks again
    return problem


def _version(tier: Tier) -> str:
    """Give a digest of what decides: this package's files as they are, bubblewrap's and gVisor's."""
    parts = []
    programs = [Path(found) for name in ("bwrap", "runsc") if (found := shutil.which(name))]
    for path in [*sorted(Path(__file__).parent.rglob("*.py")), *programs]:
        status = path.stat()
        parts.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
    return f"{tier} {hashlib.sha256(' '.join(parts).encode()).hexdigest()[:16]}"
