"""What the benchmarks share: the programs, the peer, clocks, and how a spread is written.

A figure is never given alone: things that are compared run in turns, and what is reported is the median of
the rounds' ratios with the least and the greatest. CPU seconds are user plus system time of this process,
of the children it has waited for, and of those still running.
"""

import gzip
import json
import os
import re
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from reweave.records import Program

_TICKS = os.sysconf("SC_CLK_TCK")
_PEER = Path(__file__).absolute().parent / "peer.py"


def pairs_file() -> Path:
    path = Path(os.environ.get("REWEAVE_DATA", ".")) / "instruct-python-pairs" / "pairs.jsonl.gz"
    if not path.exists():
        raise SystemExit(f"no {path}: set REWEAVE_DATA to the folder that holds instruct-python-pairs/")
    return path


def pairs() -> list[dict[str, Any]]:
    with gzip.open(pairs_file(), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def programs() -> list[Program]:
    return [Program(row["id"], row["program"]) for row in pairs()]


def copies(rows: Sequence[Program], count: int) -> Iterator[Program]:
    """Repeat programs under ids of their own, which gives each copy paths of its own."""
    for copy in range(count):
        for program in rows:
            yield Program(f"{program.id}#{copy}", program.text)


def write_copies(path: Path, count: int) -> int:
    """Write the pairs repeated under distinct ids; return the number of rows."""
    rows = pairs()
    with path.open("w", encoding="utf-8") as file:
        for copy in range(count):
            for row in rows:
                file.write(json.dumps(row | {"id": f"{row['id']}#{copy}"}) + "\n")
    return len(rows) * count


def pin() -> str:
    """Keep this process and its children to the idlest CPU, where the system can; say what was done."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned: this system cannot"
    before = _idle_ticks()
    time.sleep(0.5)
    after = _idle_ticks()
    chosen = max(os.sched_getaffinity(0), key=lambda cpu: after.get(cpu, 0) - before.get(cpu, 0))
    os.sched_setaffinity(0, {chosen})
    return f"all pinned to CPU {chosen}"


def _idle_ticks() -> dict[int, int]:
    lines = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
    return {int(line[0][3:]): int(line[4]) for line in lines if line[0][3:].isdigit()}


def descendants(pid: int) -> list[int]:
    """Return the live children of a process, and theirs (Linux; elsewhere none)."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            direct = [int(child) for child in children.read_text().split()]
        except OSError:  # gone by now
            continue
        found += direct
        for child in direct:
            found += descendants(child)
    return found


def cpu_seconds() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    for pid in descendants(os.getpid()):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    return total


class Clock:
    """Takes the wall and CPU seconds of a ``with`` block."""

    wall = cpu = 0.0

    def __enter__(self) -> Self:
        self._cpu = cpu_seconds()
        self._wall = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = cpu_seconds() - self._cpu


class Peer:
    """The published tool in an interpreter of its own; see peer.py."""

    def __init__(self, python: str) -> None:
        if not Path(python).exists():
            raise SystemExit(f"no {python}: `make bench` makes it; or name one by --peer-python")
        self._folder = tempfile.TemporaryDirectory()
        folder = self._folder.name
        self._process = subprocess.Popen(
            [str(Path(python).absolute()), str(_PEER)],
            cwd=folder,
            env={**os.environ, "PYLINTHOME": folder, "TMPDIR": folder, "PYTHONPATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        hello = json.loads(self._process.stdout.readline())
        self.versions = ", ".join(f"{name} {number}" for name, number in hello["versions"].items())
        self._packages = re.compile(
            rf"^\s*(?:import|from)\s+(?:{'|'.join(map(re.escape, hello['packages']))})\b", re.MULTILINE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()

    def knows(self, program: str) -> bool:
        """Return whether a program imports a package that is installed there: verdicts then differ."""
        return self._packages.search(program) is not None

    def sample(self, program: str, seed: int, paths: int = 1) -> list[dict[str, Any]]:
        """Sample paths of a program; see peer.py for what comes back."""
        return self._ask({"sample": program, "seed": seed, "paths": paths})

    def lint(self, texts: list[str]) -> list[list[str]]:
        """Return the message ids of each text, as the published tool counts them."""
        return self._ask({"lint": texts})

    def _ask(self, request: dict[str, Any]) -> Any:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def spread(values: Iterable[float], form: str = ".2f") -> str:
    """Write a median with the least and the greatest value."""
    values = list(values)
    return f"{statistics.median(values):{form}} [{min(values):{form}} to {max(values):{form}}]"


def ratios(above: Sequence[float], below: Sequence[float], form: str = ".2f") -> str:
    """Write the spread of the rounds' ratios."""
    return spread([a / b for a, b in zip(above, below, strict=True)], form)


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, the first row being the heads."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())
