"""Which form of verdict is tried next, where one failed for what it cannot do.

The data form knows plain values only; the proxy form has no operators of the program's own objects
(``Vec(1, 2) + Vec(3, 4) == Vec(4, 6)``), and hands it no functions. A quarter of the instructions asks for a
class, so that right answers would be lost. What fails is tried in the next form: from data to proxy always,
for neither can be forged; beside its tests only where the *tests'* text shows why, so that no program brings
itself there. That verdict says ``in-process``.
"""

import ast

from reweave.align.validate.rows import Response
from reweave.parsing import parse_quietly
from reweave.sandbox import Form, Verdict
from reweave.sandbox.inside import names

_APART = "does not cross"  # what verdicts say of a value that is not plain


def other_form(response: Response, verdict: Verdict, *, shared: bool) -> Form | None:
    """Give the form to try next, None where the verdict stands.

    Args:
        response: Whose verdict it is.
        verdict: By its own tests.
        shared: Whether the in-process form may be taken.
    """
    if verdict.reason != "failed":
        return None
    if verdict.form == "data":
        return "proxy" if _APART in verdict.detail else None
    if verdict.form == "proxy" and shared and _shares(response.tests):
        return "in-process"
    return None


def _shares(text: str) -> bool:
    """Say whether tests have objects in common with the program: a class of its, functions of theirs."""
    try:
        tests = parse_quietly(text)
        classes = [name for name in names.free(text) if name[0].isupper() and name not in names.MEMBERS]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(classes) or any(
        isinstance(node, ast.Lambda) or _hands_over(node, tests) for node in ast.walk(tests)
    )


def _hands_over(node: ast.AST, tests: ast.Module) -> bool:
    """Say whether a call is given a function or class of the tests' own."""
    if not isinstance(node, ast.Call):
        return False
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    own = {each.name for each in tests.body if isinstance(each, kinds)}
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    return any(isinstance(each, ast.Name) and each.id in own for each in given)
