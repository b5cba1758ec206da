"""Which columns a program's tables have, as far as it names them, and which stand in another's place."""

import ast
from collections.abc import Iterable, Iterator

KEYS = {"by", "on", "left_on", "right_on", "subset", "index", "id_vars", "keys"}
"""Keywords whose columns say what rows are taken together by, or told apart by."""

KEYED = {"groupby", "sort_values", "set_index", "drop_duplicates", "duplicated"}
"""Methods whose first argument does."""

_KEYWORDS = KEYS | {"columns", "values", "value_vars"}
_FIRST = KEYED | {"drop", "get", "pop", "explode", "insert"}
_DICTS = {"agg", "aggregate", "transform", "rename", "fillna", "astype", "DataFrame", "replace"}
_OTHERS = 2  # tried in a column's place


def columns(tree: ast.AST, given: Iterable[str]) -> tuple[str, ...]:
    """Give the names of columns: those that are given, then those that a program names."""
    return tuple(dict.fromkeys([*given, *_named(tree)]))


def others(name: str, known: tuple[str, ...]) -> Iterator[str]:
    """Give the names that follow a name among those that are known, the first after the last."""
    start = known.index(name)
    for step in range(1, min(_OTHERS, len(known) - 1) + 1):
        yield known[(start + step) % len(known)]


def _named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(_, place):
                parts = place.elts if isinstance(place, ast.Tuple) else [place]
                for part in parts:
                    yield from _texts(part)
            case ast.keyword(name, value) if name in _KEYWORDS:
                yield from _texts(value)
                yield from _keys(value)
            case ast.Call(function, arguments, keywords):
                name = getattr(function, "attr", getattr(function, "id", None))
                if name in _FIRST and arguments:
                    yield from _texts(arguments[-1 if name == "insert" and len(arguments) == 2 else 0])
                if name in _DICTS:
                    for argument in arguments:
                        yield from _keys(argument)
                if name in ("agg", "aggregate"):  # total=("price", "sum")
                    for each in keywords:
                        if isinstance(each.value, ast.Tuple) and each.value.elts:
                            yield from _texts(each.value.elts[0])


def _texts(node: ast.expr) -> Iterator[str]:
    for each in node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _keys(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Dict):
        for key in node.keys:
            if key is not None:
                yield from _texts(key)
