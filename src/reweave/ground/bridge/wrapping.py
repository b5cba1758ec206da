"""A context and its code as one function of the inputs: what a test can call.

The function's body is the code, and its parameters are the inputs. Above it stands what of the context the
code needs besides: imports, functions, classes, values that no test gives. It returns the one output, or a
dict of several by their names.
"""

import ast
import re
from collections.abc import Sequence

from reweave.errors import RowError
from reweave.ground.trace.names import names
from reweave.ground.trace.ran import OUT
from reweave.parsing import parse_quietly

NAME = "solution"
"""The function's name, with as many underscores behind it as the texts ask for."""

_IMPORTS = (ast.Import, ast.ImportFrom)


def wrapped(context: str, code: str, inputs: Sequence[str], outputs: Sequence[str]) -> tuple[str, str]:
    """Give the function's name, and the program that defines it.

    Args:
        context: What stands before the code.
        code: The code.
        inputs: Variables of the context that the code takes.
        outputs: What it gives; ``Out`` is its last expression.

    Raises:
        RowError: ``does-not-parse``, or ``not-wrappable``.

    >>> print(wrapped("import math\\nxs = [4]", "ys = [math.sqrt(x) for x in xs]", ["xs"], ["ys"])[1])
    import math
    <BLANKLINE>
    <BLANKLINE>
    def solution(xs):
        ys = [math.sqrt(x) for x in xs]
        return ys
    <BLANKLINE>
    """
    try:
        tree, before = parse_quietly(code), parse_quietly(context)
        taken = names(code).taken
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RowError("does-not-parse", f"{type(error).__name__}: {error}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Global) or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*"):
            raise RowError("not-wrappable", f"line {node.lineno}: it means something else in a function")
    name = NAME
    while re.search(rf"\b{name}\b", f"{context}\n{code}"):
        name += "_"
    above = _needed(before, {*taken} - {*inputs})
    future = [each for each in above if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
    imports = [each for each in above if isinstance(each, _IMPORTS) and each not in future]
    rest = [each for each in above if not isinstance(each, _IMPORTS)]
    heads = ["\n".join(map(ast.unparse, each)) for each in ([*future, *imports], rest) if each]
    body = _body(code, tree, outputs)
    function = f"def {name}({', '.join(inputs)}):\n{body}\n    return {_returned(outputs)}\n"
    if outputs == [OUT]:
        function = f"def {name}({', '.join(inputs)}):\n{body}\n"
    return name, "\n\n\n".join([*heads, function])


def _needed(context: ast.Module, wanted: set[str]) -> list[ast.stmt]:
    """Give the statements of a context that bind what is wanted, and what they need in turn."""
    kept: set[int] = set()
    growing = True
    while growing:
        growing = False
        for at, node in enumerate(context.body):
            if at not in kept and (_binds(node) & wanted or _takes_all(node)):
                kept.add(at)
                growing = True
                wanted = wanted | {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return [node for at, node in enumerate(context.body) if at in kept]


def _binds(node: ast.stmt) -> set[str]:
    """Give the names that a statement binds, or changes a part of."""
    if isinstance(node, _IMPORTS):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        elif isinstance(each, (ast.Attribute, ast.Subscript)) and isinstance(each.ctx, ast.Store):
            inner: ast.expr = each
            while isinstance(inner, (ast.Attribute, ast.Subscript)):
                inner = inner.value
            found |= {inner.id} if isinstance(inner, ast.Name) else set()
    return found


def _takes_all(node: ast.stmt) -> bool:
    """Say whether a statement is needed whatever is wanted: what it brings is not known here."""
    return isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")


def _body(code: str, tree: ast.Module, outputs: Sequence[str]) -> str:
    """Give the code as a function's body: its own lines, where indenting them changes no text in them."""
    last = tree.body[-1] if tree.body else None
    shows = OUT in outputs and isinstance(last, ast.Expr)
    lead = "return " if outputs == [OUT] else f"{OUT} = "
    alone = not shows or (
        last is not None
        and last.col_offset == 0
        and not any((each.end_lineno or 0) >= last.lineno for each in tree.body[:-1])
    )
    if alone and not _spans(tree):
        lines = code.strip("\n").removeprefix("\ufeff").split("\n")
        if shows and last is not None:
            at = last.lineno - 1 - (len(code) - len(code.lstrip("\n")))
            lines[at] = lead + lines[at]
        return "\n".join(f"    {line}" if line.strip() else "" for line in lines)
    texts = [ast.unparse(each) for each in tree.body]
    if shows:
        texts[-1] = lead + texts[-1]
    return "\n".join("    " + text.replace("\n", "\n    ") for text in _lines(texts))


def _lines(texts: Sequence[str]) -> list[str]:
    """Give statements made anew; one whose text holds a line end within quotes cannot be indented."""
    for text in texts:
        if _spans(parse_quietly(text)):
            raise RowError("not-wrappable", "a text of several lines in its code")
    return list(texts)


def _spans(tree: ast.AST) -> bool:
    """Say whether there is text that goes over several lines, but for docstrings, which may be indented."""
    documented = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    heads = [each.body[0] for each in ast.walk(tree) if isinstance(each, documented)]
    documents = {id(each.value) for each in heads if isinstance(each, ast.Expr)}
    return any(
        _is_text(each)
        and id(each) not in documents
        and getattr(each, "end_lineno", 0) > getattr(each, "lineno", 0)
        for each in ast.walk(tree)
    )


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    return isinstance(node, ast.JoinedStr)


def _returned(outputs: Sequence[str]) -> str:
    if len(outputs) == 1:
        return outputs[0]
    return "{" + ", ".join(f"{name!r}: {name}" for name in outputs) + "}"
