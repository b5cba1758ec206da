"""Expressions of a program as they are looked for in a text: without spaces, with one sort of quotes."""

import ast
from itertools import islice

from reweave.parsing import parse_quietly

LEAST = 10
"""Characters of an expression that is looked for."""
MOST = 2000
"""Expressions of a program that are looked for, the longest first."""
_QUOTES = '"`\u201c\u201d\u2018\u2019'
_LONG = 100_000  # characters of a program that are read
_CHAIN = 16  # characters of a single call that tells something without its variable
_AS_WRITTEN = 300  # expressions that are also looked for as the program writes them
_DOING = (ast.Call, ast.BinOp, ast.BoolOp, ast.Compare, ast.ListComp, ast.DictComp, ast.SetComp, ast.IfExp)
_WORKING = (*_DOING, ast.Subscript, ast.GeneratorExp, ast.Lambda)


def expressions(code: str) -> list[str]:
    """Give a program's expressions that do something, squeezed, the longest first.

    Of chains also what follows the variable that they begin with. None where the program does not parse.
    """
    try:
        tree = parse_quietly(code[:_LONG])
        nodes = [node for node in ast.walk(tree) if isinstance(node, _WORKING) and _does(node)]
        found: dict[str, None] = {}
        for at, node in enumerate(nodes[:MOST]):
            written = ast.get_source_segment(code, node) if at < _AS_WRITTEN else None
            for text in filter(None, (ast.unparse(node), written)):
                whole, _ = squeezed(text)
                found |= dict.fromkeys(
                    each for each in (whole, _without_root(node, whole)) if len(each) >= LEAST
                )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return sorted(found, key=lambda text: (-len(text), text))[:MOST]


def squeezed(text: str) -> tuple[str, list[int]]:
    """Give a text without spaces and with one sort of quotation marks, and where each character stood."""
    kept = [(at, "'" if each in _QUOTES else each) for at, each in enumerate(text) if not each.isspace()]
    return "".join(each for _, each in kept), [at for at, _ in kept]


def _does(node: ast.expr) -> bool:
    """Say whether there is a call or an operator in an expression, near its top."""
    return any(isinstance(each, _DOING) for each in islice(ast.walk(node), 100))


def _without_root(node: ast.expr, text: str) -> str:
    """Give a chain of calls from its first method on, without the variable or column that it begins with."""
    link: ast.expr = node
    first: ast.expr | None = None
    links = 0
    while isinstance(link, (ast.Call, ast.Attribute, ast.Subscript)):
        if isinstance(link, ast.Attribute):
            first = link.value
        links += isinstance(link, (ast.Call, ast.Subscript))
        link = link.func if isinstance(link, ast.Call) else link.value
    if first is None:
        return ""
    root, _ = squeezed(ast.unparse(first))
    rest = text[len(root) + 1 :] if text.startswith(f"{root}.") else ""
    return rest if links > 1 or len(rest) >= _CHAIN else ""
