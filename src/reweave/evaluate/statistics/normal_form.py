"""When two programs are one: the syntax tree without what does not change what a program does.

Out go formatting and comments (the tree has neither), docstrings and other bare strings, ``pass`` beside
other statements, and the names that only a function sees: parameters, local variables, inner functions,
targets of comprehensions. They are numbered in the order of their appearance. Names of modules and classes,
attributes, and names that some call in the program passes by keyword stay as they are, for others may rely on
them. Programs that look variables up by name (``locals``, ``eval``, ...) keep all their names.

Equal normal forms mean equal programs but for docstrings that are read; different ones may still do the same.
"""

import ast

from reweave.evaluate.statistics.local_names import number_local_names
from reweave.parsing import parse_quietly


def normal_form(program: str) -> str | None:
    """Give the normal form of a Python program: equal texts for equal programs. It is not a program itself.

    Args:
        program: Source text.

    Returns:
        None where it does not parse, or is too deep to be walked.

    >>> normal_form("def f(x):\\n    return x + 1  # next") == normal_form("def f(n): return (n+1)")
    True
    >>> normal_form("def f(x): return x") == normal_form("def g(x): return x")
    False
    """
    try:
        tree = parse_quietly(program)
        _drop_bare_strings(tree)
        number_local_names(tree)
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _drop_bare_strings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None  # u"text" is "text"
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                kept = [each for each in statements if not _says_nothing(each)]
                needed = statements and name != "orelse"  # an empty else is none
                setattr(node, name, kept or ([ast.Pass()] if needed else []))


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return isinstance(statement.value.value, str)
    return isinstance(statement, ast.Pass)
