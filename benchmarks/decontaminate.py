"""Items of benchmarks planted in real rows: who finds them, beside the published rule, at what cost.

    REWEAVE_DATA=DIR python benchmarks/decontaminate.py --rows 5000 --planted 100

Rows are functions with a docstring of the standard library and of installed packages: the docstring is the
instruction, the source the program. Into copies of some, an item of a benchmark is planted, in one of six
ways: its prompt, verbatim, in the middle of the instruction; the prompt with layout, case and punctuation
changed; the prompt with every seventh word changed; the first half of the prompt; the solution in the place
of the program; the solution with names, comments and indentation changed.

Ours is the command `reweave curate decontaminate`. The published rule is a literal substring: a row goes
where it holds an item's prompt or solution.

Recall is of planted rows. A row is found right where one of its hits names the planted item. Rows that were
not planted and are dropped are counted apart: they may hold real items, and are printed to be looked at.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from common import table
from dedup import copied, functions

from reweave.tasks import load

KINDS = ("prompt", "layout", "words", "half", "solution", "renamed")


def items(names):
    """Tasks with a prompt long enough to be one's own, and a solution that is more than a line."""
    for name in names:
        for task in load(name, rejects=[]):
            prompt = task.prompt or task.chat
            if len(prompt.split()) >= 20 and task.reference and task.reference.count("\n") >= 4:
                yield task, prompt


def planted(row, item, kind, chance):
    """A row with an item in it."""
    task, prompt = item
    if kind in {"solution", "renamed"}:
        program = task.reference
        if kind == "renamed":
            made = {"instruction": row["instruction"], "program": program}
            for how in ("names", "re-indented", "comments"):
                made = copied(made, how, chance)
            program = made["program"]
        return {**row, "program": program}
    text = prompt
    if kind == "layout":
        text = re.sub(r"\s+", "  \n ", re.sub(r"[.,:;]", " ", prompt)).upper()
    if kind == "words":
        said = prompt.split()
        for at in range(3, len(said), 7):
            said[at] = "otherwise"
        text = " ".join(said)
    if kind == "half":
        said = prompt.split()
        text = " ".join(said[: len(said) // 2])
    first, second = row["instruction"][:200], row["instruction"][200:]
    return {**row, "instruction": f"{first}\n\n{text}\n\n{second}"}


def ours(path, names, workers):
    """The command; give the items found in each dropped row, and seconds."""
    out = path.with_name("ours.jsonl")
    began = time.monotonic()
    command = [sys.executable, "-m", "reweave", "curate", "decontaminate", str(path), "-o", str(out)]
    against = [part for name in names for part in ("--against", name)]
    subprocess.run([*command, *against, "--workers", str(workers)], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    found = {}
    for line in Path(f"{out}.run/rejects.jsonl").read_bytes().splitlines():
        reject = json.loads(line)
        found[reject["row"]["number"]] = {(hit["benchmark"], hit["id"]) for hit in reject["hits"]}
    return found, seconds


def substrings(rows, names):
    """The published rule, over all items of the benchmarks."""
    began = time.monotonic()
    texts = []
    for name in names:
        for task in load(name, rejects=[]):
            whole = (text.strip() for text in (task.prompt or task.chat, task.reference or ""))
            # Shorter ones are in everything
            texts += [(text, (task.benchmark, task.id)) for text in whole if len(text) >= 40]
    found = {}
    for row in rows:
        hits = {item for text, item in texts if text in row["instruction"] or text in row["program"]}
        if hits:
            found[row["number"]] = hits
    return found, time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--planted", type=int, default=100, help="of each kind")
    parser.add_argument("--against", nargs="+", default=["humaneval", "mbpp"])
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    chance = random.Random(1)
    rows = list(functions(arguments.rows))
    there = list(items(arguments.against))
    chance.shuffle(there)
    truth = {}
    for kind in KINDS:
        for n in range(arguments.planted):
            item = there[n % len(there)]
            rows.append(planted(rows[chance.randrange(arguments.rows)], item, kind, chance))
            truth[len(rows) - 1] = (kind, (item[0].benchmark, item[0].id))
    rows = [{**row, "number": number} for number, row in enumerate(rows)]
    print(f"{len(rows):,} rows, of them {arguments.planted:,} planted of each kind; {len(there):,} items\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        tools = {"reweave": ours(path, arguments.against, arguments.workers)}
    tools["substring (published)"] = substrings(rows, arguments.against)
    lines = [("tool", "dropped", "item named", "precision", "not planted", *KINDS, "rows/s")]
    for name, (found, seconds) in tools.items():
        recall = Counter(truth[number][0] for number in found if number in truth)
        right = sum(number in truth and truth[number][1] in hits for number, hits in found.items())
        others = sorted(number for number in found if number not in truth)
        lines.append((
            name, f"{len(found):,}", f"{right:,}", f"{right / max(len(found), 1):.3f}", f"{len(others):,}",
            *(f"{recall[kind] / arguments.planted:.3f}" for kind in KINDS),
            f"{len(rows) / seconds:,.0f}",
        ))  # fmt: skip
        for number in others[:10]:
            hits = ", ".join(" ".join(hit) for hit in sorted(found[number]))
            print(f"{name}, not planted: {hits}: {rows[number]['program'].splitlines()[0]}")
    print()
    table(lines)


if __name__ == "__main__":
    main()
