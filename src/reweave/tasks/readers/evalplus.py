"""HumanEval+ and MBPP+ in the published files that hold inputs, and no expected outputs.

``split="base"`` takes the original benchmark's inputs only (so that a score on them can be compared), else
all. The form with test texts (``OriginFmt``) is read as HumanEval's. (Liu et al., arXiv 2305.01210.)
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges import oracles
from reweave.tasks.judges.tests import TextJudge
from reweave.tasks.judges.values import ValuesJudge
from reweave.tasks.readers import humaneval, mbpp
from reweave.tasks.readers.fields import Row, inputs, number, text
from reweave.tasks.task import Task

LIMITS = Limits(wall=10.0, memory=4 << 30, result=256 << 20)  # HumanEval/15 answers with 147 MB
PATIENT = Limits(wall=100.0, memory=4 << 30, result=256 << 20)

_MISSING_IMPORT = {"Mbpp/120": "import math\n"}  # its published reference uses math


def humaneval_plus(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of HumanEval+ (or of its small set, Mini)."""
    prompt, entry_point = text(row, "prompt"), text(row, "entry_point")
    return [
        Task(
            id=text(row, "task_id"),
            benchmark=benchmark,
            prompt=prompt,
            judge=_judge(row, split, lambda given: given, "humaneval"),
            entry_point=entry_point,
            reference=prompt + text(row, "canonical_solution"),
            stop=humaneval.STOP,
            chat=instruction("complete", prompt=prompt),
        )
    ]


def mbpp_plus(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of MBPP+."""
    prompt, task_id = text(row, "prompt"), text(row, "task_id")
    sentence = prompt.strip().strip('"').strip()
    convert = _conversion(int(task_id.rpartition("/")[2]))
    return [
        Task(
            id=task_id,
            benchmark=benchmark,
            prompt=prompt,
            judge=_judge(row, split, convert, "mbpp"),
            entry_point=text(row, "entry_point"),
            reference=_MISSING_IMPORT.get(task_id, "") + prompt + text(row, "canonical_solution"),
            stop=mbpp.STOP,
            chat=instruction("write", text=sentence),
            completes="whole",
        )
    ]


def mbpp_plus_tests(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row of MBPP+ with its test text."""
    [task] = mbpp.mbpp(row, benchmark, split)
    return [replace(task, judge=TextJudge(tests=text(row, "test"), limits=PATIENT))]


def _judge(row: Row, split: str | None, convert: "Converter", family: oracles.Family) -> ValuesJudge:
    base = inputs(row, "base_input")
    plus: list[Sequence[Any]] = [] if split == "base" else inputs(row, "plus_input")
    try:
        given = tuple(tuple(convert(arguments)) for arguments in [*base, *plus])
    except (TypeError, ValueError, IndexError) as error:
        raise RowError("wrong-type", f"an input is not of the kind this task has: {error}") from error
    return ValuesJudge(
        entry_point=text(row, "entry_point"),
        inputs=given,
        atol=number(row, "atol"),
        base=len(base),
        family=family,
        limits=LIMITS,
        patient=PATIENT,
    )


# -- what JSON has no form for -------------------------------------------------------------------------------

Converter = Callable[[Sequence[Any]], Sequence[Any]]


def _conversion(task: int) -> Converter:
    """Give what makes an MBPP+ task's arguments of what its JSON holds: see ``mbpp_plus.toml``."""
    kinds = _kinds().get(task)
    if kinds is None:
        return lambda arguments: arguments
    if kinds[-1] == "...":
        return lambda arguments: [_KINDS[kinds[0]](argument) for argument in arguments]
    return lambda arguments: [
        _KINDS[kinds[place]](argument) if place < len(kinds) else argument
        for place, argument in enumerate(arguments)
    ]


@lru_cache(maxsize=1)
def _kinds() -> dict[int, list[str]]:
    table = tomllib.loads((files("reweave.tasks") / "mbpp_plus.toml").read_text("utf-8"))
    return {task: entry["arguments"] for entry in table["inputs"] for task in entry["tasks"]}


def _tuples(value: Any) -> Any:
    """Give the value with every list in it made a tuple."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


_KINDS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda value: value,
    "complex": complex,
    "float": float,
    "tuple": tuple,
    "list of tuples": lambda value: list(map(tuple, value)),
    "tuple of tuples": lambda value: tuple(map(tuple, value)),
    "tuple, its lists tuples": lambda value: tuple(tuple(v) if isinstance(v, list) else v for v in value),
    "dict of tuples": lambda value: {key: tuple(member) for key, member in value.items()},
    "list of sets": lambda value: [
        set(member) if isinstance(member, list) and member else {} for member in value
    ],
    "tuples throughout": _tuples,
}
