"""What can be asked of the sandbox: one frozen dataclass a kind of run, and the limits they run under.

A job is a program and what to do with it. It knows nothing of processes; its answer is in
:mod:`reweave.sandbox.results`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Form = Literal["data", "proxy", "in-process"]
"""How a verdict was reached: see ``docs/sandbox.md``."""


_LONGEST = 1_000_000  # seconds: the clocks below count milliseconds in 32 bits
_MOST = {"processes": 1 << 20, "open_files": 1 << 20}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sample may use; past any of these it is ended, and the result says by which.

    Args:
        wall: Seconds from fork to end.
        cpu: CPU seconds of one process (None: as many as ``wall``, rounded up).
        memory: Bytes one sample may add to what the preloaded interpreter holds, all its processes together.
        processes: Processes and threads alive at once.
        open_files: Descriptors of one process.
        disk: Bytes in the sample's private /tmp, which is its working directory.
        output: Bytes written to standard output and standard error, each.
        result: Bytes of encoded results.

    Raises:
        ValueError: A limit that no sample can be held to; none at all is not among those that there are.
    """

    wall: float = 5.0
    cpu: float | None = None
    memory: int = 1 << 30
    processes: int = 64
    open_files: int = 256
    disk: int = 64 << 20
    output: int = 1 << 20
    result: int = 16 << 20

    def __post_init__(self) -> None:
        """Refuse here what would else fail where all jobs wait for one another."""
        for name in ("wall", "cpu"):
            seconds = getattr(self, name)
            if seconds is not None and not 0 < seconds <= _LONGEST:  # not a number is refused as well
                raise ValueError(f"limits: {name} is {seconds}, not above 0 and at most {_LONGEST} seconds")
        for name in ("memory", "processes", "open_files", "disk", "output", "result"):
            number, most = getattr(self, name), _MOST.get(name, 1 << 50)
            if not isinstance(number, int) or not 0 <= number <= most:
                raise ValueError(f"limits: {name} is {number!r}, not a whole number from 0 to {most}")


@dataclass(frozen=True, slots=True)
class Call:
    """One call into a program.

    Args:
        entry: An expression that gives the callable in the program's namespace: ``add``,
            ``Solution().two_sum``.
        args: Positional arguments, plain data (:mod:`reweave.sandbox.inside.plain`), arrays or frames.
        kwargs: Keyword arguments, likewise.
    """

    entry: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    limits: Limits | None = None  # None: the sandbox's own
    seed: int = 0  # of random and numpy.random in the sample
    tag: Any = None  # the caller's; given back with the result


@dataclass(frozen=True, slots=True)
class CallsJob(_Job):
    """Run a program, then make calls into it; the answer is a ``CallsResult``.

    Args:
        program: Python source text.
        calls: Made in order, in one process.
    """

    program: str
    calls: Sequence[Call]


@dataclass(frozen=True, slots=True)
class TestsJob(_Job):
    """Run a program against tests; the answer is a ``Verdict``.

    Args:
        program: Python source text of the code under test.
        tests: Python source text: assertions, ``check(candidate)`` functions, ``test_*`` functions,
            ``unittest.TestCase`` classes.
        entry_point: The name the tests check, for ``check(candidate)`` style; found in the tests otherwise.
        form: How to judge. ``auto`` takes the data form where the tests allow it, else the proxy form; it
            never takes the in-process form because of what the *program* does.
        coverage: Whether the program is to say which of its lines and branches it comes to.
    """

    __test__ = False  # pytest: not a test class

    program: str
    tests: str
    entry_point: str | None = None
    form: Form | Literal["auto"] = "auto"
    coverage: bool = False


@dataclass(frozen=True, slots=True)
class StdinJob(_Job):
    """Run a program as ``__main__`` on an input; the answer is a ``StdinResult``.

    Args:
        program: Python source text.
        input: What it reads from standard input.
    """

    program: str
    input: str = ""


@dataclass(frozen=True, slots=True)
class CellsJob(_Job):
    """Run notebook cells in one namespace, which is captured after each; the answer is a ``CellsResult``.

    Args:
        cells: Python source text, one a cell.
        inputs: Variables that are there before the first cell: plain data, arrays, frames.
        capture: Names to capture; None for every public name.
        files: Small files to lay into the working directory: name to content.
    """

    cells: Sequence[str]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    capture: Sequence[str] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


Job = CallsJob | TestsJob | StdinJob | CellsJob
