"""CanItEdit: a program, an instruction to change it, and tests that only the changed program passes.

``split`` is ``descriptive`` (taken where none is asked for) or ``lazy``, after the instruction. The program
before the change must not pass. Evaluation only: its licence forbids training on it. (Cassano et al., arXiv
2312.12450.)
"""

from collections.abc import Mapping

from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.readers.fields import Row, text, texts
from reweave.tasks.task import Task

LIMITS = Limits(wall=30.0, memory=4 << 30, processes=256)
_PROMPT = "## Code Before:\n{before}\n## Instruction:\n{instruction}\n## Code After:\n"


def canitedit(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row."""
    before, asked = text(row, "before"), text(row, f"instruction_{split or 'descriptive'}")
    about = row.get("taxonomy")
    return [
        Task(
            id=text(row, "full_name"),
            benchmark=benchmark,
            prompt=_PROMPT.format(before=before, instruction=asked),
            judge=TextJudge(tests=text(row, "tests"), form="settle", limits=LIMITS),
            reference=text(row, "after"),
            stop=("\n## ",),
            chat=instruction("edit", before=before, instruction=asked),
            libraries=texts(about, "libraries") if isinstance(about, Mapping) else (),
            completes="whole",
            wrong=(("before", before),),
        )
    ]
