"""Functions, methods and classes of a file: where they are, and their source as a text of its own.

By Python's own syntax tree, decorators and ``async`` included. What is at the top level counts: functions
within functions are part of them. Whether one makes a seed is for ``rules`` to say.
"""

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from reweave.parsing import parse_quietly
from reweave.records import split_lines

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # as Python counts lines: form feeds do not end one


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that parses.

    Attributes:
        lines: With their ends, as Python counts them.
        tree: Its syntax tree.
    """

    lines: tuple[str, ...]
    tree: ast.Module

    @classmethod
    def parse(cls, text: str) -> "SourceFile":
        """Parse a file; a byte order mark is set aside.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: It does not parse.
        """
        body = text.removeprefix("\ufeff")
        return cls(tuple(_LINES.findall(body)), parse_quietly(body))

    def text(self, first: int, last: int) -> str:
        r"""Return lines ``first`` to ``last``, counted from 1; each ends with ``\n``."""
        return "".join(line.rstrip("\r\n") + "\n" for line in self.lines[first - 1 : last])


@dataclass(frozen=True, slots=True)
class Found:
    """A definition in a file.

    Attributes:
        kind: ``function``, ``method`` or ``class``.
        name: Its own name.
        qualified: With its class's; ``#2``, ``#3`` … where one repeats.
        node: In the file's tree.
        owner: The class of a method.
        first_line: From 1, of its first decorator if it has one.
        last_line: Its last.
        code: Its source, decorators too, without the indentation of a method.
    """

    kind: str
    name: str
    qualified: str
    node: Definition
    owner: ast.ClassDef | None
    first_line: int
    last_line: int
    code: str


def find(file: SourceFile, kinds: Collection[str]) -> Iterator[Found]:
    """Find what a file defines at its top level, in its order; a class comes before its methods."""
    seen: Counter[str] = Counter()
    for node in file.tree.body:
        if not isinstance(node, DEFINITIONS):
            continue
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        seen[node.name] += 1
        name = _numbered(node.name, seen)
        if kind in kinds:
            yield _found(file, kind, name, node, None)
        if isinstance(node, ast.ClassDef) and "method" in kinds:
            for member in node.body:
                if isinstance(member, FUNCTIONS):
                    method = f"{name}.{member.name}"
                    seen[method] += 1
                    yield _found(file, "method", _numbered(method, seen), member, node)


def first_line(node: ast.stmt) -> int:
    """Return the line that a statement begins on, its decorators included."""
    decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def last_line(node: ast.stmt) -> int:
    """Return the line that a statement ends on."""
    return node.end_lineno or node.lineno


def docstring_of(node: Definition) -> ast.Constant | None:
    """Return a definition's docstring, as it stands in the tree."""
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return first.value if isinstance(first.value.value, str) else None
    return None


def _numbered(name: str, seen: Counter[str]) -> str:
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def _found(file: SourceFile, kind: str, name: str, node: Definition, owner: ast.ClassDef | None) -> Found:
    first, last = first_line(node), last_line(node)
    code = file.text(first, last)
    return Found(kind, node.name, name, node, owner, first, last, _dedented(code, node, first))


def _dedented(code: str, node: Definition, first: int) -> str:
    """Take a method's indentation off, but for lines within strings, whose values would change.

    A docstring's lines move with the code: what a docstring says does not depend on its indentation.
    """
    lines = split_lines(code) if node.col_offset else []
    if not lines:
        return code
    margin = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    docstring = docstring_of(node)
    fixed: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, (ast.Constant, ast.JoinedStr)) and part is not docstring:
            fixed.update(range(part.lineno + 1 - first, (part.end_lineno or part.lineno) + 1 - first))
    return "".join(
        line if number in fixed else line.removeprefix(margin) for number, line in enumerate(lines)
    )
