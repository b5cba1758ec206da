"""Clauses for attributes, calls and results: what a checker of names alone does not see.

Measured on states that only a name checker passed, nearly all errors left were of these kinds: an
attribute or method used before any line defines it, the result of a function used whose ``return`` is
not there yet, a constructor called whose parameters are not there yet, ``None`` indexed or iterated.
Types are followed only where the program says them outright (``self``, ``x = C(…)``, ``self.x = C(…)``).
"""

import ast
from collections.abc import Callable, Iterable, Iterator

from reweave.edits.lookahead.walk import Binding, Facts, Scope
from reweave.edits.structure import Structure

_MAX_DEPTH = 4  # of following types from name to name


def class_clauses(facts: Facts, structure: Structure, found: set[tuple[int, int]]) -> None:
    """Add to ``found`` the clauses (unit, mask of units) for attributes, calls and used results."""
    resolver = _Resolver(facts)
    block_end = structure.block_end

    def require(unit: int, bindings: Iterable[Binding]) -> None:
        mask = 0
        for binding in bindings:
            at = binding.unit
            if at <= unit < block_end[at]:
                return
            mask |= 1 << at
        if mask:
            found.add((unit, mask))

    for attribute, unit, scope in facts.attribute_reads:
        for definitions in resolver.definitions(attribute, unit, scope):
            require(unit, definitions)
    if facts.classes:
        for node, protocol, unit, scope in facts.protocols:
            for cls in resolver.classes(node, scope):
                require(unit, resolver.members(cls, protocol))
            if isinstance(node, ast.Attribute):
                require(unit, resolver.not_none(node, scope))
    for scope in facts.scopes:
        # `__repr__`, `__iter__` … are called by the language itself, which wants the value.
        if scope.owner is not None and scope.node.name.startswith("__"):
            require(scope.unit, _results([scope]))
    for call, unit, scope in facts.calls:
        callees = resolver.callees(call.func, scope)
        if callees and id(call) not in facts.unused:
            require(unit, _results(callees))
        made = resolver.constructed(call, scope)
        if made is not None:
            for bindings in resolver.signature(made, call):
                require(unit, bindings)


def _results(callees: list[Scope]) -> list[Binding]:
    """Return where a function gives back a value; nothing where one of the callees never does."""
    results: list[Binding] = []
    for callee in callees:
        given = [
            binding
            for binding in callee.returns
            if not (isinstance(binding.value, ast.Constant) and binding.value.value is None)
        ]
        if not given:
            return []
        results += given
    return results


