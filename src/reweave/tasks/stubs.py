"""Programs that must not pass: what a judge that accepts everything would let through."""

import ast
import warnings
from collections.abc import Iterator

from reweave.tasks.task import Task

BODIES = {
    "return None": "return None",
    "os._exit(0)": "import os; os._exit(0)",
    "sys.exit(0)": "import sys; sys.exit(0)",
}
"""By name: what stands in the place of every function's body."""

_ENDS = {"nothing": "pass", "os._exit(0)": BODIES["os._exit(0)"], "sys.exit(0)": BODIES["sys.exit(0)"]}


def stubs(task: Task) -> Iterator[tuple[str, str]]:
    """Give (name, program): the benchmark's own wrong programs, and for Python those made of the reference.

    Where the reference defines functions, their bodies are replaced; else the program is replaced whole, or,
    where it continues a prompt, by what ends the process after the prompt.

    Args:
        task: Any.
    """
    yield from task.wrong
    if task.language != "python":
        return
    made = dict(_replaced(task.reference)) if task.reference is not None else {}
    if made:
        yield from made.items()
    elif task.completes == "whole":
        yield from _ENDS.items()
    else:
        yield from ((name, task.program(f"None\n{end}\n")) for name, end in _ENDS.items())


def _replaced(program: str) -> Iterator[tuple[str, str]]:
    for name, body in BODIES.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the program's own escapes
            try:
                tree = ast.parse(program)
            except (SyntaxError, ValueError, RecursionError):
                return
        functions = [
            node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        if not functions:
            return
        for node in functions:
            node.body = ast.parse(body).body if body != "return None" else [ast.Return(ast.Constant(None))]
        yield name, ast.unparse(ast.fix_missing_locations(tree))
