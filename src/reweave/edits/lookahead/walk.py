"""One walk over a syntax tree: which unit binds and uses which names, attributes and results.

Scopes follow Python's rules, comprehensions and lambdas included. A *branch* is a suite that may not run
(of an ``if``, a loop, a ``try`` …): a binding reaches the uses after it for certain only when its branch
encloses theirs.
"""

import ast
from dataclasses import dataclass, field
from typing import Any

from reweave.edits.structure import COMPOUND


@dataclass(slots=True, eq=False)
class Binding:
    """A place that gives a name or an attribute a value. ``weak`` ones cannot come first (``x += 1``)."""

    unit: int
    branch: int
    weak: bool = False
    is_none: bool = False
    value: ast.expr | None = None
    method: "Scope | None" = None


@dataclass(slots=True, eq=False)
class Scope:
    """A module, function, lambda, comprehension or class body, and what its own code binds and uses."""

    kind: str
    parent: "Scope | None"
    node: Any = None
    unit: int = -1
    binds: dict[str, list[Binding]] = field(default_factory=dict)
    uses: dict[tuple[str, int], int] = field(default_factory=dict)
    hard_uses: list[tuple[str, int]] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    returns: list[Binding] = field(default_factory=list)
    owner: "Scope | None" = None
    attributes: dict[str, list[Binding]] = field(default_factory=dict)

    @property
    def self_name(self) -> str | None:
        """The first parameter's name, when this is a method."""
        if self.owner is None or self.kind != "function":
            return None
        arguments = self.node.args
        first = arguments.posonlyargs or arguments.args
        return first[0].arg if first else None


@dataclass(slots=True)
class Facts:
    """What one walk found. ``ancestors[b]`` is the mask of the branches that enclose branch b, and b."""

    module: Scope
    scopes: list[Scope]
    ancestors: list[int]
    classes: dict[str, Scope] = field(default_factory=dict)
    functions: dict[str, list[Scope]] = field(default_factory=dict)
    attribute_reads: list[tuple[ast.Attribute, int, Scope]] = field(default_factory=list)
    calls: list[tuple[ast.Call, int, Scope]] = field(default_factory=list)
    unused: set[int] = field(default_factory=set)
    protocols: list[tuple[ast.expr, str, int, Scope]] = field(default_factory=list)


def walk(tree: ast.Module, unit_of: list[int]) -> Facts:
    """Walk a module whose units are known by line, and note the facts the clauses are made of."""
    walker = _Walker(unit_of)
    walker.facts.module.node = tree
    walker.suite(tree.body, walker.facts.module, 0)
    return walker.facts


_PLAIN = {"ctx", "op", "ops", "kind", "arg", "attr", "id", "conversion", "is_async", "level", "type_comment"}
_CHILDREN = {
    node: tuple(name for name in node._fields if name not in _PLAIN)
    for node in vars(ast).values()
    if isinstance(node, type) and issubclass(node, ast.AST)
}
_COMPREHENSIONS = {ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp}


