"""Where a program can be changed: each site is one place and one change (``replacements``).

Which of them are made is ``mutants``' choice. Not changed is what no test is meant to see: docstrings,
annotations, decorators, what stands under ``if __name__ == "__main__"``, what is only printed or logged, the
words of an error.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reweave.align.validate.replacements import called, replacements

_TELLING = {"print", "pprint"}
_LOGS = {"logging", "logger", "log", "warnings"}
_UNSEEN = {"annotation", "returns", "decorator_list", "format_spec", "type_params", "type_comment"}


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One change that can be made.

    Args:
        kind: The mutator's name.
        line: Of the program.
        what: The change, for a person.
        owner, field, value: The node, its field and that field's value once the change is made.
    """

    kind: str
    line: int
    what: str
    owner: ast.AST
    field: str
    value: Any

    def text(self, tree: ast.AST) -> str:
        """Give the program with this change made; the tree is left as it was."""
        before = getattr(self.owner, self.field)
        setattr(self.owner, self.field, self.value)
        try:
            return ast.unparse(tree)
        finally:
            setattr(self.owner, self.field, before)


def sites(tree: ast.Module) -> Iterator[Site]:
    """Give every change that can be made to a program, in the order of its text."""
    yield from _of_fields(tree, words=False)


def _of_fields(owner: ast.AST, *, words: bool) -> Iterator[Site]:
    """Give the changes within a node.

    Args:
        owner: The node.
        words: Whether texts in it are only for a person.
    """
    for field, value in ast.iter_fields(owner):
        if field in _UNSEEN:
            continue
        several = isinstance(value, list)
        for index, child in enumerate(value if several else [value]):
            if not isinstance(child, ast.AST) or _unseen(owner, field, index, child):
                continue
            for kind, what, new in replacements(child, words=words):
                ast.copy_location(new, child)  # some statements are not written without
                whole = [*value[:index], new, *value[index + 1 :]] if several else new
                line: int = getattr(child if hasattr(child, "lineno") else owner, "lineno", 0)
                yield Site(kind, line, what, owner, field, whole)
            yield from _of_fields(child, words=words or isinstance(child, (ast.Raise, ast.Assert)))


def _unseen(owner: ast.AST, field: str, index: int, child: ast.AST) -> bool:
    """Say whether no test is meant to see a node."""
    if isinstance(child, ast.Expr):
        call = child.value
        if isinstance(call, ast.Constant):
            return True  # a docstring, or nothing at all
        if isinstance(call, ast.Call):
            name, base = called(call), getattr(getattr(call.func, "value", None), "id", None)
            return (name in _TELLING and base is None) or base in _LOGS
    if isinstance(child, ast.If) and isinstance(owner, ast.Module):
        return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(child.test))
    if isinstance(child, ast.Assign):
        return any(isinstance(each, ast.Name) and each.id[:2] == "__" for each in child.targets)
    return field == "msg" and isinstance(owner, ast.Assert) and index == 0
