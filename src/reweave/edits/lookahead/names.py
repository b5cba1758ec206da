"""Clauses for names: a use stands only while what gives the name its value stands.

In its own scope a use needs a binding that certainly ran before it, if the program has one; where a name
is bound in every branch (``if``/``else``, ``try``/``except``) every branch must keep its binding, as a
checker that follows control flow demands. From an inner scope any binding of the outer one will do.
"""

import ast
from bisect import bisect_left

from reweave.edits.lookahead.walk import Binding, Facts, Scope
from reweave.edits.structure import Structure

_MAX_BRANCHES = 12  # beyond this a name is bound in too many places to follow control flow


def name_clauses(facts: Facts, structure: Structure, found: set[tuple[int, int]]) -> None:
    """Add to ``found`` a clause (unit, mask of units) for each use of a name that the program binds."""
    for scope in facts.scopes:
        for (name, unit), branch in scope.uses.items():
            bindings = scope.binds.get(name)
            if bindings is not None and name not in scope.globals and name not in scope.nonlocals:
                _local(unit, branch, bindings, scope, facts, structure, found)
                continue
            outer = scope.parent
            while outer is not None and (outer.kind == "class" or name not in outer.binds):
                outer = outer.parent
            if name in scope.globals:
                outer = facts.module
            if outer is not None and name in outer.binds:
                if outer.kind == "comprehension":
                    continue
                _any(unit, outer.binds[name], structure, found)
        for name, unit in scope.hard_uses:
            bindings = scope.binds.get(name, [])
            if any(binding.is_none for binding in bindings):
                _any(unit, [binding for binding in bindings if not binding.is_none], structure, found)
    _exports(facts, found)


def _local(
    unit: int,
    branch: int,
    bindings: list[Binding],
    scope: Scope,
    facts: Facts,
    structure: Structure,
    found: set[tuple[int, int]],
) -> None:
    enclosing = facts.ancestors[branch]
    block_end = structure.block_end
    certain = 0
    before = 0
    for binding in bindings:
        at = binding.unit
        if binding.weak or at > unit:
            continue
        if at == unit:
            # `for x in x:` and `x = x + 1` use what came before; a walrus or a parameter is its own.
            if len(bindings) == 1:
                return
            continue
        before |= 1 << at
        if enclosing >> binding.branch & 1:
            if unit < block_end[at]:
                return  # the use falls with the binding's block anyway
            certain |= 1 << at
    if certain:
        found.add((unit, certain))
        return
    if 0 < before.bit_count() <= _MAX_BRANCHES:
        body = _body(scope, facts)
        if body is not None:
            flow = _Flow(bindings, structure)
            needed = flow.suite(body, unit)
            if needed:
                for mask in needed:
                    if not mask >> unit & 1:
                        found.add((unit, mask))
                return
    if before:
        found.add((unit, before))
    else:
        _any(unit, bindings, structure, found)


def _any(unit: int, bindings: list[Binding], structure: Structure, found: set[tuple[int, int]]) -> None:
    """Require any one binding; one that the use is part of, or that encloses it, is enough by itself."""
    mask = 0
    for binding in bindings:
        at = binding.unit
        if at <= unit < structure.block_end[at]:
            return
        if not binding.weak:
            mask |= 1 << at
    if mask:
        found.add((unit, mask))


def _body(scope: Scope, facts: Facts) -> list[ast.stmt] | None:
    if scope is facts.module:
        return _module_body(facts)
    return scope.node.body if scope.kind == "function" else None


def _module_body(facts: Facts) -> list[ast.stmt] | None:
    return facts.module.node.body if facts.module.node is not None else None


def _exports(facts: Facts, found: set[tuple[int, int]]) -> None:
    """``__all__`` needs each name it lists."""
    for binding in facts.module.binds.get("__all__", ()):
        for element in getattr(binding.value, "elts", ()):
            if isinstance(element, ast.Constant) and element.value in facts.module.binds:
                mask = 0
                for other in facts.module.binds[element.value]:
                    mask |= 1 << other.unit
                found.add((binding.unit, mask))


class _Flow:
    """Definite assignment of one name: which units must stand for it to be bound after a suite.

    Results are conjunctions: a list of masks, each of which must keep one unit; None: not certain.
    """

    def __init__(self, bindings: list[Binding], structure: Structure) -> None:
        self.units = sorted({binding.unit for binding in bindings if not binding.weak})
        self.unit_of = structure.unit_of
        self.block_end = structure.block_end

    def mentions(self, node: ast.stmt) -> bool:
        """Whether a statement holds a binding of the name."""
        start = self.unit_of[node.lineno]
        place = bisect_left(self.units, start)
        return place < len(self.units) and self.units[place] < max(self.block_end[start], start + 1)

    def suite(self, body: list[ast.stmt], before: int | None = None) -> list[int] | None:
        """Return the masks for the name to be bound after a suite, or before a unit inside it."""
        plain = 0
        complex_ones: list[int] | None = None
        for node in body:
            unit = self.unit_of[node.lineno]
            if before is not None and unit >= before:
                break
            if before is not None and before < self.block_end[unit]:
                return self.inside(node, before, plain, complex_ones)
            if not self.mentions(node):
                continue
            needed = self.statement(node, unit)
            if needed is None:
                continue
            if len(needed) == 1:
                plain |= needed[0]
            else:
                complex_ones = needed
        if plain:
            return [plain]
        return complex_ones

    def inside(
        self, node: ast.stmt, before: int, plain: int, complex_ones: list[int] | None
    ) -> list[int] | None:
        """Go into the statement that holds the use, with what is certain already."""
        if plain:
            return [plain]
        for suite in (
            getattr(node, "body", None),
            getattr(node, "orelse", None),
            *(handler.body for handler in getattr(node, "handlers", ())),
            *(case.body for case in getattr(node, "cases", ())),
            getattr(node, "finalbody", None),
        ):
            if suite and self.unit_of[suite[0].lineno] <= before:
                last = suite[-1]
                end = self.block_end[self.unit_of[last.lineno]]
                if before < end:
                    return self.suite(suite, before) or complex_ones
        return complex_ones

    def statement(self, node: ast.stmt, unit: int) -> list[int] | None:
        if isinstance(node, ast.If):
            if not node.orelse:
                return None
            return _both(self.path(node.body), self.path(node.orelse))
        if isinstance(node, ast.Try | ast.TryStar):
            final = self.suite(node.finalbody)
            if final:
                return final
            needed = self.suite([*node.body, *node.orelse])
            for handler in node.handlers:
                needed = _both(needed, self.path(handler.body))
            return needed
        if isinstance(node, ast.With | ast.AsyncWith):
            if unit in self.units:
                return [1 << unit]
            return self.suite(node.body)
        if isinstance(node, ast.Match):
            needed = self.path(node.cases[0].body)
            last = node.cases[-1]
            if not isinstance(last.pattern, ast.MatchAs) or last.pattern.pattern or last.guard:
                return None
            for case in node.cases[1:]:
                needed = _both(needed, self.path(case.body))
            return needed
        return [1 << unit] if unit in self.units else None

    def path(self, body: list[ast.stmt]) -> list[int] | None:
        """Return what a branch needs so that the name is bound after it, or the branch does not end."""
        needed = self.suite(body)
        last = body[-1]
        if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
            leave = 1 << self.unit_of[last.lineno]
            return [mask | leave for mask in needed] if needed else [leave]
        return needed


def _both(first: list[int] | None, second: list[int] | None) -> list[int] | None:
    if first is None or second is None:
        return None
    return [*first, *second]