class _Resolver:
    """Follows names to the program's own classes and functions."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        # Names are bound many times and read many times: without this the work would be a power of both.
        self.known: dict[tuple[str, Scope | None, Scope, int], list[Scope]] = {}

    def definitions(self, attribute: ast.Attribute, unit: int, scope: Scope) -> Iterator[list[Binding]]:
        """Yield what may define an attribute that is read."""
        method = _method(scope)
        base = attribute.value
        if method is not None and isinstance(base, ast.Name) and base.id == method.self_name:
            assert method.owner is not None
            defined = self.members(method.owner, attribute.attr)
            elsewhere = [binding for binding in defined if binding.method is not method]
            yield elsewhere or [binding for binding in defined if binding.unit < unit] or defined
            return
        classes = self.classes(base, scope)
        if not classes:
            return
        defined = []
        for cls in classes:
            own = self.members(cls, attribute.attr)
            if not own:
                return
            defined += own
        yield defined

    def members(self, cls: Scope, name: str) -> list[Binding]:
        """Return the definitions of a class's attribute, in it and in the bases the program holds."""
        found: list[Binding] = []
        for part in self.lineage(cls):
            found += part.binds.get(name, ())
            found += part.attributes.get(name, ())
        return found

    def lineage(self, cls: Scope, depth: int = 0) -> list[Scope]:
        """Return a class and its bases, nearest first, as far as the program holds them."""
        found = [cls]
        if depth < 8:
            for base in cls.node.bases:
                if isinstance(base, ast.Name) and base.id in self.facts.classes:
                    parent = self.facts.classes[base.id]
                    if parent not in found and parent is not cls:
                        found += self.lineage(parent, depth + 1)
        return found

    def classes(self, node: ast.expr | None, scope: Scope, depth: int = 0) -> list[Scope]:
        """Return the program's classes that an expression is an instance of (or is); none: unknown."""
        if depth > _MAX_DEPTH or not self.facts.classes:
            return []
        if isinstance(node, ast.Name):
            return self.remembered(node.id, None, scope, depth, lambda: self.named(node.id, scope, depth))
        if isinstance(node, ast.Attribute):
            method = _method(scope)
            bindings = self.own_attribute(node, scope)
            if not bindings or method is None:
                return []
            return self.remembered(
                node.attr, method.owner, scope, depth, lambda: self.all_classes(bindings, scope, depth)
            )
        if isinstance(node, ast.Call):
            cls = self.constructed(node, scope)
            if cls is not None:
                return [cls]
            found: list[Scope] = []
            for callee in self.callees(node.func, scope, depth + 1):
                for result in callee.returns:
                    own = self.classes(result.value, callee, depth + 1)
                    if not own:
                        return []
                    found += own
            return list(dict.fromkeys(found))
        return []

    def remembered(
        self, name: str, owner: Scope | None, scope: Scope, depth: int, find: Callable[[], list[Scope]]
    ) -> list[Scope]:
        """Return what was found before of a name, or of an attribute of ``owner``; else find it."""
        key = (name, owner, scope, depth)
        if key not in self.known:
            self.known[key] = find()
        return self.known[key]

    def named(self, name: str, scope: Scope, depth: int) -> list[Scope]:
        """Return the classes that a name stands for an instance of, or for."""
        method = _method(scope)
        if method is not None and method.owner is not None and name == method.self_name:
            return [method.owner]
        bindings = _lookup(name, scope)
        if name in self.facts.classes and len(bindings) == 1:
            return [self.facts.classes[name]]
        return self.all_classes(bindings, scope, depth)

    def all_classes(self, bindings: list[Binding], scope: Scope, depth: int) -> list[Scope]:
        """Return the classes of all that is bound to a name; none when one of them is unknown."""
        found: list[Scope] = []
        for binding in bindings:
            if binding.is_none:
                continue
            own = self.classes(binding.value, binding.method or scope, depth + 1) if binding.value else []
            if not own:
                return []
            found += own
        return list(dict.fromkeys(found))

    def own_attribute(self, node: ast.Attribute, scope: Scope) -> list[Binding]:
        """Return the assignments to ``self.name`` in the class at hand."""
        method = _method(scope)
        if method is None or method.owner is None or not isinstance(node.value, ast.Name):
            return []
        if node.value.id != method.self_name:
            return []
        return self.members(method.owner, node.attr)

    def not_none(self, node: ast.Attribute, scope: Scope) -> list[Binding]:
        """Return the assignments that make ``self.name`` more than ``None``, where one makes it that."""
        bindings = self.own_attribute(node, scope)
        if not any(binding.is_none for binding in bindings):
            return []
        return [binding for binding in bindings if not binding.is_none]

    def callees(self, function: ast.expr, scope: Scope, depth: int = 0) -> list[Scope]:
        """Return the program's functions that a call may reach; none: unknown."""
        if isinstance(function, ast.Name):
            functions = self.facts.functions.get(function.id, [])
            bound = {binding.unit for binding in _lookup(function.id, scope)} if functions else set()
            return [callee for callee in functions if callee.owner is None and callee.unit in bound]
        if isinstance(function, ast.Attribute) and function.attr in self.facts.functions:
            for cls in self.classes(function.value, scope, depth):
                for part in self.lineage(cls):
                    own = [f for f in self.facts.functions[function.attr] if f.owner is part]
                    if own:
                        return [f for f in own if not f.node.decorator_list]
        return []

    def constructed(self, call: ast.Call, scope: Scope) -> Scope | None:
        """Return the program's class that a call makes an instance of."""
        function = call.func
        if not isinstance(function, ast.Name) or function.id not in self.facts.classes:
            return None
        bindings = _lookup(function.id, scope)
        cls = self.facts.classes[function.id]
        return cls if len(bindings) == 1 and bindings[0].unit == cls.unit else None

    def signature(self, cls: Scope, call: ast.Call) -> Iterator[list[Binding]]:
        """Yield what must stand for a constructor to take its arguments."""
        lineage = self.lineage(cls)
        makers = [part.binds["__init__"] for part in lineage if "__init__" in part.binds]
        if makers:
            if call.args or call.keywords or len(makers) > 1:
                yield makers[0]
        elif call.args or call.keywords:
            for part in lineage:
                for node in part.node.body:
                    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                        yield part.binds[node.target.id]


def _method(scope: Scope | None) -> Scope | None:
    """Return the method that code belongs to, through nested functions and comprehensions."""
    while scope is not None and scope.owner is None:
        scope = scope.parent
    return scope


def _lookup(name: str, scope: Scope | None) -> list[Binding]:
    """Return a name's bindings, by Python's scoping rules."""
    first = True
    while scope is not None:
        if name in scope.binds and (first or scope.kind != "class"):
            return scope.binds[name]
        first = False
        scope = scope.parent
    return []
