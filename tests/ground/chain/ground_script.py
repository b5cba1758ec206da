"""Scripted answers to a whole chain of grounding: no model says them. And what must come of them.

Each table has a number, by which prompts about it are known; each task another, by which its programs are.
"""

import json
import os
import subprocess
import sys
from collections import Counter

TASKS = 6  # of a series
N = 5  # programs of a task
SAME_CALLS = 6  # rows of one sequence of calls

SERIES = {  # by table: what is wrong with its series, and what becomes of its six tasks
    1: Counter({"empty-block": 6}),
    2: Counter({"missing-task": 2}),
    3: Counter({"further-task": 1}),
    4: Counter({"refers-back": 1, "duplicate": 1, "too-short": 1}),
    5: Counter({"no-list": 6}),
}


def intent(i, k):
    """The k-th task of a table."""
    return f"Give the sum of the column `units`, times {100 * i + k}, as one number."


def tasks(i):
    """The texts of a table's series, the bad ones among them."""
    texts = [intent(i, k) for k in range({2: 4, 3: 7}.get(i, TASKS))]
    if i == 4:
        texts[1] = "Plot the result of the previous task as bars."
        texts[2] = texts[0].upper()
        texts[3] = "Sum it."
    return texts


def series(i):
    """What the server says to the question for tasks."""
    if i == 1:
        return "[[/tasks]]"
    if i == 5:
        return "I would look at the units.\n[[/tasks]]"
    listed = "\n".join(f"{k}. {text}" for k, text in enumerate(tasks(i), 1))
    return f"{listed}\n[[/tasks]]\n\n[[table]]\nanother"


def good(i):
    """The tasks of a table that are asked about."""
    if i in {1, 5}:
        return []
    bad = {1, 2, 3} if i == 4 else set()
    return [k for k in range(min(TASKS, len(tasks(i)))) if k not in bad]


def programs(i, k):
    """What the server says to the question for programs, sample by sample."""
    number = 100 * i + k
    plain = f"total = int((df['units'] * {number}).sum())"
    grouped = (
        f"df['scaled'] = df['units'] * {number}\nby = df.groupby('region', as_index=False)['scaled'].sum()"
    )
    texts = [f"```python\n{plain}\n```", plain, "total = df['unit'].sum()", "total = df.sample(1)", grouped]
    if k == 1:
        texts[2:4] = ["That cannot be done.", "total = pd.read_csv('other.csv')"]
    return [f"{text}\n[[/code]]" for text in texts]


def write_tables(place, count):
    """Write the tables, an empty one, and a file that is none."""
    folder = place / "tables"
    folder.mkdir(parents=True)
    for i in range(count):
        rows = [f"{region},{units + i},{price}.5" for region, units, price in ROWS]
        (folder / f"t{i}.csv").write_text("\n".join(["region,units,price", *rows]) + "\n")
    (folder / "zempty.csv").write_text("")
    (folder / "notes.txt").write_text("no table")
    return folder


ROWS = [
    ("north", 3, 10),
    ("south", 5, 12),
    ("north", 8, 11),
    ("east", 1, 30),
    ("south", 2, 9),
    ("east", 7, 14),
]


def answers(count):
    """The server's table: the first row whose text is in a prompt answers it."""
    table = [
        {"prompt": f"[[task]]\n{intent(i, k)}", "texts": programs(i, k)}
        for i in range(count)
        for k in range(TASKS)
    ]
    return table + [{"prompt": f'"t{i}.csv"', "texts": [series(i)]} for i in range(count)]


def expected(count):
    """What must come of it: read, kept, and what each rule rejected, stage by stage."""
    lost = sum((SERIES.get(i, Counter()) for i in range(count)), Counter())
    asked = [k for i in range(count) for k in good(i)]
    odd = asked.count(1)
    read = len(asked) * N
    kept = 2 * min(len(asked), SAME_CALLS)
    candidates = {"duplicate": len(asked), "no-code": odd}
    ran = read - sum(candidates.values())
    fails = len(asked) - odd
    grounded = {"fails": fails, "not-deterministic": fails, "file-access": odd}
    grounded["repeated-api"] = 2 * len(asked) - kept
    return {
        "contexts": (count + 1, count, {"empty-file": 1}),
        "intents": (count * TASKS + lost["further-task"], len(asked), dict(lost)),
        "candidates": (read, ran, candidates),
        "grounded": (ran, kept, grounded),
    }


def requests(count):
    """How many requests that takes: one a series, and one a sample of each task."""
    return count + expected(count)["candidates"][0]


def write_config(place, url, tables):
    """Write the settings of the chain; give the file."""
    path = place / "ground.toml"
    path.write_text(
        f"""
input = {json.dumps(str(tables))}
workers = 2
[endpoints.coder]
base_url = {json.dumps(url)}
model = "scripted"
concurrency = 8
[trace]
same_calls = {SAME_CALLS}
mutants = 2
wall = 20.0
"""
    )
    return path


def command(config, out, *more):
    """The chain's command line."""
    return [sys.executable, "-m", "reweave", "ground", "run", "--config", str(config), "-o", str(out), *more]


def run(*arguments):
    """Run a command line; give its result."""
    env = os.environ | {"COLUMNS": "100"}
    return subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, timeout=300, env=env, check=False
    )


def check_sums(out, wanted):
    """The funnel is what the script planned, and adds up from stage to stage."""
    told = {stage["stage"]: stage for stage in json.loads((out / "funnel.json").read_text())["stages"]}
    assert list(told) == list(wanted)
    for name, (read, kept, rejected) in wanted.items():
        stage = told[name]
        assert (name, stage["read"], stage["kept"], stage["failed"]) == (name, read, kept, {})
        assert {rule: n for rule, n in stage["rejected"].items() if n} == rejected
        assert (stage["steps"] or [{"left": kept}])[-1]["left"] == kept
        assert len(read_lines(out / name / "rows.jsonl")) == kept


def read_lines(path):
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
