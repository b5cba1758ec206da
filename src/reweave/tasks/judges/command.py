"""Judging programs of other languages: a driver of ours, in the sandbox, compiles and runs them.

The driver is a Python program whose standard input is the program's text and what to do with it. It writes
the text to its private folder, starts the language's tools there, and wants two things: exit status 0, and a
line that is printed after the last test, so that a program that ends the process early does not pass. Program
and tests share a process of the language's, and the program can reach the driver: such a verdict can be
forged, and is labelled ``in-process``.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import cast

from reweave.sandbox import Job, Limits, Run, StdinJob, StdinResult
from reweave.sandbox.results import Reason
from reweave.tasks.task import Informed, Scored, scored

LIMITS = Limits(wall=60.0, cpu=60.0, memory=4 << 30, processes=256, open_files=1024)
SEEN = "/usr/bin:/bin"  # what a sample finds programs in

_ENDS: dict[int, tuple[Reason, str]] = {
    0: ("passed", ""),
    10: ("syntax", "it does not compile"),
    11: ("failed", "a test failed"),
    12: ("crashed", "it ended before the last test"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """How a language's programs are run.

    Args:
        language: Its name.
        file: What the program is called.
        steps: Commands, the last one runs it; ``{home}`` stands for where ``home`` found the tools.
        tools: Programs that must be there.
        install: What brings them.
        after: Source text behind the tests that prints ``{token}``; empty where ``rename`` does it.
        rename: (from, to) in the tests, so that our own end can call what they call their own.
        files: More files, by name.
    """

    language: str
    file: str
    steps: tuple[tuple[str, ...], ...]
    tools: tuple[str, ...]
    install: str
    after: str = ""
    rename: tuple[str, str] | None = None
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandJudge(Informed):
    """Compiles and runs a program with its tests.

    Args:
        toolchain: The language's.
        tests: Source text that comes behind the program.
        before: Source text that comes before it.
        depth: Braces that the tests find open and close themselves, None where that is not their way.
        limits: What one program may use, its compiler included.
    """

    toolchain: Toolchain
    tests: str
    before: str = ""
    depth: int | None = None
    limits: Limits = LIMITS

    @property
    def problem(self) -> str | None:
        """Say what is not installed."""
        return _missing(self.toolchain)

    def jobs(self, program: str) -> Sequence[Job]:
        """Give the one job: the driver, with the program as its input."""
        if self.problem is not None:
            return ()
        tools = self.toolchain
        program, tests = _fitted(program, self.tests, self.depth)
        if tools.rename is not None:
            tests = tests.replace(*tools.rename)
        home = _home(tools.tools)
        asked = {
            "file": tools.file,
            "text": f"{self.before}{program}\n{tests}\n{tools.after}",
            "files": dict(tools.files),
            "steps": [[word.replace("{home}", home) for word in step] for step in tools.steps],
        }
        return (StdinJob(_driver(), json.dumps(asked), limits=self.limits),)

    def finish(self, runs: Sequence[Run]) -> Scored:
        """Read the driver's exit status."""
        if not runs:
            return scored("none", "harness-error", f"not run: {self.problem}", runs)
        [run] = cast("Sequence[StdinResult]", runs)
        if run.exit_status not in _ENDS or run.reason not in {"passed", "failed"}:
            return scored("in-process", run.reason, run.detail, runs)
        reason, detail = _ENDS[run.exit_status]
        if reason == "passed":
            return scored("in-process", "passed", "", runs)
        said = run.stderr.strip() or run.stdout.strip()
        return scored("in-process", reason, f"{detail}: {said[-1000:]}" if said else detail, runs)

    def describe(self) -> str:
        """Give the tests' text."""
        return self.tests


def _fitted(program: str, tests: str, depth: int | None) -> tuple[str, str]:
    """Let tests that begin by closing the program's braces follow one that closed some itself."""
    if depth is None:
        return program, tests
    closed = depth - (program.count("{") - program.count("}"))
    if closed >= 1:
        tests = tests.replace("}", "", 1)
    for _ in range(closed - 1):
        program = program[: program.rindex("}")]
    return program, tests


@lru_cache(maxsize=1)
def _driver() -> str:
    return (files("reweave.tasks.judges") / "driver.py").read_text("utf-8")


@lru_cache
def _missing(tools: Toolchain) -> str | None:
    if not tools.steps:
        return tools.install
    absent = [name for name in tools.tools if not (Path(_home(tools.tools)) / name).exists()]
    if not absent:
        return None
    return f"{', '.join(absent)} is not below /usr, where samples find programs: {tools.install}"


@lru_cache
def _home(tools: tuple[str, ...]) -> str:
    """Give the folder that has a language's tools, as a sample sees the host: nothing but /usr and its like.

    Debian's Java keeps its settings in /etc, which a sample does not see; others below /usr/lib/jvm do not.
    """
    if "javac" in tools:
        for home in sorted(Path("/usr/lib/jvm").glob("*/bin/javac"), reverse=True):
            settings = home.parent.parent / "lib" / "jvm.cfg"
            if settings.exists() and settings.resolve().is_relative_to("/usr"):
                return str(home.parent)
        return "/usr/lib/jvm"
    found = shutil.which(tools[0], path=SEEN) if tools else None
    return str(Path(found).parent) if found else "/usr/bin"
