"""Where definitions are, and their source as a text of its own."""

import ast
import textwrap

import pytest

from reweave.align.seeds.finding import SourceFile, find

FILE = '''\
import functools


@functools.cache
@functools.wraps(
    print
)
def decorated(x):
    """Say."""
    def inner(y):
        return y
    return inner(x)


async def waits(x): return x


class Tree:
    """A tree."""

    size = 1

    @property
    def text(self):
        """Lines.

            indented
        """
        return """
  as it is
        kept
"""

    def text(self, f=f"""
        {1}"""):
        return f

if True:
    def conditional(x):
        return x

def waits(x):
    return x
'''


def found(text, *kinds):
    return {each.qualified: each for each in find(SourceFile.parse(text), kinds)}


def test_kinds():
    """Each kind is found at the top level, in the file's order; what repeats is numbered."""
    assert list(found(FILE, "function")) == ["decorated", "waits", "waits#2"]
    assert list(found(FILE, "method")) == ["Tree.text", "Tree.text#2"]
    assert list(found(FILE, "class")) == ["Tree"]
    every = found(FILE, "function", "method", "class")
    assert list(every) == ["decorated", "waits", "Tree", "Tree.text", "Tree.text#2", "waits#2"]
    assert [each.kind for each in every.values()] == [
        "function",
        "function",
        "class",
        "method",
        "method",
        "function",
    ]


def test_decorators_are_part_of_it():
    """A function begins with its first decorator, and is told to."""
    decorated = found(FILE, "function")["decorated"]
    assert (decorated.first_line, decorated.last_line) == (4, 12)
    assert decorated.code == "".join(FILE.splitlines(keepends=True)[3:12])


def test_methods_move_to_the_margin_but_for_their_strings():
    """A method's source parses by itself and has the values it had; its docstring moves with it."""
    first, second = found(FILE, "method").values()
    assert first.code.startswith('@property\ndef text(self):\n    """Lines.\n\n        indented\n    """\n')
    assert "\n  as it is\n        kept\n" in first.code
    for method in (first, second):
        [alone] = ast.parse(method.code).body
        assert ast.get_docstring(alone) == ast.get_docstring(method.node)
        for node in (alone, method.node):
            if ast.get_docstring(node):
                del node.body[0]
        assert ast.dump(alone) == ast.dump(method.node)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends(end):
    """However lines end, a function's source is the same; form feeds end none."""
    text = "x = 1\n\x0cdef f(a):\n    'a\x0cb'\n    return a".replace("\n", end)
    each = found(text, "function")["f"]
    assert (each.first_line, each.last_line) == (2, 4)
    assert each.code == "def f(a):\n    'a\x0cb'\n    return a\n"


def test_tabs():
    """Methods indented by tabs come to the margin, too."""
    text = "class A:\n\tdef f(self):\n\t\tif self:\n\t\t\treturn 1\n"
    assert found(text, "method")["A.f"].code == textwrap.dedent(
        "\tdef f(self):\n\t\tif self:\n\t\t\treturn 1\n"
    )
