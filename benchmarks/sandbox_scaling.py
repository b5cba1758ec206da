"""Two workers against one: HumanEval's references through the sandbox, alternating.

    python benchmarks/sandbox_scaling.py --rounds 4

The ratio of wall times is what a second core gives; beside it stands what the machine had to give, measured
in each round by a fixed piece of pure Python, first one process, then two at once.
"""

import argparse
import gzip
import json
import os
from pathlib import Path

from common import Clock, load, ratios, spread, table
from scaling import spin

from reweave.sandbox import Sandbox, TestsJob


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--copies", type=int, default=8, help="of HumanEval")
    arguments = parser.parse_args()
    path = Path(os.environ.get("REWEAVE_DATA", ".")) / "humaneval" / "HumanEval.jsonl.gz"
    tasks = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    jobs = [
        TestsJob(task["prompt"] + task["canonical_solution"], task["test"], task["entry_point"])
        for task in tasks
    ] * arguments.copies
    wall: dict[int, list[float]] = {1: [], 2: []}
    spun: dict[int, list[float]] = {1: [], 2: []}
    rows = [("round", "workers", "load before", "wall s", "a second", "CPU s", "spin wall s")]
    for number in range(arguments.rounds):
        for workers in (1, 2) if number % 2 == 0 else (2, 1):
            before = load()
            with Sandbox(workers=workers) as box:
                list(box.map(jobs[:20]))  # rings are up
                with Clock() as clock:
                    passed = sum(run.passed for run in box.map(jobs))
            assert passed == len(jobs)
            wall[workers].append(clock.wall)
            with Clock() as idle:
                spin(workers)
            spun[workers].append(idle.wall)
            rows.append(
                (str(number), str(workers), before, f"{clock.wall:.2f}", f"{len(jobs) / clock.wall:.0f}",
                 f"{clock.cpu:.2f}", f"{idle.wall:.2f}")
            )  # fmt: skip
    table(rows)
    ceiling = [2 * one / two for one, two in zip(spun[1], spun[2], strict=True)]
    print(f"\nwall, 1 worker / 2 workers: {ratios(wall[1], wall[2])}")
    print(f"what the machine had to give: {spread(ceiling)}")


if __name__ == "__main__":
    main()
