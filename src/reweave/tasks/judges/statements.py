"""A program as notebook cells, so that whatever it shows on its way can be seen."""

import ast

from reweave.parsing import parse_quietly

_OUTPUT = "_reweave_output"


def cells(program: str) -> list[str]:
    """Give cells, each of which ends where something is shown; at least one.

    The last statement shows what it assigns, too, ``print(x)`` shows ``x``, a change in place shows nothing,
    though from pandas 3 on it gives back what it changed. What does not parse is one cell: the sandbox says
    what is wrong with it.
    """
    try:
        body = parse_quietly(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [program]
    if body and isinstance(body[-1], ast.Assign):
        body[-1].targets.insert(0, ast.Name(_OUTPUT, ast.Store()))
        body.append(ast.Expr(ast.Name(_OUTPUT, ast.Load())))
    found: list[list[str]] = [[]]
    for statement in body:
        shown = _shown(statement)
        found[-1].append(ast.unparse(shown))
        if isinstance(shown, ast.Expr):
            found.append([])
    return ["\n".join(cell) for cell in found if cell] or [""]


def _shown(statement: ast.stmt) -> ast.stmt:
    match statement:
        case ast.Expr(ast.Call(ast.Name("print"), [value], [])) if not isinstance(value, ast.Starred):
            return ast.Expr(value)
        case ast.Expr(ast.Call(_, _, keywords) as call) if any(map(_in_place, keywords)):
            return ast.Assign([ast.Name(_OUTPUT, ast.Store())], call, lineno=1)
    return statement


def _in_place(keyword: ast.keyword) -> bool:
    return keyword.arg == "inplace" and getattr(keyword.value, "value", None) is True
