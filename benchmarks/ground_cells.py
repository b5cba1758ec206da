"""Traces of cells with pandas: through the sandbox, against a fresh interpreter a program.

    python benchmarks/ground_cells.py --rounds 3

The other way is what a script does that runs candidates one by one: an interpreter is started, imports
pandas, runs the context, keeps deep copies, runs the candidate, and compares; without any isolation. Both
take the same candidates, a context and a candidate each, in turns, one at a time; CPU seconds of all that is
started, of the sandbox once it is up, and wall seconds, which a busy machine makes longer. A candidate is two
cells.
"""

import argparse
import json
import subprocess
import sys

from common import Clock, load, ratios, spread, table

from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.names import names
from reweave.ground.trace.ran import Ran, read
from reweave.ground.trace.tracing import job
from reweave.sandbox import Sandbox

CONTEXT = """
import numpy as np
import pandas as pd
df = pd.DataFrame({"key": ["k%d" % (n % 7) for n in range(200)], "value": np.arange(200) * 1.5})
"""
PROGRAMS = [
    "total = df.groupby('key')['value'].agg(['sum', 'mean']).reset_index()",
    "df['share'] = df['value'] / df['value'].sum()",
    "wide = df.assign(n=df.groupby('key').cumcount()).pivot(index='n', columns='key', values='value')",
    "top = df.sort_values('value', ascending=False).head(10)",
    "df[df['value'] > df['value'].mean()].describe()",
]

ANEW = """
import ast, copy, json, sys
context, program = json.load(sys.stdin)
space = {}
exec(context, space)
def data(): return {k: v for k, v in space.items() if k[0] != "_" and type(v).__name__ != "module"}
before = copy.deepcopy(data())
tree = ast.parse(program)
last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
exec(compile(tree, "<cell>", "exec"), space)
shown = eval(compile(ast.Expression(last.value), "<cell>", "eval"), space) if last else None
changed = [k for k, v in data().items()
           if not (k in before and (v.equals(before[k]) if hasattr(v, "equals") else v == before[k]))]
print(json.dumps(sorted(changed) + (["Out"] if shown is not None else [])))
"""


def forked(count: int) -> list:
    config = TraceConfig(wall=60.0)
    with Sandbox(workers=1, zygote="data") as box:
        next(iter(box.map([job(CONTEXT, PROGRAMS[0], config)])))  # started and warm
        chosen = [PROGRAMS[n % len(PROGRAMS)] for n in range(count)]
        found = []
        with Clock() as clock:
            results = box.map(job(CONTEXT, each, config) for each in chosen)
            for program, result in zip(chosen, results, strict=True):
                ran = read(result, names(program))
                assert isinstance(ran, Ran), ran
                found.append(sorted(ran.outputs))
        return [found, clock]


def anew(count: int) -> list:
    found = []
    with Clock() as clock:
        for n in range(count):
            given = json.dumps([CONTEXT, PROGRAMS[n % len(PROGRAMS)]])
            command = [sys.executable, "-c", ANEW]
            done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
            found.append(sorted(json.loads(done.stdout)))
    return [found, clock]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--programs", type=int, default=500, help="the other way runs a twenty-fifth")
    arguments = parser.parse_args()
    few = max(len(PROGRAMS), arguments.programs // 25)
    ways = {"sandbox": (forked, arguments.programs), "a fresh interpreter": (anew, few)}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    rows = [("round", "load before", *(f"{name}, ms a program: CPU, wall" for name in ways))]
    for number in range(arguments.rounds):
        before = load()
        found = []
        for name, (way, count) in ways.items():
            outputs, clock = way(count)
            found.append(outputs[: len(PROGRAMS)])
            cpu[name].append(clock.cpu / count)
            wall[name].append(clock.wall / count)
        assert found[0] == found[1], "they find different outputs"
        rows.append(
            (str(number), before, *(f"{cpu[n][-1] * 1e3:.2f}, {wall[n][-1] * 1e3:.2f}" for n in ways))
        )
    table(rows)
    print()
    for what, seconds in (("CPU", cpu), ("wall", wall)):
        ours, theirs = seconds.values()
        for name, values in seconds.items():
            print(f"{name}: {spread([2 / value for value in values], '.1f')} cells a {what} second")
        print(f"sandbox over a fresh interpreter, {what} seconds: {ratios(theirs, ours)}")


if __name__ == "__main__":
    main()
