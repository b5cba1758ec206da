"""Near-duplicates planted in real rows: who finds them, at what cost, beside datasketch and the published.

    python benchmarks/dedup.py --rows 50000 --planted 500 --peer-python PYTHON

Rows are functions with a docstring of the standard library and of installed packages: the docstring is the
instruction, the source the program. Copies of some are planted after them, of five kinds: verbatim;
re-indented; comments changed; names changed (these four under another instruction: the program alone gives
them away); paraphrased (the same program, the instruction in other words by a fixed list, and names changed
as well).

Ours is the command `reweave curate dedup`. The peers see the same rows and columns, each by word 5-grams,
duplicates in either: datasketch's MinHash and LSH with its candidates measured, and, as the published
filter does it (250 permutations, 0.7), with every shared bucket taken for a duplicate.

Recall is of planted rows. Precision is of all rows dropped: right where the kept row that it is said to be
like has a Jaccard similarity of at least the threshold, by plain sets of tuples.
"""

import argparse
import ast
import json
import random
import re
import resource
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
import warnings
from collections import Counter
from pathlib import Path

from common import table

from reweave.curate.tokens import code_tokens, words

THRESHOLD = 0.7
KINDS = ("verbatim", "re-indented", "comments", "names", "paraphrased")
OTHER_WORDS = {
    "return": "give back", "returns": "gives back", "list": "sequence", "string": "text", "the": "this",
    "a": "one", "if": "whenever", "is": "happens to be", "of": "belonging to", "for": "on behalf of",
    "and": "as well as", "to": "towards", "this": "that", "value": "quantity", "given": "supplied",
    "object": "thing", "function": "routine", "file": "document", "number": "count", "name": "label",
}  # fmt: skip


def functions(count):
    """Functions with docstrings, no two with the same source."""
    places = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    seen = set()
    warnings.simplefilter("ignore")  # of the files' own escapes
    for path in (path for place in places for path in sorted(place.rglob("*.py"))):
        try:
            text = path.read_text("utf-8")
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue
        lines = text.split("\n")
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or not (said := ast.get_docstring(node)):
                continue
            source = textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno])) + "\n"
            if source in seen or not 4 <= source.count("\n") <= 80:
                continue
            seen.add(source)
            yield {"instruction": said, "program": source}
            if len(seen) >= count:
                return


def copied(row, kind, chance):
    """A copy of a row, of one of the kinds."""
    instruction, program = row["instruction"], row["program"]
    if kind == "re-indented":
        program = re.sub(r"^( {4})+", lambda found: "\t" * (len(found[0]) // 4), program, flags=re.MULTILINE)
    if kind == "comments":
        lines = [line for line in program.split("\n") if not line.strip().startswith("#")]
        for at in sorted(chance.sample(range(1, len(lines)), min(3, len(lines) - 1)), reverse=True):
            lines.insert(at, "# " + " ".join(chance.sample(sorted(OTHER_WORDS), 5)))
        program = "\n".join(lines)
    if kind in {"names", "paraphrased"}:
        program = renamed(program, chance)
    if kind == "paraphrased":
        instruction = re.sub(
            r"[A-Za-z]+", lambda found: OTHER_WORDS.get(found[0].lower(), found[0]), instruction
        )
    elif kind != "verbatim":
        instruction = " ".join(chance.sample(sorted(OTHER_WORDS), 12))  # only the program gives it away
    return {"instruction": instruction, "program": program}


def renamed(program, chance):
    """A program with its parameters and variables under other names."""
    try:
        tree = ast.parse(program)
    except SyntaxError:
        return program
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)} - {"self", "cls"}
    names |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in names:
        program = re.sub(rf"(?<![\w.'\"]){name}(?![\w'\"])", f"{name[:1]}_{chance.randrange(1000)}", program)
    return program


def grams(tokens, n=5):
    return {tuple(tokens[i : i + n]) for i in range(max(len(tokens) - n + 1, 1))} if tokens else set()


def similar(one, other, tokens):
    one, other = grams(tokens(one)), grams(tokens(other))
    return len(one & other) / len(one | other) if one and other else 0.0


