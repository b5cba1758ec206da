"""Two workers against one: ``reweave edits`` on the pairs, repeated under distinct ids, alternating.

    python benchmarks/scaling.py --rounds 3

The ratio of wall times is what a second core gives. It can only be read beside the load of the machine, so
the load average before each run is printed: with other work about, the second worker has less than a core.
As a measure of what the machine had to give, each round also times a fixed piece of pure Python, first one
process, then two at once: the ceiling is twice one time over the other. The outputs of both runs are
compared, byte by byte.
"""

import argparse
import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

from common import Clock, load, ratios, spread, table, write_copies

_SPIN = "n = 0\nfor i in range(30_000_000): n += i"


def edits(source: Path, out: Path, workers: int) -> None:
    subprocess.run(
        [sys.executable, "-m", "reweave", "edits", str(source), "-o", str(out), "--workers", str(workers)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def spin(count: int) -> None:
    processes = [subprocess.Popen([sys.executable, "-S", "-c", _SPIN]) for _ in range(count)]
    for process in processes:
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copies", type=int, default=6, help="of the pairs file")
    arguments = parser.parse_args()
    wall: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    spun: dict[int, list[float]] = {1: [], 2: []}
    rows = [("round", "workers", "load before", "wall s", "CPU s", "spin wall s")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        count = write_copies(source, arguments.copies)
        print(f"{count} programs, 5 paths each")
        for number in range(arguments.rounds):
            for workers in (1, 2) if number % 2 == 0 else (2, 1):
                before = load()
                with Clock() as clock:
                    edits(source, folder / f"{number}-{workers}.jsonl", workers)
                wall[workers].append(clock.wall)
                cpu[workers].append(clock.cpu)
                with Clock() as idle:
                    spin(workers)
                spun[workers].append(idle.wall)
                rows.append(
                    (str(number), str(workers), before, f"{clock.wall:.2f}", f"{clock.cpu:.2f}",
                     f"{idle.wall:.2f}")
                )  # fmt: skip
            one, two = (folder / f"{number}-{workers}.jsonl" for workers in (1, 2))
            assert filecmp.cmp(one, two, shallow=False), "the outputs differ"
            one.unlink()
            two.unlink()
    table(rows)
    ceiling = [2 * one / two for one, two in zip(spun[1], spun[2], strict=True)]
    print(f"\nwall, 1 worker / 2 workers: {ratios(wall[1], wall[2])}")
    print(f"what the machine had to give: {spread(ceiling)}")
    print(f"CPU, 2 workers / 1 worker: {ratios(cpu[2], cpu[1])}; outputs identical")


if __name__ == "__main__":
    main()
