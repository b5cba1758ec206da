"""HumanEval, and every file of its form: ``task_id``, ``prompt``, ``entry_point``, ``test``.

The test text defines ``check(candidate)``. ``canonical_solution``, where there is one, continues the prompt.
(Chen et al., arXiv 2107.03374.)
"""

from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.readers.fields import Row, optional, text
from reweave.tasks.task import Task

STOP = ("\nclass", "\ndef", "\n#", "\nif", "\nprint")
LIMITS = Limits(wall=10.0)


def humaneval(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row."""
    del split
    prompt, entry_point = text(row, "prompt"), text(row, "entry_point")
    solution = optional(row, "canonical_solution")
    return [
        Task(
            id=str(row["task_id"]),
            benchmark=benchmark,
            prompt=prompt,
            judge=TextJudge(tests=text(row, "test"), entry_point=entry_point, limits=LIMITS),
            entry_point=entry_point,
            reference=prompt + solution if solution else None,
            stop=STOP,
            chat=instruction("complete", prompt=prompt),
        )
    ]
