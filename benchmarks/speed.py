"""Paths a second on one core: reweave against the published pylintseq, and against its own floor.

    python benchmarks/speed.py --rounds 5

Each round runs, in turns and on one CPU:

- the library call: `edit_sequences` over all pairs, 5 paths each, default preset;
- the whole command: ``reweave edits … --workers 1`` on the same file, its start, reading and writing
  included;
- the published sampler, as its ``generate.py`` calls it, on a handful of the programs, 1 path each, drawn
  anew each round. Programs that import a package of its environment are left out: pylint then reads that
  package, which would count against it;
- the library call on that same handful under many ids, so that batches are full (the same programs: the
  comparison to trust), and once as it is: 20 programs and no more. The last is no fair figure for a batch
  machine, which lives on having many programs in flight; it is what a small input costs;
- the floor: ruff alone over the states that the library call committed, in folders of 4,096, written
  beforehand; once for each distinct state of a program, and once for each state of each path.

Times a path are wall and CPU milliseconds; every ratio is taken within its round.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import Clock, Peer, copies, load, pairs_file, pin, programs, ratios, spread, table

from reweave import edit_sequences
from reweave.edits.checkers.batch_files import scratch_root
from reweave.edits.checkers.ruff import RuffChecker
from reweave.edits.machine import Machine
from reweave.edits.settings import settings

PATHS = 5
BATCH = 4_096


class Series:
    """Wall and CPU milliseconds a path, round by round."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def add(self, wall: float, cpu: float, paths: float) -> None:
        """Note one round's seconds for so many paths."""
        self.wall.append(wall / paths * 1e3)
        self.cpu.append(cpu / paths * 1e3)


def sampled(rows, paths) -> int:
    """Sample, keep nothing; return the number of paths that were asked for."""
    rows = list(rows)
    for _ in edit_sequences(rows, paths=paths):
        pass
    return len(rows) * paths


def write_states(texts, root: Path) -> list[Path]:
    folders = []
    for number, chunk in enumerate([texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]):
        folder = root / str(number)
        folder.mkdir(parents=True)
        folders.append(folder)
        for place, text in enumerate(chunk):
            (folder / f"{place}.py").write_text(text, encoding="utf-8", newline="")
    return folders


def run_ruff(folders: list[Path]) -> None:
    ruff = RuffChecker()
    for folder in folders:
        subprocess.run(
            ruff._command,  # noqa: SLF001 - the very flags of the checker
            cwd=folder,
            env=ruff._environment,  # noqa: SLF001
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )


def run_command(folder: Path, number: int) -> None:
    subprocess.run(
        [sys.executable, "-m", "reweave", "edits", str(pairs_file()), "-o", str(folder / f"{number}.jsonl"),
         "--paths", str(PATHS), "--workers", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def survey(everything) -> tuple[list[str], list[str], int]:
    """Return the committed non-empty states, distinct within a program and of every path, and the checks."""
    distinct: list[str] = []
    every: list[str] = []
    checker = RuffChecker()
    checks = 0
    for outcome in Machine(settings(paths=PATHS), checker).run(enumerate(everything)):
        checks += outcome.checks
        states = [state for sequence in outcome.sequences for state in sequence.states() if state]
        distinct += dict.fromkeys(states)
        every += states
    checker.close()
    return distinct, every, checks


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer-python", default=".venv-peer/bin/python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--handful", type=int, default=20, help="programs of the peer a round")
    parser.add_argument("--copies", type=int, default=100, help="of the handful, for ours")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"load average before: {load()}; {pin()}")
    everything = programs()
    distinct, every, checks = survey(everything)
    paths = len(everything) * PATHS
    edits = len(every)
    print(
        f"{len(everything)} programs, {PATHS} paths each; {checks / paths:.2f} states checked a path; "
        f"committed, of paths that differ: {edits} states, {len(distinct)} distinct within their program"
    )
    names = ("library", "command", "peer", "same, many", "same, alone", "floor", "floor, every")
    series = {name: Series() for name in names}
    errors = 0
    stream = random.Random(arguments.seed)
    root = Path(tempfile.mkdtemp(prefix="reweave-bench-", dir=scratch_root()))
    try:
        floors = {
            "floor": write_states(distinct, root / "distinct"),
            "floor, every": write_states(every, root / "every"),
        }
        with Peer(arguments.peer_python) as peer:
            print(f"peer: {peer.versions}; seed {arguments.seed}")
            strangers = [program for program in everything if not peer.knows(program.text)]
            for number in range(arguments.rounds):
                handful = stream.sample(strangers, arguments.handful)
                for name, rows, count in (
                    ("library", everything, PATHS),
                    ("same, many", list(copies(handful, arguments.copies)), PATHS),
                    ("same, alone", handful, 1),
                ):
                    with Clock() as clock:
                        made = sampled(rows, count)
                    series[name].add(clock.wall, clock.cpu, made)
                replies = [
                    reply
                    for program in handful
                    for reply in peer.sample(program.text, arguments.seed + number)
                ]
                good = [reply for reply in replies if "error" not in reply]
                errors += len(replies) - len(good)
                series["peer"].add(
                    sum(reply["wall"] for reply in good), sum(reply["cpu"] for reply in good), len(good)
                )
                with Clock() as clock:
                    run_command(root, number)
                series["command"].add(clock.wall, clock.cpu, paths)
                for name, folders in floors.items():
                    with Clock() as clock:
                        run_ruff(folders)
                    series[name].add(clock.wall, clock.cpu, paths)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"load average after: {load()}; peer paths that raised or gave nothing, left out: {errors}\n")
    report(series)


def report(series: dict[str, Series]) -> None:
    what = {
        "library": "edit_sequences, whole file",
        "command": "reweave edits, whole file",
        "same, many": "edit_sequences, the handful under many ids",
        "same, alone": "edit_sequences, the handful alone, 1 path",
        "peer": "pylintseq, the handful",
        "floor": "ruff alone, distinct states",
        "floor, every": "ruff alone, states of every path",
    }
    rows = [("", "wall ms/path", "CPU ms/path", "peer / this, wall", "peer / this, CPU")]
    for name, label in what.items():
        one = series[name]
        times = [spread(values, ".3f") for values in (one.wall, one.cpu)]
        peer = series["peer"]
        if name in {"peer", "floor", "floor, every"}:
            times += ["", ""]
        else:
            times += [ratios(peer.wall, one.wall, ".0f"), ratios(peer.cpu, one.cpu, ".0f")]
        rows.append((label, *times))
    table(rows)
    print()
    rows = [("over the floor", "wall", "CPU")]
    for name in ("library", "command"):
        for floor in ("floor", "floor, every"):
            rows.append(
                (
                    f"{what[name]} / {what[floor]}",
                    ratios(series[name].wall, series[floor].wall),
                    ratios(series[name].cpu, series[floor].cpu),
                )
            )
    table(rows)
    print(f"paths a second, library: {spread([1e3 / ms for ms in series['library'].wall], '.0f')}; ", end="")
    print(f"command: {spread([1e3 / ms for ms in series['command'].wall], '.0f')}")


if __name__ == "__main__":
    main()
