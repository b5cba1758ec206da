"""Memory of long runs: resident size of each worker over a million checked states each.

    python benchmarks/memory.py

Runs ``reweave edits --workers 2`` on the pairs, repeated under distinct ids (each copy gets paths of its
own), and reads the resident size of the workers and of the parent from /proc every second (Linux). The
number of states checked is known from a count over one copy. Prints the series at each tenth of the time,
the peaks, and the slope of a straight line through each series from 20 % of the time on.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import descendants, load, programs, table, write_copies

from reweave.edits.checkers import make_checker
from reweave.edits.machine import Machine
from reweave.edits.settings import settings

_PAGE = os.sysconf("SC_PAGE_SIZE") / 1e6
LIMIT = 600


def states_a_copy() -> int:
    checker = make_checker("ruff")
    checks = sum(outcome.checks for outcome in Machine(settings(), checker).run(enumerate(programs())))
    checker.close()
    return checks


def resident(pid: int) -> float | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return None


def is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def watch(process: subprocess.Popen[bytes], every: float) -> dict[int, list[tuple[float, float]]]:
    """Read resident sizes until the process ends: (seconds, MB) of it and of its workers, by pid."""
    began = time.monotonic()
    series: dict[int, list[tuple[float, float]]] = {process.pid: []}
    while process.poll() is None:
        for pid in descendants(process.pid):
            if pid not in series and is_worker(pid):
                series[pid] = []
        for pid, points in series.items():
            size = resident(pid)
            if size:
                points.append((time.monotonic() - began, size))
        time.sleep(every)
    return series


def slope(points: list[tuple[float, float]]) -> float:
    """Fit a straight line; MB a second."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / below


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--states", type=int, default=1_000_000, help="checked by each worker")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between readings")
    parser.add_argument("--rounds", type=int, default=1, help="runs, each with new processes")
    arguments = parser.parse_args()
    a_copy = states_a_copy()
    count = math.ceil(arguments.states * 2 / a_copy)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        rows = write_copies(source, count)
        print(f"{rows} programs, 5 paths each, {count * a_copy:,} states checked; load before: {load()}")
        for number in range(arguments.rounds):
            with subprocess.Popen(
                [sys.executable, "-m", "reweave", "edits", str(source), "-o", str(folder / f"{number}.jsonl"),
                 "--workers", "2"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ) as process:  # fmt: skip
                series = watch(process, arguments.every)
            assert process.returncode == 0
            report(process.pid, series, count * a_copy / 2)


def report(parent: int, series: dict[int, list[tuple[float, float]]], states: float) -> None:
    end = max(points[-1][0] for points in series.values())
    names = {pid: "parent" if pid == parent else f"worker {pid}" for pid in series}
    rows = [("at", *(f"{names[pid]}, MB" for pid in series))]
    for tenth in range(1, 11):
        sizes = []
        for points in series.values():
            until = [size for at, size in points if at <= end * tenth / 10]
            sizes.append(f"{until[-1]:.0f}" if until else "")
        rows.append((f"{tenth * 10} %", *sizes))
    table(rows)
    print()
    for pid, points in series.items():
        late = [(at, size) for at, size in points if at >= 0.2 * end]
        rate = slope(late)
        peak = max(size for _, size in points)
        verdict = "" if pid == parent else f" ({'below' if peak < LIMIT else 'ABOVE'} {LIMIT} MB)"
        grown = "" if pid == parent else f", {rate * end / states * 1e6:+.2f} MB a million states"
        print(
            f"{names[pid]}: peak {peak:.0f} MB{verdict}; from 20 % on {rate * 60:+.2f} MB a minute{grown} ("
            f"{len(late)} readings over {late[-1][0] - late[0][0]:.0f} s)"
        )


if __name__ == "__main__":
    main()
