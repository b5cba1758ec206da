"""Does one long program hold up the others? Small programs alone, and with a 3,000-line one in front.

    python benchmarks/stall.py --rounds 5

The machine is driven directly, on one CPU: it yields each program as it is finished. The long program, real
modules of the standard library joined up to the number of lines, comes first in the stream; the small ones
are the pairs, repeated under distinct ids. Rounds alternate: small ones alone, the long one alone, both.
Reported are the time until the last small one is done, and how many a second come out while the long one is
in flight. The long one's own work has to be done on the same core: the fair ceiling is (small + long) /
small.
"""

import argparse
import importlib.util
import itertools
import time
from pathlib import Path

from common import copies, load, pin, programs, ratios, spread, table

from reweave.edits.checkers import make_checker
from reweave.edits.machine import Machine
from reweave.edits.settings import settings
from reweave.records import Program

MODULES = ("argparse", "dataclasses", "shutil", "statistics", "textwrap", "pathlib", "heapq", "difflib")


def long_program(lines: int) -> tuple[Program, str]:
    """Join modules, whole definitions at a time, until there are so many lines."""
    text = ""
    used = []
    for name in MODULES:
        found = importlib.util.find_spec(name)
        source = (
            Path(found.submodule_search_locations[0]) / "__init__.py" if not found.origin else found.origin
        )
        more = Path(source).read_text(encoding="utf-8").replace("from __future__ import annotations\n", "")
        used.append(name)
        for number, line in enumerate(more.split("\n")):
            new_block = line and not line[0].isspace() and line.startswith(("def ", "class ", "@"))
            if text.count("\n") + number >= lines and new_block:
                cut = "\n".join(more.split("\n")[:number]) + "\n"
                return Program("long", text + cut), ", ".join(used)
        text += more
    raise SystemExit(f"the modules have no {lines} lines")


def drive(stream: list[Program]) -> list[tuple[str, float]]:
    """Sample all; return the ids as they are finished, with the seconds since the start."""
    checker = make_checker("ruff")
    began = time.perf_counter()
    done = [
        (stream[outcome.index].id, time.perf_counter() - began)
        for outcome in Machine(settings(), checker).run(enumerate(stream))
    ]
    checker.close()
    return done


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=2, help="of the pairs")
    parser.add_argument("--lines", type=int, default=3_000)
    arguments = parser.parse_args()
    big, modules = long_program(arguments.lines)
    small = list(copies(programs(), arguments.copies))
    print(f"load average: {load()}; {pin()}")
    print(f"long: {big.text.count(chr(10))} lines ({modules}); small: {len(small)} programs; 5 paths each")
    alone: list[float] = []
    mixed: list[float] = []
    long_alone: list[float] = []
    long_mixed: list[float] = []
    rate_alone: list[float] = []
    rate_mixed: list[float] = []
    gap_alone: list[float] = []
    gap_mixed: list[float] = []
    for _ in range(arguments.rounds):
        done = drive(small)
        alone.append(done[-1][1])
        rate_alone.append(len(small) / done[-1][1])
        gap_alone.append(longest_gap(done))
        [(_, at)] = drive([big])
        long_alone.append(at)
        done = drive([big, *small])
        times = dict(done)
        finished = times.pop("long")
        long_mixed.append(finished)
        mixed.append(max(times.values()))
        in_flight = [at for at in times.values() if at <= finished]
        rate_mixed.append(len(in_flight) / min(finished, mixed[-1]))
        gap_mixed.append(longest_gap(list(times.items())))
    table(
        [
            ("", "alone", "with the long one", "ratio"),
            ("all small ones done, s", spread(alone), spread(mixed), ratios(mixed, alone)),
            ("small outcomes a second", spread(rate_alone, ".0f"), spread(rate_mixed, ".0f"),
             ratios(rate_mixed, rate_alone)),
            ("longest wait for one, s", spread(gap_alone), spread(gap_mixed), ratios(gap_mixed, gap_alone)),
            ("the long one done, s", spread(long_alone), spread(long_mixed), ratios(long_mixed, long_alone)),
        ]
    )  # fmt: skip
    both = [a + b for a, b in zip(alone, long_alone, strict=True)]
    print(f"\nfair ceiling of the first ratio, (small + long) / small: {ratios(both, alone)}")


def longest_gap(done: list[tuple[str, float]]) -> float:
    """Return the longest time without an outcome of a small program."""
    times = [0.0, *sorted(at for _, at in done)]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


if __name__ == "__main__":
    main()
