"""How clean are the states, by a linter that sees more? pylint over states drawn at random.

    python benchmarks/clean.py --states 300 --more 1500

A state is drawn so: a program of the pairs, one path of it under a seed of its own, and one of the path's
intermediate states (neither empty nor the full program; programs written in one edit have none). A state is
unclean when pylint (categories E and F, import errors silenced) says something that it does not say of the
full program: same code, same message, same source line, with the line numbers inside messages carried over.
Intervals are Wilson's, 95 %.

For the samplers `default`, `paper`, RandSeq (``--sampler random``) and ``--checker compile``; for `default`
also with a larger n. `ruff alone` is `default` without the look-ahead. Because the pairs are short and seldom
hold a class, these two once more on functions and classes of the standard library, 20 to 150 lines long.
"""

import argparse
import ast
import importlib
import inspect
import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from common import load, programs, table

from reweave.edits.checkers import make_checker
from reweave.edits.checkers.pylint import PylintChecker
from reweave.edits.machine import Machine
from reweave.edits.settings import Settings, settings
from reweave.errors import CheckerError
from reweave.records import Diagnostic, EditSequence, Program, split_lines

SAMPLERS: dict[str, Settings] = {
    "default": settings(paths=1),
    "paper": settings(paths=1, preset="paper"),
    "random": settings(paths=1, sampler="random"),
    "compile": settings(paths=1, checker="compile"),
    "ruff alone": replace(settings(paths=1), look_ahead=False),
}
MODULES = (
    "argparse", "ast", "calendar", "cmd", "codecs", "collections", "concurrent.futures.thread",
    "configparser", "contextlib", "csv", "dataclasses", "difflib", "dis", "doctest", "email.message",
    "enum", "fractions", "ftplib", "functools", "gettext", "gzip", "heapq", "html.parser",
    "http.client", "http.cookies", "imaplib", "inspect", "ipaddress", "json.decoder", "logging",
    "mailbox", "optparse", "pathlib", "pdb", "pickle", "platform", "plistlib", "pprint", "queue",
    "random", "sched", "shelve", "shlex", "shutil", "smtplib", "socketserver", "statistics", "string",
    "tarfile", "tempfile", "textwrap", "threading", "tokenize", "traceback", "unittest.case",
    "unittest.mock", "urllib.request", "uuid", "wave", "zipfile",
)  # fmt: skip
_LINE_NUMBER = re.compile(r"\bline (\d+)")


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    share = hits / count
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half) / (1 + z * z / count), (centre + half) / (1 + z * z / count)


def definitions() -> list[Program]:
    """Return functions and classes of the standard library, 20 to 150 lines each."""
    found = []
    for name in MODULES:
        text = inspect.getsource(importlib.import_module(name))
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and 20 <= node.end_lineno - node.lineno < 150:
                first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
                lines = split_lines(text)[first - 1 : node.end_lineno]
                found.append(Program(f"{name}.{node.name}", "".join(lines)))
    return found


def draw(
    everything: list[Program], count: int, seed: int, sampling: Settings
) -> list[tuple[EditSequence, int]]:
    """Draw paths and a number of an edit for each: the state after that edit."""
    stream = random.Random(seed)
    found: list[tuple[EditSequence, int]] = []
    attempt = 0
    sampling = replace(sampling, seed=seed)
    checker = None
    if sampling.sampler != "random":
        checker = make_checker(sampling.checker, imports=not sampling.tolerate)
    while len(found) < count:
        batch = []
        for _ in range(count - len(found)):
            program = stream.choice(everything)
            batch.append(
                Program(f"{program.id}#{attempt}", program.text)
            )  # an id of its own: a path of its own
            attempt += 1
        outcomes = sorted(Machine(sampling, checker).run(enumerate(batch)), key=lambda outcome: outcome.index)
        for outcome in outcomes:
            for sequence in outcome.sequences:
                last = len(sequence.edit_lines) - 1
                if last > 0:
                    found.append((sequence, stream.randrange(last)))
    if checker is not None:
        checker.close()
    return found


def keys(verdict: Sequence[Diagnostic], lines: list[int]) -> set[tuple[int, str, str]]:
    """Return line, code and message of diagnostics, in terms of the program's lines."""

    def source(line: int) -> int:
        return lines[line - 1] if 0 < line <= len(lines) else 0

    return {
        (
            source(found.line),
            found.code,
            _LINE_NUMBER.sub(lambda match: f"line {source(int(match[1]))}", found.message),
        )
        for found in verdict
        if found.code[0] in "EF"
    }


def judge(drawn: list[tuple[EditSequence, int]], linter: PylintChecker):
    """Return the new complaints of each state (None: no verdict), with the state's text."""
    baselines: dict[str, set[tuple[int, str, str]] | None] = {}
    for sequence, edit in drawn:
        text = sequence.program
        if text not in baselines:
            (verdict,) = linter.check([text])
            every = list(range(1, len(split_lines(text)) + 1))
            baselines[text] = None if isinstance(verdict, CheckerError) else keys(verdict, every)
        kept = [number for number, at in enumerate(sequence.inserted_at, 1) if at <= edit]
        state = sequence.states()[edit]
        (verdict,) = linter.check([state])
        known = baselines[text]
        if isinstance(verdict, CheckerError) or known is None:
            yield state, None
        else:
            yield state, keys(verdict, kept) - known


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--states", type=int, default=300)
    parser.add_argument("--more", type=int, default=1_500, help="states of the preset default, besides")
    parser.add_argument("--rounds", type=int, default=1, help="draws, with seeds one apart")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print the unclean states of `default`")
    arguments = parser.parse_args()
    pairs = programs()
    stdlib = definitions()
    linter = PylintChecker()
    print(f"load average: {load()}; linter: {linter.version}, E and F, imports silenced")
    rows = [("sampler", "programs", "seed", "n", "unclean", "share [95 %]", "codes (states each)")]
    plan = []
    for seed in range(arguments.seed, arguments.seed + arguments.rounds):
        plan += [(name, pairs, arguments.states, seed) for name in SAMPLERS]
        plan += [(name, stdlib, arguments.states, seed) for name in ("default", "ruff alone")]
    if arguments.more:
        plan.append(("default", pairs, arguments.more, arguments.seed + 1_000))
    for name, corpus, count, seed in plan:
        unclean = 0
        judged = 0
        codes: Counter[str] = Counter()
        for state, new in judge(draw(corpus, count, seed, SAMPLERS[name]), linter):
            judged += new is not None
            unclean += bool(new)
            codes.update({code for _, code, _ in new or ()})
            if arguments.show and new and name == "default":
                print(f"--- {sorted(new)}\n{state}")
        low, high = wilson(unclean, judged)
        without = f" ({count - judged} without a verdict)" if judged < count else ""
        rows.append(
            (name, "pairs" if corpus is pairs else "stdlib", str(seed), f"{judged}{without}", str(unclean),
             f"{unclean / judged:.1%} [{low:.1%} to {high:.1%}]",
             ", ".join(f"{code} {number}" for code, number in codes.most_common()))
        )  # fmt: skip
    linter.close()
    table(rows)


if __name__ == "__main__":
    main()
