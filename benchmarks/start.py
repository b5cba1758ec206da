"""How long a start takes: ``import reweave``, ``reweave --help``, and bare Python beside them, in turns.

    python benchmarks/start.py --rounds 15

Aims: the import under 100 ms, the help under 400 ms. What Python itself takes is part of both, and given as
the difference to a bare ``python -c pass`` of the same round. One untimed start comes first, so that byte
code and files are in memory, as they are for whoever starts a program twice.
"""

import argparse
import subprocess
import sys

from common import Clock, load, spread, table

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import reweave": ["-c", "import reweave"],
    "reweave --help": ["-m", "reweave", "--help"],
}
AIMS = {"import reweave": "100", "reweave --help": "400"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    print(f"load average: {load()}")
    wall: dict[str, list[float]] = {name: [] for name in COMMANDS}
    cpu: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(arguments.rounds + 1):
        for name, command in COMMANDS.items():
            with Clock() as clock:
                subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
            if number:
                wall[name].append(clock.wall * 1e3)
                cpu[name].append(clock.cpu * 1e3)
    bare = wall["python -c pass"]
    rows = [("", "wall ms", "CPU ms", "wall ms beyond bare Python", "aim, ms")]
    for name, values in wall.items():
        beyond = [one - other for one, other in zip(values, bare, strict=True)]
        rows.append(
            (name, spread(values, ".0f"), spread(cpu[name], ".0f"), spread(beyond, ".0f"), AIMS.get(name, ""))
        )
    table(rows)


if __name__ == "__main__":
    main()
