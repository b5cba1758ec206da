"""Local names of a program, numbered: what Python's scopes say belongs to a function alone.

Left to others: what a normal form is (``normal_form``). The scopes follow Python's reference, 4.2.2:
functions, lambdas and comprehensions have one each, classes one that their methods do not see; ``global`` and
``nonlocal`` point outwards.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

_DYNAMIC = {"locals", "vars", "eval", "exec", "dir", "globals", "compile", "__import__"}


def number_local_names(tree: ast.Module) -> None:
    """Write ``<0>``, ``<1>``, ... for the names that only a function sees, in the order of their appearance.

    Names that some call passes by keyword stay, and so do all names of a program that looks variables up by
    name (``locals``, ``eval``, ...).

    Args:
        tree: A program; changed in place. It is no program afterwards.

    Raises:
        RecursionError: It is too deep.
    """
    collector = _Collector()
    module = _Scope("open", None)
    collector.block(tree.body, module)
    names = {use.name for use in collector.uses}
    if names & _DYNAMIC:
        return
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    numbers: dict[tuple[int, str], str] = {}
    for use in collector.uses:
        owner = _owner(use.scope, use.name)
        if owner is not None and owner.kind != "open" and use.name not in keywords:
            key = (id(owner), use.name)
            use.write(numbers.setdefault(key, f"<{len(numbers)}>"))  # no name of Python's


@dataclass(eq=False, slots=True)
class _Scope:
    kind: Literal["open", "function", "comprehension"]  # open: a module or class, whose names others see
    parent: "_Scope | None"
    bound: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    outer_names: set[str] = field(default_factory=set)
    is_class: bool = False


@dataclass(slots=True)
class _Use:
    """A place where a name stands, and how to write another one there."""

    scope: _Scope
    name: str
    write: Callable[[str], None]


def _owner(scope: _Scope, name: str) -> _Scope | None:
    """Find the scope that a name belongs to, by Python's rules; None for the module's and the builtins'."""
    here: _Scope | None = scope
    while here is not None:
        skipped = here.is_class and here is not scope  # functions do not see their class's names
        if name in here.global_names and not skipped:
            return None
        if name in here.bound and name not in here.outer_names and not skipped:
            return here
        here = here.parent
    return None


class _Collector:
    """Walks a tree once, in order and notes scopes, bindings and uses."""

    def __init__(self) -> None:
        self.uses: list[_Use] = []

    def block(self, statements: Sequence[ast.AST], scope: _Scope) -> None:
        for statement in statements:
            self.visit(statement, scope)

    def visit(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.function(node, scope)
            case ast.Lambda():
                self.parameters(node.args, scope, inner := _Scope("function", scope))
                self.visit(node.body, inner)
            case ast.ClassDef():
                self.block(node.decorator_list, scope)
                self.bind(scope, node, "name")
                self.block([*node.bases, *node.keywords], scope)
                self.block(node.body, _Scope("open", scope, is_class=True))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self.comprehension(node, scope)
            case ast.NamedExpr():
                self.visit(node.value, scope)
                target = scope
                while target.kind == "comprehension" and target.parent is not None:
                    target = target.parent
                self.bind(target, node.target, "id")
            case ast.Name():
                if isinstance(node.ctx, ast.Load):
                    self.use(scope, node, "id")
                else:
                    self.bind(scope, node, "id")
            case ast.Global():
                scope.global_names.update(node.names)
            case ast.Nonlocal():
                scope.outer_names.update(node.names)
                self.nonlocals(node, scope)
            case ast.alias():
                self.imported(node, scope)
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar() | ast.MatchMapping():
                name = "rest" if isinstance(node, ast.MatchMapping) else "name"
                if getattr(node, name) is not None:
                    self.bind(scope, node, name)
                self.block(list(ast.iter_child_nodes(node)), scope)
            case ast.Assign():  # the value first: it may be the first to name something
                self.visit(node.value, scope)
                self.block(node.targets, scope)
            case _:
                self.block(list(ast.iter_child_nodes(node)), scope)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: _Scope) -> None:
        self.block(node.decorator_list, scope)
        self.bind(scope, node, "name")
        inner = _Scope("function", scope)
        self.parameters(node.args, scope, inner)
        if node.returns is not None:
            self.visit(node.returns, scope)
        self.block(node.body, inner)

    def parameters(self, arguments: ast.arguments, outer: _Scope, inner: _Scope) -> None:
        """Bind parameters inside; defaults and annotations belong outside."""
        for each in _all_parameters(arguments):
            if each.annotation is not None:
                self.visit(each.annotation, outer)
            self.bind(inner, each, "arg")
        self.block(
            [each for each in [*arguments.defaults, *arguments.kw_defaults] if each is not None], outer
        )

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: _Scope
    ) -> None:
        """Only the first iterable is evaluated outside."""
        inner = _Scope("comprehension", scope)
        for index, each in enumerate(node.generators):
            self.visit(each.iter, inner if index else scope)
            self.visit(each.target, inner)
            self.block(each.ifs, inner)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.block(parts, inner)

    def imported(self, node: ast.alias, scope: _Scope) -> None:
        """``import a.b`` binds ``a``, which is written nowhere else: it keeps its name."""
        name = node.asname or node.name
        if name == "*" or (node.asname is None and "." in name):
            scope.global_names.add(name.partition(".")[0])
            return
        scope.bound.add(name)
        self.uses.append(_Use(scope, name, lambda new: setattr(node, "asname", new)))

    def nonlocals(self, node: ast.Nonlocal, scope: _Scope) -> None:
        for index, name in enumerate(node.names):

            def write(new: str, index: int = index) -> None:
                node.names[index] = new

            self.uses.append(_Use(scope, name, write))

    def bind(self, scope: _Scope, node: ast.AST, attribute: str) -> None:
        scope.bound.add(getattr(node, attribute))
        self.use(scope, node, attribute)

    def use(self, scope: _Scope, node: ast.AST, attribute: str) -> None:
        self.uses.append(_Use(scope, getattr(node, attribute), lambda new: setattr(node, attribute, new)))


def _all_parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from arguments.posonlyargs
    yield from arguments.args
    if arguments.vararg is not None:
        yield arguments.vararg
    yield from arguments.kwonlyargs
    if arguments.kwarg is not None:
        yield arguments.kwarg
