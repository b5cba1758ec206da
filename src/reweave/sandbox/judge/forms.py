"""Which form a test text calls for, and which a task's verdicts take for good.

The text alone decides, and the reference solution: nothing that a program under test does moves its own
form. ``auto`` takes the data form where there is a plan, else the proxy form. Tests that hand a function, a
class or a mock to the code under test need the in-process form, whose verdicts can be forged;
``needs_in_process`` says so beforehand, and the choice stays the caller's.
"""

import ast
import builtins
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from reweave.sandbox.inside.names import MODULES
from reweave.sandbox.jobs import Form
from reweave.sandbox.judge.data_form import parse, plan
from reweave.sandbox.judge.expressions import Reject
from reweave.sandbox.results import Verdict

ORDER: tuple[Form, ...] = ("data", "proxy", "in-process")
"""From what cannot be forged and is fast to what can be."""


def choose(tests: str, entry_point: str | None = None) -> Literal["data", "proxy"]:
    """Give the form that ``auto`` stands for.

    Args:
        tests: Python source text.
        entry_point: As in ``TestsJob``.
    """
    return "proxy" if plan(tests, entry_point) is None else "data"


@lru_cache(maxsize=2048)
def needs_in_process(tests: str, entry_point: str | None = None) -> str | None:
    """Give what in the tests cannot work across two processes, None where nothing is seen.

    Args:
        tests: Python source text.
        entry_point: As in ``TestsJob``.
    """
    try:
        module = parse(tests)
        return _reason(module, entry_point)
    except (Reject, RecursionError):
        return None


def settle(reference_verdicts: Mapping[Form, Verdict]) -> Form | None:
    """Give the first form in which the reference passed, None where it passed in none.

    A reference is right by definition: a form in which it does not pass cannot judge the task.

    Args:
        reference_verdicts: The reference solution's verdict in each form it was run in.
    """
    for form in ORDER:
        verdict = reference_verdicts.get(form)
        if verdict is not None and verdict.passed and verdict.form == form:
            return form
    return None


def _reason(module: ast.Module, entry_point: str | None) -> str | None:
    own: set[str] = set()  # functions and classes of the tests'
    bound: set[str] = set(MODULES)
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                own.add(name)
                bound.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
            case ast.arg(arg=name):
                bound.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                bound.update((alias.asname or alias.name).partition(".")[0] for alias in names)
    entry_points = {entry_point, "candidate"} if entry_point else set()
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(module="unittest.mock" | "mock", names=names) if _patches(names):
                return f"line {node.lineno}: the tests patch the program with mocks"
            case ast.Import(names=names) if any(alias.name in {"unittest.mock", "mock"} for alias in names):
                return f"line {node.lineno}: the tests patch the program with mocks"
            case ast.ClassDef(bases=bases):
                for base in bases:
                    if isinstance(base, ast.Name) and _programs(base.id, bound, entry_points):
                        return f"line {node.lineno}: the tests subclass {base.id}"
            case ast.Call(func=ast.Name(id=name)) if _programs(name, bound, entry_points):
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if isinstance(argument, ast.Lambda):
                        return f"line {node.lineno}: the tests pass a function to {name}"
                    if isinstance(argument, ast.Name) and argument.id in own:
                        return f"line {node.lineno}: the tests pass their own {argument.id} to {name}"
    return None


def _programs(name: str, bound: set[str], entry_points: set[str]) -> bool:
    """Say whether a name is the program's, as far as the text tells."""
    return name in entry_points or (name not in bound and name not in _BUILTIN)


def _patches(names: list[ast.alias]) -> bool:
    return any(
        alias.name in {"patch", "Mock", "MagicMock", "AsyncMock", "create_autospec", "*"} for alias in names
    )


_BUILTIN = frozenset(vars(builtins))
