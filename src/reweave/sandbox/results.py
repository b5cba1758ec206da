"""What comes back from the sandbox. Every result says why the run ended and what held it.

Reasons, one a run:

================= ==========================================================================
``passed``        it ran to its end; for tests: and every assertion held
``failed``        an assertion did not hold, an answer was wrong, or the program raised
``timeout``       wall or CPU seconds were used up
``memory``        memory was used up
``output``        it wrote more output or results than it may
``crashed``       the process ended before its work did: a signal, ``os._exit``, ``sys.exit``
``syntax``        the program does not compile
``missing-module`` it imports a module that is not there
``harness-error`` the sandbox's fault: nothing is said about the program
================= ==========================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reweave.sandbox.jobs import Form, Limits

Reason = Literal[
    "passed",
    "failed",
    "timeout",
    "memory",
    "output",
    "crashed",
    "syntax",
    "missing-module",
    "harness-error",
]
Tier = Literal["strong", "default", "reduced", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was observed of one run, whatever its kind.

    Args:
        reason: Why it ended: see the module's table.
        detail: One line for a person: the exception, the signal, the limit.
        seconds: Wall seconds, fork to end.
        cpu_seconds: CPU seconds of all its processes.
        memory: Peak resident bytes of its largest process, the preloaded interpreter included.
        stdout: What it wrote to standard output, cut at ``limits.output``; undecodable bytes replaced.
        stderr: Likewise.
        tier: What held it.
        limits: What it might use.
        kernel: The kernel's release.
        unsafe: True where ``tier`` is ``none``: it ran without isolation because the caller asked for it.
        tag: The job's.
    """

    reason: Reason
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0
    stdout: str = ""
    stderr: str = ""
    tier: Tier
    limits: Limits
    kernel: str
    unsafe: bool = False
    tag: Any = None

    @property
    def passed(self) -> bool:
        """Whether the reason is ``passed``."""
        return self.reason == "passed"


@dataclass(frozen=True, slots=True)
class Returned:
    """A call gave a value: plain data of exact builtin types, an array or a frame."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """A call raised.

    Args:
        type: The exception's class name, such as ``ValueError``.
        message: ``str`` of it, cut at 1,000 characters.
        line: The program's line it came from, 0 where unknown.
    """

    type: str
    message: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class NotPlain:
    """A call gave something that does not cross the boundary: a class, a function, too deep, too big."""

    description: str


@dataclass(frozen=True, slots=True)
class NotReached:
    """The run ended before this call did."""


CallOutcome = Returned | Raised | NotPlain | NotReached


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsResult(Run):
    """The answer to a ``CallsJob``: one outcome a call, in order."""

    calls: tuple[CallOutcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Run):
    """The answer to a ``TestsJob``.

    Args:
        form: How it was judged. ``in-process`` verdicts can be forged by the program; the others cannot.
        reached: Assertions that were evaluated.
        assertions: Assertions that were to be evaluated, where that is known beforehand (data form).
        lines: The lines of the test text whose assertions were evaluated, as ``inside/assertions.py`` knows
            them.
        points: The points of the program that were reached, numbered as ``inside/coverage.py`` has them: by
            the program's own word, in every form. None where the job does not ask, or nothing was said.
    """

    form: Form
    reached: int = 0
    assertions: int | None = None
    lines: tuple[int, ...] = ()
    points: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StdinResult(Run):
    """The answer to a ``StdinJob``.

    Args:
        exit_status: What the program gave ``sys.exit``, 0 at its end; None where it was ended.
    """

    exit_status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """One cell.

    Args:
        outcome: ``Returned`` with the last expression's value (None where there is none), ``Raised``,
            ``NotPlain`` for a value that does not cross, ``NotReached``.
        stdout: What this cell printed.
        variables: Names this cell bound or changed, in place or not, with their values: plain data, arrays,
            frames, or ``NotPlain``.
        removed: Names this cell deleted.
    """

    outcome: CallOutcome
    stdout: str = ""
    variables: Mapping[str, Any]
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsResult(Run):
    """The answer to a ``CellsJob``: one result a cell, in order."""

    cells: tuple[CellResult, ...] = ()
