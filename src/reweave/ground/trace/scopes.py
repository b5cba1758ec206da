"""Which names of its module an expression reads and binds, as it runs: arguments and comprehensions apart.

A function's body reads when the function is first named, not where it is defined; a lambda's and a class's
where they stand. Which statements run, and in which order, is ``names``'s business.
"""

import ast

from reweave.align.seeds.names import uses

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scopes(ast.NodeVisitor):
    """Goes through a module's nodes in the order in which they run.

    Attributes:
        taken: Names read before they are certainly bound, in that order.
        bound: By name bound: the ways it was, ``for`` or none.
        certain: Names that are certainly bound by now.
        way: The way in which names are being bound.
    """

    def __init__(self) -> None:
        self.taken: dict[str, None] = {}
        self.bound: dict[str, set[str]] = {}
        self.certain: set[str] = set()
        self.way = ""
        self._waiting: dict[str, frozenset[str]] = {}  # by function: what its body reads
        self._inner: list[set[str]] = []  # arguments, and comprehensions' own names

    def each(self, *nodes: ast.AST | None) -> None:
        """Go through nodes one after the other; None is nothing."""
        for node in nodes:
            if node is not None:
                self.visit(node)

    def read(self, name: str) -> None:
        """Note that a name is read, and with a function's what its body reads."""
        if any(name in own for own in self._inner):
            return
        if name not in self.certain:
            self.taken[name] = None
        for each in sorted(self._waiting.pop(name, ())):
            self.read(each)

    def bind(self, name: str) -> None:
        """Note that a name is bound."""
        if any(name in own for own in self._inner):
            return
        self.bound.setdefault(name, set()).add(self.way)
        self.certain.add(name)
        self._waiting.pop(name, None)

    def visit_Name(self, node: ast.Name) -> None:
        """Read, bind or unbind a name."""
        if isinstance(node.ctx, ast.Load):
            self.read(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.bind(node.id)
        else:
            self.certain.discard(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Bind in the module, wherever it stands."""
        self.visit(node.value)
        inner, self._inner = self._inner, []  # it binds outside of comprehensions
        self.visit(node.target)
        self._inner = inner

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Bind the function; what its body reads waits for its name."""
        self.each(*node.decorator_list)
        self._defaults(node.args)
        self.bind(node.name)
        body = uses(ast.unparse(node))
        targets = [part.target for part in ast.walk(node) if isinstance(part, ast.AugAssign)]
        added = {
            each.id for each in targets if isinstance(each, ast.Name)
        }  # ``n += 1`` reads the name it binds
        self._waiting[node.name] = body.names | body.perhaps | body.written & added

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Read what the class reads, and bind it."""
        body = uses(ast.unparse(node))
        for name in sorted(body.names | body.perhaps):
            self.read(name)
        self.bind(node.name)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Read what the body reads, its arguments apart."""
        self._defaults(node.args)
        spec = node.args
        own = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, [spec.vararg, spec.kwarg])]
        self._inner.append({each.arg for each in own})
        self.visit(node.body)
        self._inner.pop()

    def generic_visit(self, node: ast.AST) -> None:
        """Go through a comprehension in the order in which it runs, through all else as it is written."""
        if not isinstance(node, _COMPREHENSIONS):
            super().generic_visit(node)
            return
        self.visit(node.generators[0].iter)  # the one part that runs outside
        targets = [part for each in node.generators for part in ast.walk(each.target)]
        self._inner.append({part.id for part in targets if isinstance(part, ast.Name)})
        for number, each in enumerate(node.generators):
            self.each(each.iter if number else None, *each.ifs)
        self.each(*([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]))
        self._inner.pop()

    def _defaults(self, spec: ast.arguments) -> None:
        self.each(*spec.defaults, *spec.kw_defaults)
