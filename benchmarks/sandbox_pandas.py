"""A pandas groupby a sample: the data zygote against one hardened bubblewrap a sample.

    python benchmarks/sandbox_pandas.py --rounds 3

The other way is what a careful script does: bubblewrap with an empty environment, a read-only root and an
empty network, started anew for each sample, and in it an interpreter that imports pandas. Both run the same
program with the same input and their answers are compared. CPU seconds of everything started, until all is
closed.
"""

import argparse
import json
import os
import shutil
import subprocess

from common import Clock, load, ratios, spread, table

from reweave.sandbox import Call, CallsJob, Limits, Sandbox
from reweave.sandbox.interpreter import interpreter
from reweave.sandbox.plans import plan

PROGRAM = """
import pandas as pd

def total(keys, values):
    frame = pd.DataFrame({"key": keys, "value": values})
    return frame.groupby("key")["value"].agg(["sum", "mean"]).round(3).to_dict("index")
"""
KEYS = [f"k{number % 7}" for number in range(200)]
VALUES = [number * 1.5 for number in range(200)]


def zygote(count: int) -> list:
    with Sandbox(workers=1, zygote="data", limits=Limits(wall=60.0)) as box:
        jobs = (CallsJob(PROGRAM, [Call("total", [KEYS, VALUES])]) for _ in range(count))
        return [run.calls[0].value for run in box.map(jobs)]


def anew(count: int) -> list:
    """Start the ring's own bubblewrap for each sample, with the program in place of the zygote."""
    made = plan("default", interpreter(), ())
    binds = [part for source, target in made.binds for part in ("--ro-bind", source, target)]
    after = made.after[: made.after.index("--") + 2]
    code = f"{PROGRAM}\nimport json\nprint(json.dumps(total({KEYS!r}, {VALUES!r})))"
    answers = []
    for _ in range(count):
        done = subprocess.run(
            [*made.before, *binds, *after, "-c", code], stdout=subprocess.PIPE, check=True, env={}
        )
        answers.append(json.loads(done.stdout))
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--samples", type=int, default=2500, help="of the zygote; the other way runs a hundredth"
    )
    arguments = parser.parse_args()
    if not shutil.which("bwrap"):
        raise SystemExit("bubblewrap is not installed: make system")
    few = max(3, arguments.samples // 100)
    cost: dict[str, list[float]] = {"zygote": [], "one bubblewrap a sample": []}
    rows = [("round", "load before", *(f"{name}, ms CPU" for name in cost))]
    for number in range(arguments.rounds):
        before = load()
        with Clock() as clock:
            ours = zygote(arguments.samples)
        cost["zygote"].append(clock.cpu / arguments.samples)
        with Clock() as clock:
            theirs = anew(few)
        cost["one bubblewrap a sample"].append(clock.cpu / few)
        assert all(answer == theirs[0] for answer in ours + theirs), "the answers differ"
        rows.append((str(number), before, *(f"{values[-1] * 1000:.2f}" for values in cost.values())))
    table(rows)
    print()
    for name, values in cost.items():
        print(f"{name}: {spread([1 / value for value in values], '.1f')} executions a CPU second")
    print(f"zygote over one bubblewrap a sample: {ratios(cost['one bubblewrap a sample'], cost['zygote'])}")
    print(f"started as {'root' if os.getuid() == 0 else 'an ordinary user'}")


if __name__ == "__main__":
    main()
