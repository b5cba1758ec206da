"""Programming contests: APPS, CodeContests, and every file of inputs and outputs.

Four forms of cases are read: APPS's ``input_output`` (``inputs``, ``outputs`` and, for problems that call a
function, ``fn_name``), CodeContests' ``public_tests``, ``private_tests`` and ``generated_tests`` (``input``
and ``output``, lists side by side), ``test_list`` and ``tests`` (a list of ``input`` and ``output``). Where a
function is called, what it returns is compared, else what is printed. (Hendrycks et al., arXiv 2105.09938;
Li et al., arXiv 2203.07814.)
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reweave.errors import RowError
from reweave.sandbox import Limits
from reweave.tasks.chat import instruction
from reweave.tasks.judges.outputs import OutputsJudge
from reweave.tasks.judges.stdin import Case, StdinJudge
from reweave.tasks.readers.fields import Row, listed, literal, optional, text, texts
from reweave.tasks.task import Judge, Task

LIMITS = Limits(wall=10.0)
_SETS = ("public_tests", "private_tests", "generated_tests")


def contest(row: Row, benchmark: str, split: str | None) -> list[Task]:
    """Read one row; a problem without a single case is refused."""
    del split
    statement = next((text(row, key) for key in ("question", "description", "prompt") if key in row), None)
    if statement is None:
        raise RowError("missing-column", "no column 'question', 'description' or 'prompt'")
    starter = optional(row, "starter_code")
    called, cases = _cases(row, starter)
    if not cases:
        raise RowError("no-tests", "there is no case to run")
    chat = (
        instruction("call", text=statement, starter=starter)
        if called
        else instruction("stdin", text=statement)
    )
    number = next((row[key] for key in ("task_id", "problem_id", "id", "name") if key in row), None)
    if number is None:
        raise RowError("missing-column", "no column 'task_id', 'problem_id', 'id' or 'name'")
    judge: Judge
    if called:
        judge = OutputsJudge(
            entry=called,
            inputs=tuple(tuple(given) for given, _ in cases),
            accepted=tuple(tuple(outputs) for _, outputs in cases),
            limits=LIMITS,
        )
    else:
        judge = StdinJudge(cases=tuple(Case(_text(a), tuple(map(_text, b))) for a, b in cases), limits=LIMITS)
    solutions = _solutions(row)
    return [
        Task(
            id=str(number),
            benchmark=benchmark,
            prompt=f'"""\n{statement}\n"""\n{starter}',
            judge=judge,
            entry_point=called.rpartition(".")[2] if called else None,
            reference=_reference(solutions[0], called) if solutions else None,
            chat=chat,
            completes="whole",
        )
    ]


def _cases(row: Row, starter: str) -> tuple[str | None, list[tuple[Any, list[Any]]]]:
    """Give the entry expression where a function is called, and (input, accepted outputs) pairs."""
    if row.get("input_output"):
        value = row["input_output"]
        value = literal(value, "input_output") if isinstance(value, str) else value
        if not isinstance(value, Mapping) or not {"inputs", "outputs"} <= value.keys():
            raise RowError("wrong-type", "column 'input_output' holds no inputs and outputs")
        pairs = _paired(value["inputs"], value["outputs"], "input_output")
        name = value.get("fn_name")
        if not name:
            return None, [(given, [wanted]) for given, wanted in pairs]
        # Some problems give each output in a list of its own, some do not: both are right
        return _entry(name, starter), [(given, _either(wanted)) for given, wanted in pairs]
    if any(row.get(key) for key in _SETS):
        found = []
        for key in _SETS:
            value = row.get(key) or {"input": [], "output": []}
            found += [(a, [b]) for a, b in _paired(value["input"], value["output"], key)]
        return None, found
    column = "test_list" if "test_list" in row else "tests"
    return _by_case(listed(row, column), column, starter)


def _by_case(cases: list[Any], column: str, starter: str) -> tuple[str | None, list[tuple[Any, list[Any]]]]:
    found = []
    for case in cases:
        if not isinstance(case, Mapping) or not {"input", "output"} <= case.keys():
            raise RowError("wrong-type", f"column {column!r} holds a case without input and output")
        output = case["output"]
        found.append((case["input"], list(output) if isinstance(output, list) else [output]))
    function = _function(starter)
    if function is None:
        return None, found
    return function[0], [(_arguments(_text(given), function[1]), outputs) for given, outputs in found]


def _paired(inputs: Any, outputs: Any, column: str) -> Iterator[tuple[Any, Any]]:
    if not isinstance(inputs, Sequence) or not isinstance(outputs, Sequence) or len(inputs) != len(outputs):
        raise RowError("wrong-type", f"column {column!r} has not one output for each input")
    return zip(inputs, outputs, strict=True)


def _either(wanted: Any) -> list[Any]:
    return [wanted, wanted[0]] if isinstance(wanted, list) and len(wanted) == 1 else [wanted]


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)  # some of APPS's are lists of lines
    return value if isinstance(value, str) else str(value)


# -- calls ---------------------------------------------------------------------------------------------------


def _entry(name: str, starter: str) -> str:
    return f"Solution().{name}" if re.search(r"^class Solution\b", starter, re.MULTILINE) else name


def _function(starter: str) -> tuple[str, int] | None:
    """Give the function that a starting line defines, and how many arguments it takes."""
    if not starter.strip():
        return None
    try:
        [function] = ast.parse(starter.strip() + " pass").body
    except (SyntaxError, ValueError):
        function = None
    if not isinstance(function, ast.FunctionDef):
        raise RowError("unknown-starter", f"no one function begins with {starter.strip()[:80]!r}")
    return function.name, len(function.args.args)


def _arguments(given: str, count: int) -> list[Any]:
    """Give a call's arguments: one a line, a Python literal where it is one, else text as it stands."""
    lines = [given] if count == 1 else given.split("\n")
    if len(lines) != count:
        raise RowError("ambiguous-input", f"{len(lines)} lines for {count} arguments: {given[:80]!r}")
    arguments = []
    for line in lines:
        try:
            arguments.append(ast.literal_eval(line))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            arguments.append(line)
    return arguments


# -- references ----------------------------------------------------------------------------------------------


def _solutions(row: Row) -> tuple[str, ...]:
    value = row.get("solutions")
    if isinstance(value, Mapping):  # CodeContests: languages and texts side by side; 1 and 3 are Python
        pairs = zip(value.get("language", ()), value.get("solution", ()), strict=False)
        return tuple(program for language, program in pairs if language in {3, "PYTHON3", "python3"})
    return texts(row, "solutions") if value else ()


def _reference(solution: str, called: str | None) -> str:
    # The contest's own harness imports these for everybody
    return f"from typing import *\n{solution}" if called else solution
