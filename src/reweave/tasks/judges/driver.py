"""Runs in the sandbox, as the sample: compiles and runs a program of another language.

Standard library alone, Python 3.8 or later. Standard input is JSON: ``file``, ``text``, ``files`` and
``steps``. The exit status says how it ended: 0 passed, 10 does not compile, 11 failed, 12 ended too early.
"""

import json
import os
import subprocess
import sys

PASSED, COMPILES_NOT, FAILED, EARLY = 0, 10, 11, 12


def main():
    """Do what standard input asks for."""
    asked = json.load(sys.stdin)
    token = os.urandom(16).hex()
    with open(asked["file"], "w", encoding="utf-8") as out:
        out.write(asked["text"].replace("{token}", token))
    for name, text in asked["files"].items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "w", encoding="utf-8") as out:
            out.write(text.replace("{token}", token))
    for step in asked["steps"][:-1]:
        done = subprocess.run(step, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            sys.stderr.write((done.stderr or done.stdout).decode(errors="replace")[:100000])
            return COMPILES_NOT
    done = subprocess.run(asked["steps"][-1], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    printed, said = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    sys.stdout.write(printed[:100000])
    sys.stderr.write(said[:100000])
    if done.returncode:
        return COMPILES_NOT if "SyntaxError" in said and asked["file"].endswith(".js") else FAILED
    return PASSED if token in printed.split() else EARLY


sys.exit(main())
