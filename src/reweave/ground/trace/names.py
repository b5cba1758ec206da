"""What a cell takes from those before it, and what it binds: by its syntax tree, nothing is run.

A name is taken where it is read before the cell has bound it for certain. Statements are followed in their
order: what one branch of two binds, or a loop that may have no turn, is not certain.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reweave.ground.trace.scopes import Scopes
from reweave.parsing import parse_quietly

_Branch = Sequence[ast.AST | None]


@dataclass(frozen=True, slots=True)
class Names:
    """What a cell does with the namespace.

    Attributes:
        taken: Names it reads before it binds them, in the order in which it does; builtins are among them.
        bound: Names it binds at its top level, in the order in which it does, deleted ones too.
        turned: Those of them that nothing but a ``for`` binds: they hold what the last turn left.
    """

    taken: tuple[str, ...]
    bound: tuple[str, ...]
    turned: frozenset[str]


def names(program: str) -> Names:
    """Tell what a cell takes and binds.

    >>> names("total = sum(x for x in xs)\\nxs += [total]")
    Names(taken=('sum', 'xs'), bound=('total', 'xs'), turned=frozenset())

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It does not parse.
    """
    flow = _Flow()
    flow.each(*parse_quietly(program).body)
    turned = frozenset(name for name, ways in flow.bound.items() if ways == {"for"})
    return Names(tuple(flow.taken), tuple(flow.bound), turned)


class _Flow(Scopes):
    """Follows statements as they run."""

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802 - ast's names for them, here and below
        self.each(node.value, *node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        self.visit(node.annotation)
        if node.value is not None:
            self.each(node.value, node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
        self.each(node.value, node.target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:  # noqa: N802
        self.visit(node.iter)
        before = set(self.certain)
        self.way = "for"
        self.visit(node.target)
        self.way = ""
        self.each(*node.body)
        self.certain = before
        self.each(*node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:  # noqa: N802
        self.visit(node.test)
        before = set(self.certain)
        self.each(*node.body)
        self.certain = before
        self.each(*node.orelse)

    def visit_If(self, node: ast.If) -> None:  # noqa: N802
        self.visit(node.test)
        self._one_of([node.body, node.orelse])

    def visit_Match(self, node: ast.Match) -> None:  # noqa: N802
        self.visit(node.subject)
        last = node.cases[-1].pattern
        cases: list[_Branch] = [[case.pattern, case.guard, *case.body] for case in node.cases]
        whatever = isinstance(last, ast.MatchAs) and last.pattern is None
        self._one_of(cases if whatever else [*cases, []])

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:  # noqa: N802
        self.generic_visit(node)
        if node.name:
            self.bind(node.name)

    visit_MatchStar = visit_MatchAs  # noqa: N815

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:  # noqa: N802
        self.generic_visit(node)
        if node.rest:
            self.bind(node.rest)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:  # noqa: N802
        self._one_of([[*node.body, *node.orelse], *([handler] for handler in node.handlers)])
        self.each(*node.finalbody)

    visit_TryStar = visit_Try  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:  # noqa: N802
        self.each(node.type)
        self.certain |= {node.name} if node.name else set()
        self.each(*node.body)
        self.certain.discard(node.name or "")  # it is unbound at the end

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:  # noqa: N802
        for item in node.items:
            self.each(item.context_expr, item.optional_vars)
        self.each(*node.body)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_alias(self, node: ast.alias) -> None:
        if node.name != "*":
            self.bind(node.asname or node.name.partition(".")[0])

    def _one_of(self, branches: Iterable[_Branch]) -> None:
        """Go through branches of which one is taken; nothing is read after one that raises."""
        before, after = set(self.certain), []
        for branch in branches:
            self.certain = set(before)
            self.each(*branch)
            body = branch[0].body if branch and isinstance(branch[0], ast.ExceptHandler) else branch
            if not (body and isinstance(body[-1], ast.Raise)):
                after.append(self.certain)
        self.certain = set.intersection(*after) if after else before