def ours(path, workers):
    """The command; give its rejects, seconds and peak memory."""
    out = path.with_name("ours.jsonl")
    began = time.monotonic()
    command = [sys.executable, "-m", "reweave", "curate", "dedup", str(path), "-o", str(out)]
    subprocess.run([*command, "--workers", str(workers)], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    rejects = [json.loads(line) for line in Path(f"{out}.run/rejects.jsonl").read_bytes().splitlines()]
    return {each["number"]: (each["of"], each["column"]) for each in rejects}, seconds


PEER = """
import json, re, resource, sys, time
from datasketch import MinHash, MinHashLSH
began = time.monotonic()
verified, permutations = sys.argv[2] == "verified", int(sys.argv[3])
columns = ("instruction", "program")
lsh = {column: MinHashLSH(threshold=0.7, num_perm=permutations) for column in columns}
sets, dropped = {}, {}
for number, line in enumerate(open(sys.argv[1])):
    row = json.loads(line)
    signatures, shingles = {}, {}
    for column in columns:
        tokens = [t for t in re.split(r"[^A-Za-z_0-9]", row[column]) if t]
        shingles[column] = {" ".join(tokens[i:i + 5]) for i in range(max(len(tokens) - 4, 1))}
        signatures[column] = MinHash(num_perm=permutations)
        signatures[column].update_batch([gram.encode() for gram in shingles[column]])
        near = lsh[column].query(signatures[column])
        if verified:
            own = shingles[column]
            near = [n for n in near if len(own & sets[n][column]) / len(own | sets[n][column]) >= 0.7]
        if near:
            dropped[number] = (min(near), column)
            break
    else:
        for column in columns:
            lsh[column].insert(number, signatures[column])
        if verified:
            sets[number] = shingles
seconds = time.monotonic() - began
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([dropped, seconds, memory]))
"""


def peer(python, path, how, permutations):
    """The same with datasketch."""
    done = subprocess.run(
        [python, "-c", PEER, str(path), how, str(permutations)], check=True, stdout=subprocess.PIPE
    )
    dropped, seconds, memory = json.loads(done.stdout)
    return {int(number): of for number, of in dropped.items()}, seconds, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--planted", type=int, default=500, help="of each kind")
    parser.add_argument("--peer-python", required=True, help="a Python that has datasketch")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    chance = random.Random(1)
    rows = list(functions(arguments.rows))
    copies = [
        (copied(rows[number], kind, chance), kind)
        for kind in KINDS
        for number in chance.sample(range(len(rows)), arguments.planted)
    ]
    chance.shuffle(copies)
    kinds = [""] * len(rows) + [kind for _, kind in copies]
    rows += [row for row, _ in copies]
    print(f"{len(rows):,} rows, of them {arguments.planted:,} planted copies of each kind\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        found, seconds = ours(path, arguments.workers)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        one, alone = ours_again(path)
        assert one == found
        tools = {
            f"reweave, {arguments.workers} workers": (found, seconds, memory),
            "reweave, 1 worker": (found, alone, memory),
        }
        for name, how, permutations in (
            ("datasketch, measured, 128", "verified", 128),
            ("datasketch, buckets, 250 (published)", "buckets", 250),
        ):
            tools[name] = peer(arguments.peer_python, path, how, permutations)
    lines = [("tool", "dropped", "right", "precision", *KINDS, "rows/s", "peak MiB")]
    planted = Counter(kinds)
    for name, (dropped, took, peak) in tools.items():
        view = our_view if name.startswith("reweave") else peer_view
        right = sum(is_right(rows, number, of, view) for number, of in dropped.items())
        recall = Counter(kinds[number] for number in dropped)
        lines.append((
            name, f"{len(dropped):,}", f"{right:,}", f"{right / max(len(dropped), 1):.3f}",
            *(f"{recall[kind] / planted[kind]:.3f}" for kind in KINDS),
            f"{len(rows) / took:,.0f}", f"{peak:,.0f}",
        ))  # fmt: skip
    table(lines)


def ours_again(path):
    """The same with one worker, into another output."""
    other = path.with_name("alone")
    other.mkdir()
    return ours(_linked(path, other), 1)


def _linked(path, folder):
    linked = folder / path.name
    linked.hardlink_to(path)
    return linked


def is_right(rows, number, of, tokens):
    """Whether a dropped row is as similar as the threshold to the row it is said to be like."""
    other, column = of
    view = tokens(column)
    return similar(rows[number][column], rows[other][column], view) >= THRESHOLD


def our_view(column):
    return words if column == "instruction" else code_tokens


def peer_view(_):
    return lambda text: [token for token in re.split(r"[^A-Za-z_0-9]", text) if token]


if __name__ == "__main__":
    main()
