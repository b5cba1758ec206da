"""Resident memory, processes, zombies and descriptors over 20,000 samples.

    python benchmarks/sandbox_memory.py --samples 20000

Reads, at every tenth, the resident size of this process and of every process of the rings, how many
processes there are below this one, how many of them are zombies, and how many descriptors this one holds.
Fork servers are not replaced on the way, so that what they gather shows.
"""

import argparse
import os
from pathlib import Path

from common import descendants, table

from reweave.sandbox import Call, CallsJob, Sandbox

_PAGE = os.sysconf("SC_PAGE_SIZE") / 1e6
PROGRAM = "def f(n):\n    return [str(i) for i in range(n % 50)]\n"


def look() -> tuple[float, float, int, int, int]:
    pids = descendants(os.getpid())
    states, resident = [], 0.0
    for pid in pids:
        try:
            states.append(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0])
            resident += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
        except (OSError, IndexError):
            continue
    own = int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    return own, resident, len(states), states.count("Z"), len(list(Path("/proc/self/fd").iterdir()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=20_000)
    arguments = parser.parse_args()
    step = arguments.samples // 10
    rows = [("samples", "this process MB", "rings MB", "processes", "zombies", "descriptors")]
    series = []
    with Sandbox(workers=2, lifetime=10 * arguments.samples) as box:
        jobs = (CallsJob(PROGRAM, [Call("f", [n])]) for n in range(arguments.samples))
        for number, run in enumerate(box.map(jobs), 1):
            assert run.passed
            if number % step == 0 or number == 500:
                series.append(look())
                own, rings, processes, zombies, descriptors = series[-1]
                rows.append(
                    (
                        str(number),
                        f"{own:.1f}",
                        f"{rings:.1f}",
                        str(processes),
                        str(zombies),
                        str(descriptors),
                    )
                )
    table(rows)
    first, last = series[1], series[-1]
    own, rings = (last[place] - first[place] for place in (0, 1))
    print(f"\nfrom the first tenth to the last: this process {own:+.1f} MB, rings {rings:+.1f} MB")
    zombies, after = max(each[3] for each in series), len(descendants(os.getpid()))
    print(f"most zombies seen {zombies}, processes below this one afterwards {after}")


if __name__ == "__main__":
    main()
