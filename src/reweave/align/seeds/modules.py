"""Which modules a program imports, by its syntax tree: also within functions, also ``import numpy, os``.

A name of a list stands for its module and those below it: ``os`` for ``os.path``, but not for
``oslo_config``.
"""

import ast
from collections.abc import Collection, Iterator

from reweave.parsing import parse_quietly

_BY_NAME = frozenset({"__import__", "import_module"})


def imported(program: str) -> list[str]:
    """Name the modules that a program imports, dotted, in the order of its text; relative with dots.

    ``from a import b`` may mean the module ``a.b``: both are named. So is what ``__import__("a")`` and
    ``import_module("a")`` name.

    >>> imported("import numpy, os.path\\nfrom urllib import request")
    ['numpy', 'os.path', 'urllib', 'urllib.request']

    Raises:
        SyntaxError, ValueError, RecursionError: It does not parse.
    """
    nodes = [node for node in ast.walk(parse_quietly(program)) if isinstance(node, (ast.stmt, ast.expr))]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(name for node in nodes for name in _of(node)))


def first_denied(modules: Collection[str], denied: Collection[str], allowed: Collection[str]) -> str | None:
    """Return the first module that the lists forbid: one denied, or where some are allowed, none of those.

    >>> first_denied(["oslo_config", "os.path"], ["os"], [])
    'os.path'
    >>> first_denied(["math", "numpy.linalg"], [], ["math"])
    'numpy.linalg'
    """
    for module in modules:
        if _listed(module, denied) or (allowed and not _listed(module, allowed)):
            return module
    return None


def _of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        if module == "__future__":
            return
        yield module
        dot = "" if module.endswith(".") else "."
        yield from (f"{module}{dot}{alias.name}" for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.Call) and node.args:
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        first = node.args[0]
        if name in _BY_NAME and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _listed(module: str, names: Collection[str]) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:end]) in names for end in range(1, len(parts) + 1))
