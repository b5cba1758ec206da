"""Assertions that show nothing, as their text says: by syntax tree, listed by line. Nothing is run.

``constant``
    No name in it, or true whatever the names are: ``assert True``, ``assert 1 == 1``,
    ``assert (x, "words")``, ``assert f(x) or True``, ``isinstance(x, object)``, ``len(x) >= 0``.
``same``
    Both sides are one expression: ``assert x == x``, also where a name stands for one of them.
``self-expected``
    Both sides are calls of one function of the program: it is right by its own word. (``f(a, b) == f(b, a)``
    is a property worth testing, and one that a function without a body has too.)
``swallowed``
    What it raises is caught around it, and nothing is raised for it.

A name stands for an expression where the test text binds it once, in the same function or around it, and the
expression looks at no object's attributes: these may have changed.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reweave.parsing import parse_quietly
from reweave.sandbox.inside import names

_CATCHING = {"AssertionError", "Exception", "BaseException"}
_ALIKE = (ast.Eq, ast.LtE, ast.GtE, ast.Is)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Module)
_UNITTEST: dict[str, type[ast.cmpop]] = {
    "assertEqual": ast.Eq,
    "assertIs": ast.Is,
    "assertLessEqual": ast.LtE,
}
_DEEP = 20  # names that stand for names


@dataclass(frozen=True, slots=True, order=True)
class Weakness:
    """One assertion that shows nothing.

    Args:
        line: Of the test text.
        kind: See the module's text.
        text: The assertion, cut.
    """

    line: int
    kind: str
    text: str


def weaknesses(tests: str, defined: Collection[str]) -> list[Weakness]:
    """Give a test text's assertions that show nothing, one a line.

    Args:
        tests: Source text; of one that does not parse nothing is said.
        defined: The functions and classes that the program defines.
    """
    try:
        tree = parse_quietly(tests)
        found = list(_of_scope(tree, frozenset(defined) - _own(tree), {}, swallowed=False))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return sorted({each.line: each for each in sorted(found, reverse=True)}.values())


def redefined(tests: str, defined: Collection[str]) -> set[str]:
    """Give what both the program and, at its top, the test text define, where nothing else of it is used.

    Such tests try what is their own. Those that only bring a helper of the same name do not.
    """
    try:
        own = _own(parse_quietly(tests))
        used = set(names.free(tests)) & set(defined)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return set() if used else own & set(defined)


def _own(tests: ast.Module) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tests.body if isinstance(node, kinds)}


def _of_scope(
    scope: ast.AST, defined: frozenset[str], outer: Mapping[str, ast.expr], *, swallowed: bool
) -> Iterator[Weakness]:
    meant = {**outer, **_bound_once(scope)}
    for node, caught in _within(scope, caught=swallowed):
        if isinstance(node, _SCOPES):
            yield from _of_scope(node, defined, meant, swallowed=caught)
            continue
        test = _condition(node)
        if test is None:
            continue
        kind = "swallowed" if caught else _kind(test, defined, meant)
        if kind is not None:
            yield Weakness(node.lineno, kind, ast.unparse(node)[:200])


def _within(node: ast.AST, *, caught: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """Give the statements of a scope, inner scopes as they are, and whether what they raise is caught."""
    for field, value in ast.iter_fields(node):
        inside = caught or (field == "body" and isinstance(node, ast.Try) and _swallows(node))
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.stmt):
                yield child, inside
            if isinstance(child, ast.AST) and not isinstance(child, _SCOPES):
                yield from _within(child, caught=inside)


def _swallows(node: ast.Try) -> bool:
    """Say whether an assertion that does not hold in a ``try`` goes unnoticed."""
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or (isinstance(kind, ast.Name) and kind.id in _CATCHING) for kind in kinds):
            return not any(_tells(each) for each in ast.walk(handler))
    return False


def _tells(node: ast.AST) -> bool:
    """Say whether a handler's statement makes the failure known."""
    if isinstance(node, (ast.Raise, ast.Assert)):
        return True
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
        "fail",
        "exit",
        "_exit",
    }


def _condition(node: ast.stmt) -> ast.expr | None:
    """Give what a statement asserts, None where it asserts nothing or nothing that is known here."""
    if isinstance(node, ast.Assert):
        return node.test
    match node:
        case ast.Expr(ast.Call(ast.Attribute(_, "assertTrue"), [test, *_])):
            return test
        case ast.Expr(ast.Call(ast.Attribute(_, "assertFalse"), [test, *_])):
            return ast.UnaryOp(ast.Not(), test)
        case ast.Expr(ast.Call(ast.Attribute(_, name), [left, right, *_])) if name in _UNITTEST:
            return ast.Compare(left, [_UNITTEST[name]()], [right])
    return None


def _kind(test: ast.expr, defined: frozenset[str], meant: Mapping[str, ast.expr]) -> str | None:
    if _always(test):
        return "constant"
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], _ALIKE):
        left, right = _meant(test.left, meant), _meant(test.comparators[0], meant)
        if ast.dump(left) == ast.dump(right):
            return "same"
        called = _function(left)
        if called is not None and called == _function(right) and called in defined:
            return "self-expected"
    return None


def _always(test: ast.expr) -> bool:
    """Say whether a condition is true whatever its names are, or has none.

    ``assert False`` is not: it stands where nothing may come.
    """
    match test:
        case ast.Constant(value):
            return bool(value)
        case ast.UnaryOp(ast.Not(), ast.Constant(value)):
            return not value
        case ast.BoolOp(ast.Or(), values):
            return any(map(_always, values))
        case ast.BoolOp(ast.And(), values):
            return all(map(_always, values))
        case ast.Tuple(elts):
            return bool(elts)
        case ast.Compare(ast.Call(ast.Name("len")), [ast.GtE()], [ast.Constant(0)]):
            return True
        case ast.Compare(ast.Call(ast.Name("len")), [ast.Gt()], [ast.Constant(-1) | ast.UnaryOp()]):
            return True
        case ast.Call(ast.Name("isinstance"), [_, ast.Name("object")]):
            return True
    return not any(isinstance(node, (ast.Name, ast.Attribute, ast.Call)) for node in ast.walk(test))


def _bound_once(scope: ast.AST) -> dict[str, ast.expr]:
    """Give what names stand for."""
    times: dict[str, int] = {}
    values: dict[str, ast.expr] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            times[node.id] = times.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            times[node.arg] = 2
    for node in getattr(scope, "body", []) if not isinstance(scope, ast.Lambda) else []:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = node.value
    return {name: value for name, value in values.items() if times[name] == 1 and not _looks_at(value)}


def _looks_at(value: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id in {"next", "getattr"})
        for node in ast.walk(value)
    )


def _meant(node: ast.expr, meant: Mapping[str, ast.expr]) -> ast.expr:
    for _ in range(_DEEP):
        if not (isinstance(node, ast.Name) and node.id in meant):
            break
        node = meant[node.id]
    return node


def _function(node: ast.expr) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None
