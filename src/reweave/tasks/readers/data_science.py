"""PandasEval, NumpyEval and BigCodeBench: test texts on libraries, some in forms that must be tried.

PandasEval and NumpyEval (Zan et al., arXiv 2206.06888) continue a line; where ``entry_point`` is ``none``
the test looks at the variables the program made. BigCodeBench (Zhuo et al., arXiv 2406.15877) has unittest
classes; its ``split`` is ``complete`` (a docstring, where none is asked for) or ``instruct`` (a sentence),
and ``hard`` or ``hard-instruct`` for the 148 tasks of BigCodeBench-Hard.
Which form a test text can be run in, the reference settles: ``prepare``.
"""

import re

from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.readers import humaneval
from reweave.tasks.readers.fields import Row, listed, text, texts
from reweave.tasks.task import Task

LIMITS = Limits(wall=15.0, memory=2 << 30)
BIG = Limits(wall=60.0, memory=4 << 30, processes=256, open_files=1024)
PATIENT = Limits(wall=150.0, memory=4 << 30, processes=256, open_files=1024)

_COMPARED = re.compile(r"^([ \t]+)(?=\w+\.equals\(.*\)[ \t]*$)", re.MULTILINE)


def library_eval(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of PandasEval or NumpyEval."""
    del split
    prompt, entry_point = text(row, "prompt"), text(row, "entry_point")
    answers = [str(answer) for answer in listed(row, "canonical_solution")]
    test = text(row, "test")
    if "assert" not in test:  # PandasEval/7 compares, and forgets to assert what it finds
        test = _COMPARED.sub(r"\1assert ", test)
    name = None if entry_point == "none" else entry_point
    if name is None:
        test += "\ncheck()\n"
    return [
        Task(
            id=text(row, "task_id"),
            benchmark=benchmark,
            prompt=prompt,
            judge=TextJudge(tests=test, entry_point=name, form="settle", limits=LIMITS),
            entry_point=name,
            reference=prompt + answers[0] if answers else None,
            stop=humaneval.STOP,
            chat=instruction("continue", prompt=prompt),
            libraries=("numpy", "pandas") if benchmark == "pandaseval" else ("numpy",),
        )
    ]


def bigcodebench(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of BigCodeBench."""
    prompt, entry_point = text(row, "complete_prompt"), text(row, "entry_point")
    return [
        Task(
            id=text(row, "task_id"),
            benchmark=benchmark,
            prompt=prompt,
            judge=TextJudge(
                tests=text(row, "test"), entry_point=entry_point, form="settle", limits=BIG, patient=PATIENT
            ),
            entry_point=entry_point,
            reference=text(row, "code_prompt") + text(row, "canonical_solution"),
            stop=humaneval.STOP,
            chat=(
                instruction("complete", prompt=prompt)
                if split not in ("instruct", "hard-instruct")
                else text(row, "instruct_prompt").strip("\n")
            ),
            libraries=tuple(dict.fromkeys(name.partition(".")[0] for name in texts(row, "libs"))),
        )
    ]
