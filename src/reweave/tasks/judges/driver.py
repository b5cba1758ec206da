"""Runs in the sandbox, as the sample: compiles and runs a program of another language.

Standard library alone, Python 3.8 or later. Standard input is JSON: ``file``, ``text``, ``files`` and
``steps``. The exit status says how it ended: 0 passed, 10 does not compile, 11 failed, 12 ended too early.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

PASSED, COMPILES_NOT, FAILED, EARLY = 0, 10, 11, 12
SHOWN = 100_000  # characters passed on of what a program writes


def main() -> int:
    """Do what standard input asks for; give the exit status."""
    asked = json.load(sys.stdin)
    token = os.urandom(16).hex()
    for name, text in {**asked["files"], asked["file"]: asked["text"]}.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{token}", token), encoding="utf-8")
    for step in asked["steps"][:-1]:
        done = subprocess.run(step, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            sys.stderr.write((done.stderr or done.stdout).decode(errors="replace")[:SHOWN])
            return COMPILES_NOT
    done = subprocess.run(asked["steps"][-1], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    printed, said = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    sys.stdout.write(printed[:SHOWN])
    sys.stderr.write(said[:SHOWN])
    if done.returncode:
        compiled = len(asked["steps"]) > 1 or "\nSyntaxError: " not in said
        return FAILED if compiled else COMPILES_NOT
    return PASSED if token in printed.split() else EARLY


if __name__ == "__main__":
    sys.exit(main())
