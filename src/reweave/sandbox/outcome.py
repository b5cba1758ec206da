"""From what was observed of a process to the reason it ended: what is the same for every kind of job."""

import signal
from typing import Any

from reweave.sandbox.inside import protocol
from reweave.sandbox.jobs import Limits
from reweave.sandbox.results import Reason
from reweave.sandbox.ring import LOST, Raw


def ended_by_limit(raw: Raw, limits: Limits) -> tuple[Reason, str] | None:
    """Give (reason, detail) where the sandbox ended the sample or could not run it, else None."""
    if raw.how == LOST:
        return "harness-error", raw.detail
    if raw.how == protocol.REFUSED:
        said = raw.stderr[-500:].decode(errors="replace")
        return "harness-error", f"no confined process could be started for it: {said or raw.code}"
    if raw.how == protocol.TIMEOUT:
        return "timeout", f"over {limits.wall:g} s"
    if raw.how == protocol.MEMORY:
        return "memory", f"over {limits.memory >> 20} MiB in all"
    if raw.how == protocol.OUTPUT:
        return (
            "output",
            f"over {limits.output} bytes of output, {limits.result} of results or {limits.disk} on disk",
        )
    if raw.how == protocol.SIGNALED and raw.code == signal.SIGXCPU:
        return "timeout", "CPU seconds used up"
    if raw.how == protocol.SIGNALED and raw.code == signal.SIGKILL and raw.cpu_seconds >= _cpu(limits):
        return "timeout", "CPU seconds used up"
    return None


def ended_early(raw: Raw) -> tuple[Reason, str]:
    """Give (reason, detail) for a process that ended by itself before its work was done."""
    if raw.how == protocol.SIGNALED:
        return "crashed", f"ended by {_signal(raw.code)}"
    return "crashed", f"the process ended with status {raw.code} before its work was done"


def observed(raw: Raw) -> dict[str, Any]:
    """Give the fields that every result takes straight from the process."""
    return {
        "seconds": raw.seconds,
        "cpu_seconds": raw.cpu_seconds,
        "memory": raw.memory,
        "stdout": raw.stdout.decode(errors="replace"),
        "stderr": raw.stderr.decode(errors="replace"),
    }


def _cpu(limits: Limits) -> int:
    return int(limits.wall if limits.cpu is None else limits.cpu)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
