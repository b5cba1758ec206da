"""Where a data-science program can be changed, and what stands there: each site is one place and one change.

Unlike in ``align.validate.mutators`` what is printed counts: a notebook's cell shows its output so. Left
alone are imports, docstrings, annotations, decorators, and the fixed parts of formatted texts.
"""

import ast
from collections.abc import Iterator

from reweave.align.validate.mutators import Site
from reweave.align.validate.replacements import called
from reweave.align.validate.replacements import replacements as general
from reweave.ground.mutators import names, tables
from reweave.ground.mutators.calls import Replacement, of_call, of_keyword, shifted

KINDS = {
    "column": "another column",
    "by": "another key, or one key of several left out",
    "axis": "the other axis",
    "aggregation": "another aggregation",
    "order": "sorted, or counted, the other way round",
    "join": "another kind of join",
    "chain": "a step of a chain left out",
    "index": "the index kept or dropped",
    "inplace": "a copy changed instead",
    "position": "one row or place more or less",
    "comparison": "a filter's comparison turned round",
    "fill": "filled with something else",
    "normalize": "counts for shares",
    "keep": "the other of two duplicates",
    "type": "a conversion left out",
}
"""The mutators, and what each does."""

_UNSEEN = {"annotation", "returns", "decorator_list", "format_spec", "type_params", "type_comment"}
_WORDS = {*tables.KEYWORDS, "kind", "dtype", "orient", "errors", "sort", "na_position", "freq", "rule"}
_MASKS = (ast.BitAnd, ast.BitOr)


def sites(tree: ast.Module, columns: tuple[str, ...] = ()) -> Iterator[Site]:
    """Give every change that can be made to a program, in the order of its text."""
    yield from _within(tree, names.columns(tree, columns), "column")


def _within(owner: ast.AST, known: tuple[str, ...], word: str) -> Iterator[Site]:
    """Give the changes within a node.

    Args:
        owner: The node.
        known: Names of columns.
        word: What a column's name stands for there: ``column``, ``by``, or ``aggregation`` where it may also
            be an aggregation's.
    """
    for field, value in ast.iter_fields(owner):
        if field in _UNSEEN:
            continue
        several = isinstance(value, list)
        for index, child in enumerate(value if several else [value]):
            if not isinstance(child, ast.AST) or _unseen(owner, child):
                continue
            inner = _word(owner, field, index, child, word)
            method = isinstance(owner, ast.Call) and field == "func"
            for kind, what, new in _replacements(child, known, inner, method=method):
                if not hasattr(new, "lineno"):
                    ast.copy_location(new, child)
                whole = [*value[:index], new, *value[index + 1 :]] if several else new
                yield Site(kind, _line(child, owner), what, owner, field, whole)
            yield from _within(child, known, inner)


def _replacements(node: ast.AST, known: tuple[str, ...], word: str, *, method: bool) -> Iterator[Replacement]:
    match node:
        case ast.Constant(str() as text):
            if word == "aggregation" and text in tables.AGGREGATIONS:
                for other in tables.AGGREGATIONS[text]:
                    yield word, f"{text!r} → {other!r}", ast.Constant(other)
            elif text in known and word != "none":
                for other in names.others(text, known):
                    kind = "by" if word == "by" else "column"
                    yield kind, f"{text!r} → {other!r}", ast.Constant(other)
        case ast.Attribute(value, name) if not method:
            for other in tables.AGGREGATIONS.get(name, ()) if word == "aggregation" else ():
                yield word, f"{name} → {other}", ast.Attribute(value, other, node.ctx)  # np.mean
            if name in known and isinstance(node.ctx, ast.Load):
                for other in filter(str.isidentifier, names.others(name, known)):
                    yield "column", f".{name} → .{other}", ast.Attribute(value, other, node.ctx)
        case ast.List(elements) | ast.Tuple(elements) if word == "by" and len(elements) > 1:
            for index, element in enumerate(elements):
                rest = [*elements[:index], *elements[index + 1 :]]
                yield "by", f"{ast.unparse(element)} left out", ast.List(rest, ast.Load())
        case ast.keyword():
            yield from of_keyword(node)
        case ast.Call():
            yield from of_call(node)
        case ast.Compare() | ast.UnaryOp(ast.Invert()):
            yield from (("comparison", what, new) for _, what, new in general(node, words=False))
        case ast.BinOp(_, operator) if isinstance(operator, _MASKS):
            yield from (("comparison", what, new) for _, what, new in general(node, words=False))
        case ast.Subscript(ast.Attribute(_, "iloc" | "iat" as name), place):
            for what, new in _moved(place):
                yield "position", f"{name}: {what}", ast.Subscript(node.value, new, node.ctx)
        case ast.Slice(lower, upper, step):
            for new in shifted(lower):
                yield "position", f"from {_pair(lower, new)}", ast.Slice(new, upper, step)
            for new in shifted(upper):
                yield "position", f"to {_pair(upper, new)}", ast.Slice(lower, new, step)


def _moved(place: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Give a place with one of its integers moved; slices are places of their own."""
    if isinstance(place, (ast.Tuple, ast.List)):
        for index, each in enumerate(place.elts):
            for what, new in _moved(each):
                whole = [*place.elts[:index], new, *place.elts[index + 1 :]]
                yield what, type(place)(whole, ast.Load())
        return
    for new in shifted(place):
        yield _pair(place, new), new


def _word(owner: ast.AST, field: str, index: int, child: ast.AST, word: str) -> str:
    """Give what a column's name stands for within a child."""
    if isinstance(child, ast.keyword):
        if child.arg == "aggfunc":
            return "aggregation"
        if child.arg in names.KEYS:
            return "by"
        if child.arg in _WORDS:
            return "none"
    elif not isinstance(owner, ast.Call):
        return word
    elif field == "func":
        return word if word == "none" else "column"
    elif called(owner) in names.KEYED and index == 0:
        return "by"
    names_them = isinstance(owner, ast.Call) and called(owner) in tables.AGGREGATING
    return "aggregation" if names_them else "column"


def _unseen(owner: ast.AST, child: ast.AST) -> bool:
    match child:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(ast.Constant()):
            return True  # a docstring, or nothing at all
        case ast.Constant():
            return isinstance(owner, ast.JoinedStr)
    return False


def _pair(before: ast.AST | None, after: ast.AST) -> str:
    return f"{ast.unparse(before)} → {ast.unparse(after)}" if before is not None else ""


def _line(node: ast.AST, owner: ast.AST) -> int:
    """Give the line of a node; of a method's call, that of its name in the chain."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.end_lineno or node.lineno
    line: int = getattr(node, "lineno", 0) or getattr(owner, "lineno", 0)
    return line