class _Walker:
    def __init__(self, unit_of: list[int]) -> None:
        self.unit_of = unit_of
        module = Scope("module", None)
        self.facts = Facts(module, [module], [1])

    # Statements

    def suite(self, body: list[ast.stmt], scope: Scope, branch: int) -> None:
        for node in body:
            self.statement(node, scope, branch)

    def branch(self, parent: int) -> int:
        ancestors = self.facts.ancestors
        ancestors.append(ancestors[parent] | 1 << len(ancestors))
        return len(ancestors) - 1

    def statement(self, node: ast.stmt, scope: Scope, branch: int) -> None:
        cls = node.__class__
        if cls is ast.Expr:
            value = node.value  # type: ignore[attr-defined]
            if value.__class__ is ast.Call:
                self.facts.unused.add(id(value))
            self.expression(value, scope, branch)
        elif cls is ast.Assign:
            value = node.value  # type: ignore[attr-defined]
            self.expression(value, scope, branch)
            for target in node.targets:  # type: ignore[attr-defined]
                self.target(target, value, scope, branch)
        elif cls is ast.Return:
            value = node.value  # type: ignore[attr-defined]
            if value is not None:
                scope.returns.append(Binding(self.unit_of[node.lineno], branch, value=value))
                self.expression(value, scope, branch)
        elif cls is ast.AugAssign:
            self.augmented(node, scope, branch)  # type: ignore[arg-type]
        elif cls is ast.AnnAssign:
            self.annotated(node, scope, branch)  # type: ignore[arg-type]
        elif cls in COMPOUND:
            getattr(self, cls.__name__)(node, scope, branch)
        elif cls is ast.Import or cls is ast.ImportFrom:
            unit = self.unit_of[node.lineno]
            for alias in node.names:  # type: ignore[attr-defined]
                name = alias.asname or alias.name.partition(".")[0]
                scope.binds.setdefault(name, []).append(Binding(unit, branch))
        elif cls is ast.Global:
            scope.globals.update(node.names)  # type: ignore[attr-defined]
        elif cls is ast.Nonlocal:
            scope.nonlocals.update(node.names)  # type: ignore[attr-defined]
            for name in node.names:  # type: ignore[attr-defined]
                scope.uses.setdefault((name, self.unit_of[node.lineno]), branch)
        else:
            for child in ast.iter_child_nodes(node):
                self.expression(child, scope, branch)

    def augmented(self, node: ast.AugAssign, scope: Scope, branch: int) -> None:
        self.expression(node.value, scope, branch)
        target = node.target
        unit = self.unit_of[node.lineno]
        if isinstance(target, ast.Name):
            self.bind(target.id, Binding(unit, branch, weak=True), scope)
            self.use(target.id, unit, scope, branch)
        else:
            if isinstance(target, ast.Attribute):
                self.facts.attribute_reads.append((target, unit, scope))
            self.expression(target, scope, branch)

    def annotated(self, node: ast.AnnAssign, scope: Scope, branch: int) -> None:
        self.expression(node.annotation, scope, branch)
        if node.value is not None:
            self.expression(node.value, scope, branch)
        if node.value is None and isinstance(node.target, ast.Name):
            self.bind(node.target.id, Binding(self.unit_of[node.lineno], branch, weak=True), scope)
        else:
            self.target(node.target, node.value, scope, branch)

    def If(self, node: ast.If, scope: Scope, branch: int) -> None:  # noqa: N802 - named as the node is
        self.expression(node.test, scope, branch)
        self.suite(node.body, scope, self.branch(branch))
        orelse = node.orelse
        while orelse:  # a chain of elifs, without recursion
            nested = orelse[0]
            if len(orelse) > 1 or not isinstance(nested, ast.If):
                self.suite(orelse, scope, self.branch(branch))
                return
            branch = self.branch(branch)
            self.expression(nested.test, scope, branch)
            self.suite(nested.body, scope, self.branch(branch))
            orelse = nested.orelse

    def While(self, node: ast.While, scope: Scope, branch: int) -> None:  # noqa: N802
        self.expression(node.test, scope, branch)
        self.suite(node.body, scope, self.branch(branch))
        self.suite(node.orelse, scope, self.branch(branch))

    def For(self, node: ast.For | ast.AsyncFor, scope: Scope, branch: int) -> None:  # noqa: N802
        self.expression(node.iter, scope, branch)
        self.hard(node.iter, "__iter__", scope)
        self.target(node.target, None, scope, branch)
        self.suite(node.body, scope, self.branch(branch))
        self.suite(node.orelse, scope, self.branch(branch))

    AsyncFor = For

    def With(self, node: ast.With | ast.AsyncWith, scope: Scope, branch: int) -> None:  # noqa: N802
        for item in node.items:
            self.expression(item.context_expr, scope, branch)
            if isinstance(node, ast.With):
                self.hard(item.context_expr, "__enter__", scope)
                self.hard(item.context_expr, "__exit__", scope)
            if item.optional_vars is not None:
                self.target(item.optional_vars, None, scope, branch)
        self.suite(node.body, scope, branch)

    AsyncWith = With

    def Try(self, node: ast.Try, scope: Scope, branch: int) -> None:  # noqa: N802
        # The body runs first and to its end unless a handler takes over, so what the handlers leave
        # behind decides; `names` looks into that.
        inner = self.branch(branch)
        self.suite(node.body, scope, inner)
        for handler in node.handlers:
            own = self.branch(branch)
            if handler.type is not None:
                self.expression(handler.type, scope, own)
            if handler.name:
                self.bind(handler.name, Binding(self.unit_of[handler.lineno], own), scope)
            self.suite(handler.body, scope, own)
        self.suite(node.orelse, scope, inner)
        self.suite(node.finalbody, scope, branch)

    TryStar = Try

    def Match(self, node: ast.Match, scope: Scope, branch: int) -> None:  # noqa: N802
        self.expression(node.subject, scope, branch)
        for case in node.cases:
            own = self.branch(branch)
            unit = self.unit_of[case.pattern.lineno]
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(name, str):
                    self.bind(name, Binding(unit, own), scope)
                elif isinstance(part, ast.expr):
                    self.expression(part, scope, own)
            if case.guard is not None:
                self.expression(case.guard, scope, own)
            self.suite(case.body, scope, own)

    def FunctionDef(  # noqa: N802
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, branch: int
    ) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator, scope, branch)
        unit = self.unit_of[node.lineno]
        self.bind(node.name, Binding(unit, branch), scope)
        inner = Scope("function", scope, node, unit)
        self.facts.scopes.append(inner)
        if scope.kind == "class":
            inner.owner = scope
        self.facts.functions.setdefault(node.name, []).append(inner)
        own = self.branch(0)
        self.arguments(node.args, inner, unit, own, scope, branch)
        if node.returns is not None:
            self.expression(node.returns, scope, branch)
        self.suite(node.body, inner, own)

    AsyncFunctionDef = FunctionDef

    def arguments(
        self, arguments: ast.arguments, inner: Scope, unit: int, own: int, scope: Scope, branch: int
    ) -> None:
        """Bind a function's parameters inside it; its defaults and annotations are used outside."""
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.binds[argument.arg] = [Binding(unit, own)]
            if argument.annotation is not None:
                self.expression(argument.annotation, scope, branch)
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                inner.binds[rest.arg] = [Binding(unit, own)]
                if rest.annotation is not None:
                    self.expression(rest.annotation, scope, branch)
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.expression(default, scope, branch)

    def ClassDef(self, node: ast.ClassDef, scope: Scope, branch: int) -> None:  # noqa: N802
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.expression(part, scope, branch)
        unit = self.unit_of[node.lineno]
        self.bind(node.name, Binding(unit, branch), scope)
        inner = Scope("class", scope, node, unit)
        self.facts.scopes.append(inner)
        self.facts.classes[node.name] = inner
        self.suite(node.body, inner, self.branch(branch))

    # Names and expressions

    def bind(self, name: str, binding: Binding, scope: Scope) -> None:
        if name in scope.globals:
            scope = self.facts.module
        elif name in scope.nonlocals:
            outer = scope.parent
            while outer is not None and (outer.kind == "class" or name not in outer.binds):
                outer = outer.parent
            scope = outer or scope
            binding.weak = True  # the name must be there already
        scope.binds.setdefault(name, []).append(binding)

    def use(self, name: str, unit: int, scope: Scope, branch: int) -> None:
        scope.uses.setdefault((name, unit), branch)

    def target(self, target: ast.expr, value: ast.expr | None, scope: Scope, branch: int) -> None:
        cls = target.__class__
        if cls is ast.Name:
            is_none = value.__class__ is ast.Constant and value.value is None
            unit = self.unit_of[target.lineno]
            self.bind(target.id, Binding(unit, branch, False, is_none, value), scope)  # type: ignore[attr-defined]
        elif cls is ast.Tuple or cls is ast.List:
            if value is not None:
                self.hard(value, "__iter__", scope)
            for element in target.elts:  # type: ignore[attr-defined]
                self.target(element, None, scope, branch)
        elif cls is ast.Starred:
            self.target(target.value, None, scope, branch)  # type: ignore[attr-defined]
        elif cls is ast.Attribute:
            self.store_attribute(target, value, scope, branch)  # type: ignore[arg-type]
            self.expression(target.value, scope, branch)  # type: ignore[attr-defined]
        else:
            self.expression(target, scope, branch)

    def store_attribute(
        self, target: ast.Attribute, value: ast.expr | None, scope: Scope, branch: int
    ) -> None:
        """Note an attribute given a value on the instance a method works on."""
        method = scope
        while method.owner is None and method.parent is not None:
            method = method.parent
        base = target.value
        if method.owner is None or not isinstance(base, ast.Name) or base.id != method.self_name:
            return
        is_none = isinstance(value, ast.Constant) and value.value is None
        binding = Binding(self.unit_of[target.lineno], branch, False, is_none, value, method)
        method.owner.attributes.setdefault(target.attr, []).append(binding)

    def hard(self, node: ast.expr, protocol: str, scope: Scope) -> None:
        """Note a use that a ``None`` would not survive."""
        unit = self.unit_of[node.lineno]
        if node.__class__ is ast.Name:
            scope.hard_uses.append((node.id, unit))
        self.facts.protocols.append((node, protocol, unit, scope))

    def expression(self, root: ast.AST, scope: Scope, branch: int) -> None:
        unit_of = self.unit_of
        uses = scope.uses
        stack: list[Any] = [root]
        while stack:
            node = stack.pop()
            cls = node.__class__
            if cls is ast.Name:
                if node.ctx.__class__ is ast.Store:
                    self.bind(node.id, Binding(unit_of[node.lineno], branch), scope)
                else:
                    key = (node.id, unit_of[node.lineno])
                    if key not in uses:
                        uses[key] = branch
            elif cls is ast.Constant or node is None:
                continue
            elif cls is ast.Attribute:
                if node.ctx.__class__ is ast.Load:
                    self.facts.attribute_reads.append((node, unit_of[node.lineno], scope))
                stack.append(node.value)
            elif cls is ast.Call:
                self.facts.calls.append((node, unit_of[node.lineno], scope))
                stack.append(node.func)
                stack += node.args
                for keyword in node.keywords:
                    stack.append(keyword.value)
            elif cls is ast.Subscript:
                protocol = "__getitem__" if node.ctx.__class__ is ast.Load else "__setitem__"
                self.hard(node.value, protocol, scope)
                stack.append(node.value)
                stack.append(node.slice)
            elif cls is ast.Compare:
                if node.ops[0].__class__ in (ast.In, ast.NotIn):
                    self.hard(node.comparators[0], "__contains__", scope)
                stack.append(node.left)
                stack += node.comparators
            elif cls in _COMPREHENSIONS:
                self.comprehension(node, scope, branch)
            elif cls is ast.Lambda:
                inner = Scope("lambda", scope, node, unit_of[node.lineno])
                self.facts.scopes.append(inner)
                own = self.branch(0)
                self.arguments(node.args, inner, inner.unit, own, scope, branch)
                self.expression(node.body, inner, own)
            elif cls is ast.NamedExpr:
                self.walrus(node, scope, branch)
                stack.append(node.value)
            elif cls is ast.Yield or cls is ast.YieldFrom:
                scope.returns.append(Binding(unit_of[node.lineno], branch, value=node))
                stack.append(node.value)
            else:
                for name in _CHILDREN[cls]:
                    child = getattr(node, name)
                    if child.__class__ is list:
                        stack += child
                    else:
                        stack.append(child)

    def comprehension(self, node: Any, scope: Scope, branch: int) -> None:
        # A comprehension sees the names of a function at the point where it stands, so its free names
        # count as uses of the enclosing scope, in order.
        inner = Scope("comprehension", scope, node, self.unit_of[node.lineno])
        for generator in node.generators:
            self.expression(generator.iter, inner, branch)
            self.hard(generator.iter, "__iter__", inner)
            self.target(generator.target, None, inner, branch)
            for condition in generator.ifs:
                self.expression(condition, inner, branch)
        if node.__class__ is ast.DictComp:
            self.expression(node.key, inner, branch)
            self.expression(node.value, inner, branch)
        else:
            self.expression(node.elt, inner, branch)
        for (name, unit), at in inner.uses.items():
            if name not in inner.binds:
                scope.uses.setdefault((name, unit), at)
        scope.hard_uses += [(name, unit) for name, unit in inner.hard_uses if name not in inner.binds]
        scope.returns += inner.returns

    def walrus(self, node: ast.NamedExpr, scope: Scope, branch: int) -> None:
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        self.bind(node.target.id, Binding(self.unit_of[node.lineno], branch), scope)
