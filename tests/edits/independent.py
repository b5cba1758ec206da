r"""Judges of edit sequences that share no code with what they judge. Not a test itself.

`replay` applies zero-context unified hunks, `new_errors` asks ruff about every state of many sequences:
its own process over its own folder, its own reading of what ruff says.
"""

import json
import re
import subprocess
import sysconfig
from pathlib import Path

RULES = "E9,F5,F6,F7,F82,PLE"
_HEADER = re.compile(r"@@ -(\d+),0 \+(\d+)(?:,(\d+))? @@")


def replay(edits):
    """Give the program after each edit: lists of added lines spliced in, no diff library asked."""
    lines = []
    for edit in edits:
        rest = edit.split("\n")
        result = list(lines)
        taken = 0  # lines added by this edit so far
        while rest and rest != [""]:
            old, new, count = _HEADER.fullmatch(rest.pop(0)).groups()
            added = [rest.pop(0) for _ in range(int(count or 1))]
            assert all(line.startswith("+") for line in added)
            block = [line[1:] + "\n" for line in added]
            if rest and rest[0].startswith("\\ No newline"):
                rest.pop(0)
                block[-1] = block[-1][:-1]
            at = int(old) + taken
            assert int(new) == at + 1
            result[at:at] = block
            taken += len(block)
        lines = result
        yield "".join(lines)


def kept_lines(program, inserted_at):
    """Give for each edit the state's text, and the numbers (from 1) its lines have in the program."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", program)
    assert len(lines) == len(inserted_at)
    for edit in range(max(inserted_at) + 1):
        numbers = [number for number, at in enumerate(inserted_at, 1) if at <= edit]
        yield "".join(lines[number - 1] for number in numbers), numbers


def new_errors(sequences, folder):
    """Return the diagnostics of states that their programs do not have, and how many states were looked at.

    Args:
        sequences: Edit sequences; only their ``program`` and ``inserted_at`` are used.
        folder: An empty folder to put the states in.
    """
    owners = []  # (program, line numbers) of each file
    numbers_of = {}
    for sequence in sequences:
        program = sequence.program
        if program not in numbers_of:
            numbers_of[program] = {}
            everything = list(range(1, program.count("\n") + 1 + (not program.endswith("\n"))))
            owners.append((program, program, everything))
        for text, numbers in kept_lines(program, sequence.inserted_at):
            key = tuple(numbers)
            if key not in numbers_of[program]:
                numbers_of[program][key] = None
                owners.append((program, text, numbers))
    for number, (_, text, _) in enumerate(owners):
        (folder / f"{number}.py").write_bytes(text.encode())
    found = _ruff(folder)
    baselines = {}
    bad = []
    for number, (program, text, numbers) in enumerate(owners):
        keys = {_key(text, numbers, report) for report in found.get(number, ())}
        if program not in baselines:
            baselines[program] = keys
        elif keys - baselines[program]:
            bad.append((text, sorted(keys - baselines[program])))
    return bad, len(owners)


def _ruff(folder):
    found = {}
    ruff = Path(sysconfig.get_path("scripts")) / "ruff"
    command = [
        str(ruff) if ruff.exists() else "ruff", "check", "--isolated", "--no-cache", "--ignore-noqa",
        "--exit-zero", "--target-version=py314", f"--select={RULES}", "--output-format=json", str(folder),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True)
    for report in json.loads(done.stdout):
        found.setdefault(int(Path(report["filename"]).stem), []).append(report)
    return found


def _key(text, numbers, report):
    """Name a report by its code, its message, and its line in the whole program."""

    def in_program(row):
        # ruff's rows end at a lone carriage return too; numbers count newlines.
        ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", text)] if "\r" in text else None
        if ends is not None:
            start = ends[min(row - 2, len(ends) - 1)] if row > 1 and ends else 0
            row = text.count("\n", 0, start) + 1
        return numbers[min(row, len(numbers)) - 1] if numbers else 0

    message = re.sub(r"\bline (\d+)", lambda m: f"line {in_program(int(m[1]))}", report["message"])
    return in_program(report["location"]["row"]), report["code"] or "syntax", message
