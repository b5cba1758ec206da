"""What small wrong change can be made to a call or to one of its keywords: by the tables of ``tables``.

Nodes that are kept are shared with the tree: what is made here is written out, and nothing else.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any

from reweave.align.validate.replacements import called
from reweave.align.validate.replacements import replacements as general
from reweave.ground.mutators import tables

Replacement = tuple[str, str, ast.AST]
"""The mutator's name, what was done, and what stands in the old node's place."""

_OPERATOR = re.compile(r"(?<![<>=!])(==|!=|<=|>=|<|>)(?!=)")
_FLIPPED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_LIBRARIES = {"np", "numpy", "pd", "pandas"}


def of_call(node: ast.Call) -> Iterator[Replacement]:
    """Give what may stand in a call's place."""
    name = called(node)
    if name is None:
        return
    if isinstance(node.func, ast.Attribute):
        yield from _renamed(node, node.func, name)
        yield from _left_out(node, node.func, name)
        if name in tables.FILTERS:
            yield "comparison", f"not {name}()", ast.UnaryOp(ast.Invert(), node)
    yield from _absent(node, name)
    yield from _positional(node, name)


def of_keyword(node: ast.keyword) -> Iterator[Replacement]:
    """Give what may stand in a keyword's place."""
    name, value = node.arg, node.value
    if name in tables.KEYWORDS:
        kind, others = tables.KEYWORDS[name]
        for what, new in _flipped(value, others):
            yield kind, f"{name}={what}", ast.keyword(name, new)
    if name in tables.NUMBERED:
        for new in shifted(value):
            yield "position", f"{name}={_pair(value, new)}", ast.keyword(name, new)
    if name in tables.FILLED:
        for new in _filled(value):
            yield "fill", f"{name}={_pair(value, new)}", ast.keyword(name, new)


def shifted(node: ast.AST | None) -> Iterator[ast.expr]:
    """Give an integer that is written out with one more, and with one less where its sign stays."""
    match node:
        case ast.Constant(int() as value) if not isinstance(value, bool):
            yield ast.Constant(value + 1)
            if value > 0:
                yield ast.Constant(value - 1)
        case ast.UnaryOp(ast.USub(), ast.Constant(int() as value)) if value > 0:
            yield ast.UnaryOp(ast.USub(), ast.Constant(value + 1))
            if value > 1:
                yield ast.UnaryOp(ast.USub(), ast.Constant(value - 1))


def _renamed(node: ast.Call, method: ast.Attribute, name: str) -> Iterator[Replacement]:
    found = [
        *(("aggregation", other) for other in tables.AGGREGATIONS.get(name, ())),
        *(("order", other) for other in [tables.ORDERS.get(name)] if other),
        *(("comparison", other) for other in [tables.COMPARISONS.get(name)] if other),
        *(("fill", other) for other in [tables.FILLS.get(name)] if other),
    ]
    if name in ("count", "size", "first", "last") and node.args:
        return  # a text's or a list's own
    for kind, other in found:
        new = ast.Attribute(method.value, other, ast.Load())
        yield kind, f"{name}() → {other}()", ast.Call(new, node.args, node.keywords)


def _left_out(node: ast.Call, method: ast.Attribute, name: str) -> Iterator[Replacement]:
    whole = isinstance(method.value, ast.Name) and method.value.id in _LIBRARIES
    if name in tables.STEPS and not whole:
        yield "chain", f"{name}() left out", method.value
    elif name == "astype" and not whole:
        yield "type", "astype() left out", method.value
    elif name in tables.CONVERSIONS and node.args:
        yield "type", f"{name}() left out", node.args[0]


def _absent(node: ast.Call, name: str) -> Iterator[Replacement]:
    """Give the call with a keyword that it leaves at its default."""
    said = {each.arg for each in node.keywords}
    for kind, keyword, value in tables.ABSENT.get(name, ()):
        counts = keyword == "n" and node.args
        if keyword not in said and None not in said and not counts:
            keywords = [*node.keywords, ast.keyword(keyword, ast.Constant(value))]
            yield kind, f"{name}(): {keyword}={value!r}", ast.Call(node.func, node.args, keywords)


def _positional(node: ast.Call, name: str) -> Iterator[Replacement]:
    args = node.args
    library = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", None) in _LIBRARIES
    axis = 1 if library or name in ("drop", "apply") else 0
    reduces = name in tables.AGGREGATIONS or name in ("drop", "apply", "concatenate")
    if reduces and len(args) == axis + 1:
        for what, new in _flipped(args[axis], tables.KEYWORDS["axis"][1]):
            yield "axis", f"{name}(): axis {what}", _with(node, axis, new)
    if name in tables.COUNTED and args:
        for new in shifted(args[0]):
            yield "position", f"{name}({_pair(args[0], new)})", _with(node, 0, new)
    if name == "fillna" and args:
        for new in _filled(args[0]):
            yield "fill", f"fillna({_pair(args[0], new)})", _with(node, 0, new)
    if name in ("query", "eval") and args and isinstance(args[0], ast.Constant):
        for new in _queries(args[0].value):
            yield "comparison", f"{name}({_pair(args[0], new)})", _with(node, 0, new)


def _queries(text: Any) -> Iterator[ast.Constant]:
    if isinstance(text, str):
        for found in _OPERATOR.finditer(text):
            yield ast.Constant(text[: found.start()] + _FLIPPED[found[1]] + text[found.end() :])


def _flipped(value: ast.expr, others: dict[Any, tuple[Any, ...]]) -> Iterator[tuple[str, ast.expr]]:
    """Give what was done and the new value, for a constant or for one of a list's."""
    if isinstance(value, (ast.List, ast.Tuple)):
        for index, each in enumerate(value.elts):
            for what, new in _flipped(each, others):
                yield (
                    f"[{index}] {what}",
                    type(value)([*value.elts[:index], new, *value.elts[index + 1 :]], ast.Load()),
                )
        return
    minus = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)
    constant = value.operand if isinstance(value, ast.UnaryOp) else value
    if isinstance(constant, ast.Constant) and (minus or constant is value):
        number = -1 if minus and constant.value == 1 else constant.value
        for old, tried in others.items():
            if type(old) is type(number) and old == number:
                for other in tried:
                    yield f"{old!r} → {other!r}", ast.Constant(other)


def _filled(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.UnaryOp):
        yield value.operand
    elif isinstance(value, ast.Constant):
        for _, _, new in [*general(value, words=False)][:1]:
            assert isinstance(new, ast.expr)
            yield new


def _with(node: ast.Call, index: int, new: ast.expr) -> ast.Call:
    return ast.Call(node.func, [*node.args[:index], new, *node.args[index + 1 :]], node.keywords)


def _pair(before: ast.AST, after: ast.AST) -> str:
    return f"{ast.unparse(before)} → {ast.unparse(after)}"
