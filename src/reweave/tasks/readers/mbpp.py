"""MBPP, in full and sanitized: a sentence, three assertions, and a program written whole.

The prompt is the sentence and one of the assertions in a docstring, which names the function. In the full
file two tasks' ``test_setup_code`` uses the program: it is run with the tests, after the program. (Austin et
al., arXiv 2108.07732.)
"""

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.readers.fields import Row, optional, text, texts
from reweave.tasks.task import Task

STOP = ("\nclass", "\nassert", '\n"""', "\nprint", "\nif", "\n<|/", "\n```")
LIMITS = Limits(wall=10.0)
SLOW = Limits(wall=60.0)
_SLOW = {"123"}  # sums of amicable numbers: its reference takes more than five seconds


def mbpp(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of either file."""
    del split
    number = str(row["task_id"])
    sentence = text(row, "text" if "text" in row else "prompt")
    tests = texts(row, "test_list")
    if not tests:
        raise RowError("no-tests", "column 'test_list' is empty")
    before = [optional(row, "test_setup_code"), *texts(row, "test_imports")]
    code = text(row, "code").replace("\r\n", "\n")
    imports = "".join(f"{line}\n" for line in texts(row, "test_imports"))
    limits = SLOW if number in _SLOW else LIMITS
    return [
        Task(
            id=f"Mbpp/{number}",
            benchmark=benchmark,
            prompt=f'"""\n{sentence}\n{tests[0]}\n"""\n',
            judge=TextJudge(tests="\n".join(filter(None, [*before, *tests])), limits=limits),
            reference=imports + code,
            stop=STOP,
            chat=instruction("describe", text=sentence, tests="\n".join(tests)),
            completes="whole",
        )
    ]
