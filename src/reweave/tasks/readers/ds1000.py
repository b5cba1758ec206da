"""DS-1000: 1,000 data-science questions over seven libraries, with a context that judges an answer.

``split`` is a library's name. Its perturbations of one question are one group. It pins its libraries:
``scripts/ds1000-environment`` makes the environment, ``Sandbox(python=...)`` takes it. Evaluation only: its
authors ask that it appear in no training data and in no repository unpacked. (Lai et al., arXiv 2211.11501.)
"""

from collections.abc import Mapping

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.ds1000 import ContextJudge
from reweave.tasks.readers.fields import Row, text
from reweave.tasks.task import Task

LIBRARIES = ("Matplotlib", "Numpy", "Pandas", "Pytorch", "Scipy", "Sklearn", "Tensorflow")
LIMITS = Limits(wall=60.0, memory=4 << 30)
_MODULES = {"Pytorch": "torch"}
_STOP = ("</code>", "# SOLUTION END", "\nEND SOLUTION")


def ds1000(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row."""
    about = row["metadata"]
    if not isinstance(about, Mapping) or not {"library", "problem_id"} <= about.keys():
        raise RowError("wrong-type", "column 'metadata' names no library and problem_id")
    library = str(about["library"])
    if split is not None and library != split:
        return []
    prompt = text(row, "prompt")
    return [
        Task(
            id=f"DS-1000/{about['problem_id']}",
            benchmark=benchmark,
            prompt=prompt,
            judge=ContextJudge(context=text(row, "code_context"), limits=LIMITS),
            reference=text(row, "reference_code"),
            group=f"{library}/{about.get('perturbation_origin_id', about['problem_id'])}",
            stop=_STOP,
            chat=instruction("continue", prompt=prompt),
            libraries=(_MODULES.get(library, library.lower()),),
            completes="whole",
        )
    ]
