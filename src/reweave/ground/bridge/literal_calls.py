"""Calls that stand in a test text with arguments that can be read off it: literals, and names bound to them.

For texts that cannot be followed to the end. A name is not known any more once what it stands for may have
changed: handed to a call, or a method of it called; nor is one that a branch, a loop or a function binds.
"""

import ast
import builtins
import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

from reweave.parsing import parse_quietly
from reweave.sandbox import Call

METHOD = re.compile(r"([A-Za-z_]\w*)\(\)\.([A-Za-z_]\w*)")
"""An entry that is a method of an object made for this one call."""

_BLOCKS = ("body", "orelse", "handlers", "finalbody")
_FIXED = {bool, int, float, complex, str, bytes}
_UNREADABLE = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, KeyError)


def literal_calls(tests: str) -> Iterator[Call]:
    """Give them in the order of the text.

    >>> [each.args for each in literal_calls("xs = [1]\\nput(xs, 2)\\nput(xs, 3)\\nput([], 4)")]
    [([1], 2), ([], 4)]

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: It does not parse.
    """
    yield from _block(parse_quietly(tests).body, {})


def _block(statements: Sequence[Any], known: dict[str, Any]) -> Iterator[Call]:
    for statement in statements:
        inner = [part for name in _BLOCKS for part in getattr(statement, name, [])]
        for node in _calls(statement, inner):
            call = _read(node, known)
            if call is not None:
                yield call
            _forget(node, known)
        bound = {
            _base(each) for each in ast.walk(statement) if isinstance(getattr(each, "ctx", None), ast.Store)
        }
        for name in bound:
            known.pop(name, None)
        if inner:
            own = {each.arg for each in ast.walk(statement) if isinstance(each, ast.arg)}
            yield from _block(inner, {name: value for name, value in known.items() if name not in own})
            for each in ast.walk(statement):
                if isinstance(each, ast.Call):
                    _forget(each, known)
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                try:
                    known[name] = ast.literal_eval(value)
                except _UNREADABLE:
                    continue


def _forget(node: ast.Call, known: dict[str, Any]) -> None:
    """Forget names whose values a call may have changed: no numbers, no text, none given to Python's own."""
    own = isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id)
    for part in () if own else (node.func, *node.args, *(each.value for each in node.keywords)):
        name = _base(part)
        if type(known.get(name)) not in _FIXED:
            known.pop(name, None)


def _base(node: ast.AST) -> str:
    """Give the name that an expression begins with, nothing where it is another."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _calls(statement: ast.AST, inner: Sequence[ast.AST]) -> list[ast.Call]:
    """Give the calls of a statement's own expressions, in the order of the text."""
    found = []
    waiting = [each for each in ast.iter_child_nodes(statement) if each not in inner]
    while waiting:
        node = waiting.pop()
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Call):
            found.append(node)
    return sorted(found, key=lambda each: (each.lineno, each.col_offset))


def _read(node: ast.Call, known: dict[str, Any]) -> Call | None:
    entry = ast.unparse(node.func)
    if not isinstance(node.func, ast.Name) and not METHOD.fullmatch(entry):
        return None
    if not all(each.arg for each in node.keywords):
        return None
    try:
        args = tuple(_value(each, known) for each in node.args)
        kwargs = {each.arg: _value(each.value, known) for each in node.keywords if each.arg}
    except _UNREADABLE:
        return None
    return Call(entry, args, kwargs)


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return copy.deepcopy(known[node.id])
    return ast.literal_eval(node)
