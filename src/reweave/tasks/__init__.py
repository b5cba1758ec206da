"""Benchmarks as tasks: readers for their published files, and judges for programs that answer them.

>>> from reweave.sandbox import Sandbox
>>> from reweave.tasks import load, prepare, judge
>>> tasks = load("humaneval")                                      # doctest: +SKIP
>>> with Sandbox() as box:                                         # doctest: +SKIP
...     tasks = prepare(tasks, box)
...     for task, scored in judge([(tasks[0], "    return False\\n")], box):
...         print(task.id, scored.passed, scored.reason)
HumanEval/0 False failed

- ``load`` reads by the table ``benchmarks``; ``sources`` opens files, ``readers`` know their forms;
- ``task``: what a task, a judge and a verdict are; ``assemble``: from an answer to a program;
- ``judges``: from a program to sandbox jobs and from their results to a verdict;
- ``prepare`` asks the references what judges must know; ``check`` shows that references pass and stubs fail.

No data is kept here. Files come from the user, and some of them are for evaluation only:
``BENCHMARKS[name].evaluation_only``. The paper's evaluation: LintSeq, section 4.
"""

from reweave.tasks.benchmarks import BENCHMARKS, Benchmark
from reweave.tasks.check import CheckRow, check
from reweave.tasks.load import load
from reweave.tasks.prepare import judge, prepare
from reweave.tasks.task import Judge, Scored, Task, VerdictForm

__all__ = [
    "BENCHMARKS",
    "Benchmark",
    "CheckRow",
    "Judge",
    "Scored",
    "Task",
    "VerdictForm",
    "check",
    "judge",
    "load",
    "prepare",
]
