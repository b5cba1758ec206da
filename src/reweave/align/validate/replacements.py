"""The mutators: what small wrong change can stand in the place of one part of a program.

Nodes that are kept are shared with the tree: what is made here is written out, and nothing else.
"""

import ast
from collections.abc import Iterator
from typing import Any

_ARITHMETIC: dict[type, type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip
_OPPOSITE: dict[type, type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
_BOUNDARY: dict[type, type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_CALLS = {
    one: other
    for pair in (
        ("min", "max"), ("any", "all"), ("upper", "lower"), ("lstrip", "rstrip"), ("find", "rfind"),
        ("startswith", "endswith"), ("floor", "ceil"), ("append", "extend"), ("add", "discard"),
        ("union", "intersection"), ("sin", "cos"),
    )
    for one, other in (pair, pair[::-1])
}  # fmt: skip
_UNORDERED = {"print", "min", "max", "isinstance", "gcd", "lcm", "zip", "issubclass", "set", "hasattr"}

Replacement = tuple[str, str, ast.AST]
"""The mutator's name, what was done, and what stands in the old node's place."""


def replacements(node: ast.AST, *, words: bool) -> Iterator[Replacement]:
    """Give what may stand in a node's place.

    Args:
        node: An expression, a statement, or another part of a program.
        words: Whether texts in it are only for a person.
    """
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in _ARITHMETIC and not _formats(node):
            new: ast.AST = ast.BinOp(left, _ARITHMETIC[type(operator)](), right)
            yield "arithmetic", _told(node, new), new
        case ast.UnaryOp(ast.USub() | ast.Invert(), operand):
            yield "arithmetic", _told(node, operand), operand
        case ast.UnaryOp(ast.Not(), operand):
            yield "condition", _told(node, operand), operand
        case ast.AugAssign(target, operator, value) if type(operator) in _ARITHMETIC:
            new = ast.AugAssign(target, _ARITHMETIC[type(operator)](), value)
            yield "arithmetic", _told(node, new), new
            yield _removed(node)
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp(operator, values):
            new = ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            yield "boolean", _told(node, new), new
        case ast.Constant(value):
            yield from (
                ("constant", _told(node, new), new) for new in map(ast.Constant, _other(value, words=words))
            )
        case ast.Call():
            yield from _calls(node)
        case ast.Slice(lower, upper, step):
            one, end = ast.Constant(1), ast.Constant(-1)
            for low, high in (
                (_shifted(lower, 1) if lower else one, upper),
                (lower, _shifted(upper, 1) if upper else end),
                (lower, _shifted(upper, -1) if upper else end),
            ):
                new = ast.Slice(low, high, step)
                yield "bounds", _told(node, new), new
        case ast.IfExp(test, body, orelse):
            new = ast.IfExp(test, orelse, body)
            yield "condition", _told(node, new), new
        case ast.comprehension(target, values, ifs, is_async) if ifs:
            new = ast.comprehension(target, values, [_negated(ifs[0]), *ifs[1:]], is_async)
            yield "condition", f"if {_short(ifs[0])} negated", new
            yield (
                "condition",
                f"if {_short(ifs[0])} dropped",
                ast.comprehension(target, values, ifs[1:], is_async),
            )
        case ast.stmt():
            yield from _statements(node)


def _statements(node: ast.stmt) -> Iterator[Replacement]:
    match node:
        case ast.If(test, body, orelse):
            yield "condition", f"if {_short(test)} negated", ast.If(_negated(test), body, orelse)
            if orelse:
                yield "else", f"else of if {_short(test)} dropped", ast.If(test, body, [])
            else:
                yield "condition", f"if {_short(test)}: always", ast.If(ast.Constant(value=True), body, [])
        case ast.While(test, body, orelse):
            yield "condition", f"while {_short(test)} negated", ast.While(_negated(test), body, orelse)
            yield "loop", f"while {_short(test)}: once", ast.While(test, [*body, ast.Break()], orelse)
        case ast.For(target, values, body, orelse):
            told = f"for {_short(target)} in {_short(values)}"
            yield "loop", f"{told}: once", ast.For(target, values, [*body, ast.Break()], orelse)
            yield "loop", f"{told}: never", ast.For(target, ast.List([], ast.Load()), body, orelse)
        case ast.Return(value) if value is not None and not _is_none(value):
            yield "return", f"{_short(node)} → return None", ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call() | ast.Await()) | ast.Delete() | ast.Raise():
            yield _removed(node)
        case ast.Assign(targets) if any(isinstance(each, (ast.Subscript, ast.Attribute)) for each in targets):
            yield _removed(node)
        case ast.Break():
            yield "loop", "break → continue", ast.Continue()
        case ast.Continue():
            yield "loop", "continue → break", ast.Break()
        case ast.Try(body, handlers, orelse, finalbody) if handlers:
            again = [ast.ExceptHandler(each.type, each.name, [ast.Raise()]) for each in handlers]
            yield "handler", "exceptions raised again", ast.Try(body, again, orelse, finalbody)


def _comparisons(node: ast.Compare) -> Iterator[Replacement]:
    for table, kind in ((_OPPOSITE, "comparison"), (_BOUNDARY, "boundary")):
        for index, operator in enumerate(node.ops):
            if type(operator) in table:
                other = [*node.ops[:index], table[type(operator)](), *node.ops[index + 1 :]]
                new = ast.Compare(node.left, other, node.comparators)
                yield kind, _told(node, new), new


def _calls(node: ast.Call) -> Iterator[Replacement]:
    name = called(node)
    plain = not any(isinstance(each, ast.Starred) for each in node.args)
    if name == "range" and plain:
        for index in range(min(len(node.args), 2)):
            for by in (1, -1):
                args = [*node.args]
                args[index] = _shifted(args[index], by)
                new = ast.Call(node.func, args, node.keywords)
                yield "bounds", _told(node, new), new
    elif len(node.args) > 1 and plain and name not in _UNORDERED:
        new = ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
        yield "arguments", _told(node, new), new
    if name in _CALLS:
        other = _CALLS[name]
        function: ast.expr = ast.Name(other, ast.Load())
        if isinstance(node.func, ast.Attribute):
            function = ast.Attribute(node.func.value, other, ast.Load())
        new = ast.Call(function, node.args, node.keywords)
        yield "call", _told(node, new), new


def _other(value: Any, *, words: bool) -> Iterator[Any]:
    """Give the constants that stand in another's place."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
            if value:
                yield value - 1 if value != 1 else 0
        case float():
            yield value + 1.0
        case str() if not words:
            yield "" if value else "mutant"
            if value:
                yield value + "mutant"


def _shifted(node: ast.expr, by: int) -> ast.expr:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(node.value + by)
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


def _negated(test: ast.expr) -> ast.expr:
    return test.operand if _is_not(test) else ast.UnaryOp(ast.Not(), test)  # type: ignore[attr-defined]


def _is_not(test: ast.expr) -> bool:
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _formats(node: ast.BinOp) -> bool:
    """Say whether this is ``"…" % …``: it has no other operator."""
    return isinstance(node.op, ast.Mod) and isinstance(node.left, (ast.Constant, ast.JoinedStr))


def _removed(node: ast.stmt) -> Replacement:
    return "remove", f"{_short(node)} removed", ast.Pass()


def called(node: ast.Call) -> str | None:
    """Give the name of the function or method that a call names, None where there is none."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _told(before: ast.AST, after: ast.AST) -> str:
    return f"{_short(before)} → {_short(after)}"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
