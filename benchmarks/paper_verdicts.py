"""Is our pylint checker the published one? State by state, against ``pylintseq.utils.file_linter``.

    python benchmarks/paper_verdicts.py --peer-python /path/to/an/environment/bin/python

The peer's environment holds ``pip install pylintseq`` and its dependencies. States are programs of
$REWEAVE_DATA/instruct-python-pairs with random lines deleted, each with the block under it. A verdict is
the set of (message id, line). Both checkers see the same states in turns, a chunk each, in one run. States
that import a package of the peer's environment are counted apart: there it resolves, here nothing does.
"""

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from reweave.edits.checkers.pylint import PylintChecker
from reweave.errors import CheckerError
from reweave.records import split_lines

CHUNK = 25

# Runs in the peer's environment, and feeds the published function as the published sampler does.
PEER = """
import importlib.metadata, json, os, sys, tempfile
from pylintseq.utils import file_linter
replies = os.fdopen(os.dup(1), "w")
print(json.dumps([importlib.metadata.version(n) for n in ("pylintseq", "pylint")]
      + [sorted(importlib.metadata.packages_distributions())]), file=replies, flush=True)
for line in sys.stdin:
    found = []
    for text in json.loads(line):
        with tempfile.NamedTemporaryFile(suffix=".py", mode="r+") as file:
            file.write(text)
            file.seek(0)
            found.append(file_linter(file.name))
    print(json.dumps(found), file=replies, flush=True)
"""


def delete_lines(program: str, stream: random.Random) -> str:
    """Delete one to six random lines, each with the deeper-indented lines under it."""
    lines = split_lines(program)
    for _ in range(stream.randint(1, 6)):
        picks = [number for number, line in enumerate(lines) if line.strip()]
        if len(picks) < 2:
            break
        first = stream.choice(picks)
        depth = len(lines[first]) - len(lines[first].lstrip())
        end = first + 1
        while end < len(lines) and (
            not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth
        ):
            end += 1
        del lines[first:end]
    return "".join(lines)


def draw_states(count: int, seed: int) -> list[str]:
    path = Path(os.environ["REWEAVE_DATA"]) / "instruct-python-pairs" / "pairs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        programs = [json.loads(line)["program"] for line in file]
    stream = random.Random(seed)
    states: dict[str, None] = {}
    while len(states) < count:
        states[delete_lines(stream.choice(programs), stream)] = None
    return list(states)


def start_peer(python: str, folder: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(Path(python).absolute()), "-c", PEER],
        cwd=folder,
        env={**os.environ, "PYLINTHOME": folder, "TMPDIR": folder, "PYTHONPATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def ask_peer(peer: subprocess.Popen[str], texts: list[str]) -> list[list[tuple[str, str, str, str]]]:
    peer.stdin.write(json.dumps(texts) + "\n")
    peer.stdin.flush()
    return json.loads(peer.stdout.readline())


def as_ours(text: str, reply: list[tuple[str, str, str, str]]) -> dict[tuple[str, int], str]:
    """Their verdict as ours are written: lines of the text, where theirs may lie past its end."""
    last = max(1, len(split_lines(text)))
    return {(code, min(max(int(line), 1), last)): message for code, line, _, message in reply}


def explain(ours: dict[tuple[str, int], str], theirs: dict[tuple[str, int], str]) -> str:
    """Say why two verdicts differ, as far as a rule can."""
    only_ours = [message for key, message in ours.items() if key not in theirs]
    only_theirs = [message for key, message in theirs.items() if key not in ours]
    if not only_theirs and all("|" in message or "\n" in message for message in only_ours):
        return "their split of '|' loses the message"
    if not only_ours and all("'StringIO'" in message for message in only_theirs):
        return "they redirect sys.stdin and sys.stdout, and astroid looks at the live ones"
    return "unexplained"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--peer-python", default=".venv-peer/bin/python")
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    states = draw_states(arguments.states, arguments.seed)
    checker = PylintChecker(imports=True)
    ours: list[dict[tuple[str, int], str] | CheckerError] = []
    theirs: list[dict[tuple[str, int], str]] = []
    seconds = Counter[str]()
    with tempfile.TemporaryDirectory() as folder, start_peer(arguments.peer_python, folder) as peer:
        pylintseq, pylint, installed = json.loads(peer.stdout.readline())
        checker.check(["x = 1\n"])  # started, as the peer is
        for start in range(0, len(states), CHUNK):
            chunk = states[start : start + CHUNK]
            began = time.perf_counter()
            verdicts = checker.check(chunk)
            between = time.perf_counter()
            replies = ask_peer(peer, chunk)
            seconds["ours"] += between - began
            seconds["theirs"] += time.perf_counter() - between
            for text, verdict, reply in zip(chunk, verdicts, replies, strict=True):
                ours.append(
                    verdict
                    if isinstance(verdict, CheckerError)
                    else {(found.code, found.line): found.message for found in verdict}
                )
                theirs.append(as_ours(text, reply))
        peer.stdin.close()

    def alone(text: str) -> dict[tuple[str, int], str]:
        with tempfile.TemporaryDirectory() as folder, start_peer(arguments.peer_python, folder) as peer:
            peer.stdout.readline()
            (reply,) = ask_peer(peer, [text])
            peer.stdin.close()
        return as_ours(text, reply)

    checker.close()
    print(f"ours: reweave over {checker.version}; theirs: pylintseq {pylintseq} over pylint {pylint}")
    packages = re.compile(rf"^\s*(?:import|from)\s+(?:{'|'.join(installed)})\b", re.MULTILINE)
    return report(states, ours, theirs, alone=alone, seconds=seconds, installed=packages)


def report(states, ours, theirs, *, alone, seconds, installed) -> int:
    counts = Counter[str]()
    unexplained = 0
    for text, mine, peer in zip(states, ours, theirs, strict=True):
        if isinstance(mine, CheckerError):
            reason = f"no verdict here ({mine.reason})"
            unexplained += 1
        elif set(mine) == set(peer):
            counts["equal"] += 1
            counts["equal and clean"] += not mine
            continue
        elif installed.search(text):
            reason = "imports a package that the peer's environment has"
        elif set(mine) == set(alone(text)):
            reason = "theirs agrees in a fresh process: it depends on what was checked before"
        else:
            reason = explain(mine, peer)
            unexplained += 1
        counts[reason] += 1
        print(f"\n--- {reason}\n    here:  {mine}\n    there: {peer}\n{text}")
    print(f"\n{len(states)} states; " + "; ".join(f"{reason}: {n}" for reason, n in sorted(counts.items())))
    for name in ("ours", "theirs"):
        print(f"{name}: {seconds[name] / len(states) * 1e3:.2f} ms a state (wall)")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
