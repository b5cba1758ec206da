"""Names: which a piece of code takes from its module, and what a module binds them to.

Uses are told by Python's own symbol tables, so that arguments, comprehensions and class bodies scope as they
run.
"""

import ast
import builtins
import symtable
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from reweave.align.seeds.finding import DEFINITIONS
from reweave.parsing import parse_quietly

OF_EVERY_MODULE = frozenset({"__name__", "__doc__", "__debug__", "__builtins__"})
"""What a program of its own has, too; ``__file__`` and the like would be another's."""

BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Uses:
    """What a piece of code needs of its module.

    Attributes:
        names: Read, and not bound by the piece itself.
        written: Set through ``global``.
        perhaps: Read and bound in one class body, such as ``name = name``: the module's where it has one.
    """

    names: frozenset[str]
    written: frozenset[str]
    perhaps: frozenset[str]


@dataclass(frozen=True, slots=True)
class Binding:
    """A statement of a module that binds a name.

    Attributes:
        kind: ``import``, ``definition``, ``assignment`` (of this one name), or ``other``.
        node: The statement.
        text: An import of this name alone.
        level: Of a relative import, the number of its dots.
        nested: Whether it stands within ``if``, ``try`` and the like.
    """

    kind: str
    node: ast.stmt
    text: str = ""
    level: int = 0
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Bindings:
    """What a module binds, in the order of its statements.

    Attributes:
        of: Each name's bindings.
        changed: Names whose values a later statement changes, such as ``name.append(1)`` or ``name[1] = 2``.
        stars: Modules of ``from MODULE import *``.
        future: The module's ``from __future__`` import of annotations, if it has one.
    """

    of: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    changed: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    future: list[str] = field(default_factory=list)


def uses(code: str) -> Uses:
    """Tell what a piece of code, such as a function's source, takes from its module.

    Raises:
        SyntaxError, ValueError, RecursionError: It does not compile.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of "\\d" and the like
        top = symtable.symtable(code, "<seed>", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if _binds(symbol)}
    names = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    written: set[str] = set()
    perhaps: set[str] = set()
    for table in _below(top):
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                names.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                written.add(symbol.get_name())
            if table.get_type() == "class" and symbol.is_referenced() and _binds(symbol):
                perhaps.add(symbol.get_name())
    return Uses(frozenset(names - own), frozenset(written), frozenset(perhaps - own))


def quoted(node: ast.AST) -> frozenset[str]:
    """Names in annotations that are written as strings; those of ``Literal["a"]`` are among them."""
    names: set[str] = set()
    for part in ast.walk(node):
        annotation = getattr(part, "annotation", None) or getattr(part, "returns", None)
        for constant in ast.walk(annotation) if isinstance(annotation, ast.AST) else ():
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                try:
                    read = parse_quietly(f"({constant.value})")
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue  # no annotation after all
                names |= {name.id for name in ast.walk(read) if isinstance(name, ast.Name)}
    return frozenset(names)


def bindings(tree: ast.Module) -> Bindings:
    """List what a module binds at its top level, also within ``if``, ``try``, ``with`` and loops."""
    found = Bindings()
    _collect(tree.body, found, nested=False)
    return found


def _collect(body: list[ast.stmt], found: Bindings, *, nested: bool) -> None:
    for node in body:
        if not isinstance(node, DEFINITIONS):
            found.changed.update(_changed(node))
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found.of[name].append(Binding("import", node, f"import {_spelled(alias)}", nested=nested))
        elif isinstance(node, ast.ImportFrom):
            _from(node, found, nested=nested)
        elif isinstance(node, DEFINITIONS):
            found.of[node.name].append(Binding("definition", node, nested=nested))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and (target := _single(node)):
            if node.value is not None:
                found.of[target].append(Binding("assignment", node, nested=nested))
        else:
            for name in sorted(_stored(node)):
                found.of[name].append(Binding("other", node, nested=nested))
            for inner in _blocks(node):
                _collect(inner, found, nested=True)


def _from(node: ast.ImportFrom, found: Bindings, *, nested: bool) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        text = f"from {module} import {_spelled(alias)}"
        if alias.name == "*":
            found.stars.append(module)
        elif module == "__future__":
            if alias.name == "annotations":
                found.future.append(text)
        else:
            binding = Binding("import", node, text, node.level, nested)
            found.of[alias.asname or alias.name].append(binding)


def _spelled(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _single(node: ast.Assign | ast.AnnAssign) -> str | None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else None


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(node, name, None):
            yield block
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    for case in getattr(node, "cases", ()):
        yield case.body


def _stored(node: ast.stmt) -> set[str]:
    """Names that a statement binds itself, its blocks aside; what is deleted was bound before."""
    names: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            names.add(part.id)
        elif isinstance(part, ast.ExceptHandler) and part.name:
            names.add(part.name)
        waiting += [
            child
            for child in ast.iter_child_nodes(part)
            if not isinstance(child, (ast.stmt, ast.Lambda)) or child is node
        ]
    return names


def _changed(node: ast.stmt) -> set[str]:
    """Names of what a statement calls methods of, for their effect, or sets items and attributes of."""
    called = [node.value.func] if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else []
    targets = [*getattr(node, "targets", ()), *filter(None, [getattr(node, "target", None)])]
    parts = [*called, *(part for target in targets for part in ast.walk(target))]
    names = set()
    for part in parts:
        inner: ast.AST = part
        while isinstance(inner, (ast.Attribute, ast.Subscript)):
            inner = inner.value
        if inner is not part and isinstance(inner, ast.Name):
            names.add(inner.id)
    return names


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()
