"""The normal form of a program, whatever its names, layout, comments, docstrings and annotations.

By the syntax tree, so of programs that parse alone. Names that the program itself binds (functions,
parameters, variables, modules under another name) are numbered in the order in which they come; built-in
names, attributes, keyword arguments and constants stay. Used to find solutions of benchmarks; near forms are
`tokens`'s business.
"""

import ast
import builtins
import hashlib
import warnings
from collections.abc import Iterator

_BUILTIN = frozenset(dir(builtins))
Unit = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def parse(source: str) -> ast.Module | None:
    """Parse a program; None where it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the program's own escapes
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def digests(source: str, nodes: int, share: float = 0.0) -> dict[bytes, str]:
    """Give the digests of a program's functions and classes, methods too.

    Args:
        source: The program.
        nodes: Nodes of the smallest one to count.
        share: The least part of the whole program's nodes that one has to have.

    Returns:
        By digest, the name of the function or class; empty for what does not parse.
    """
    tree = parse(source)
    found: dict[bytes, str] = {}
    for unit in [] if tree is None else _units(tree):
        try:
            text, size = normal_form(unit)
            least = share * normal_form(tree)[1] if share and tree is not None else 0
        except RecursionError:  # expressions nested deeper than anybody writes
            continue
        if size >= max(nodes, least):
            found.setdefault(hashlib.blake2b(text.encode(), digest_size=16).digest(), unit.name)
    return found


def normal_form(node: ast.AST) -> tuple[str, int]:
    """Write a node in normal form; give the text and how many nodes it has.

    >>> one = ast.parse("def f(a):\\n    '''Add one.'''\\n    return a + 1").body[0]
    >>> other = ast.parse("def inc(value: int) -> int:\\n    return (value + 1)  # more").body[0]
    >>> normal_form(one) == normal_form(other)
    True
    """
    writer = _Writer()
    writer.write(node)
    return "".join(writer.parts), writer.nodes


def _units(tree: ast.Module) -> Iterator[Unit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


class _Writer:
    """Writes a tree as text, its names numbered."""

    _SKIPPED = frozenset({"ctx", "type_comment", "kind", "returns", "annotation", "type_params"})
    _NAMES = frozenset({"id", "arg", "name", "asname", "rest"})

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.nodes = 0
        self._numbers: dict[str, int] = {}

    def write(self, node: ast.AST) -> None:
        self.nodes += 1
        if isinstance(node, ast.AnnAssign) and node.value is not None:  # as without its annotation
            node = ast.Assign(targets=[node.target], value=node.value)
        self.parts.append(type(node).__name__ + "(")
        for name, value in ast.iter_fields(node):
            if name in self._SKIPPED:
                continue
            is_body = name == "body" and isinstance(value, list)
            self._field(node, name, _without_docstring(value) if is_body else value)
        self.parts.append(")")

    def _field(self, node: ast.AST, name: str, value: object) -> None:
        if isinstance(value, ast.AST):
            self.write(value)
        elif isinstance(value, list):
            self.parts.append("[")
            for each in value:
                self._field(node, name, each)
            self.parts.append("]")
        elif isinstance(value, str) and self._is_own(node, name):
            self.parts.append(f"{self._named(value)},")
        else:
            self.parts.append(f"{value!r},")

    def _is_own(self, node: ast.AST, field: str) -> bool:
        if isinstance(node, ast.Global | ast.Nonlocal):
            return True
        return field in self._NAMES and not isinstance(node, ast.keyword | ast.alias)

    def _named(self, name: str) -> str:
        if name in _BUILTIN:
            return name
        return f"v{self._numbers.setdefault(name, len(self._numbers))}"


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body
