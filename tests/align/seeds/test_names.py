"""Names that code takes from its module, and what a module binds them to."""

import ast

import pytest

from reweave.align.seeds.names import bindings, quoted, uses

USES = {
    "def f(a, *b, c=D, **e) -> F: return a, b, c, e, g": "D F g",
    "@h.i\ndef f(): pass": "h",
    "def f():\n    x = 1\n    def g(): return x + y\n    return g": "y",
    "def f(n): return n and f(n - 1)": "",
    "def f(s): return [a for a in s if b], {c: c for c in d(s)}": "b d",
    "def f():\n    import os\n    return os.sep, lambda q: q + r": "r",
    "def f():\n    try: pass\n    except E as e: return e": "E",
    "class A(B):\n    x = C\n    def f(self): return x, self.x, A": "B C x",
    "async def f(a):\n    async with w(a) as b:\n        return [c async for c in b]": "w",
    "def f(x: 'int') -> G['H']: y: I = x; return y": "G I",
    "def f(x):\n    match x:\n        case P(q): return q": "P",
    "def f():\n    return len(__name__)": "len __name__",
    "def f():\n    return g('\\d')": "g",
}


@pytest.mark.parametrize("code", USES)
def test_uses(code):
    """What is read and not bound by the code itself; scopes as Python has them."""
    assert uses(code).names == set(USES[code].split())


def test_written_through_global():
    """A function that sets its module's state says so."""
    code = "def f():\n    global a, b\n    a = b\n"
    assert uses(code).written == {"a"}
    assert uses(code).names == {"b"}


def test_class_bodies():
    """A class's body may read the module's name before it binds its own."""
    used = uses("class A:\n    b = b\n    c = 1\n    def f(self): return c\n")
    assert (used.names, used.perhaps) == ({"c"}, {"b"})


def test_quoted_annotations():
    """Names in annotations written as strings; a docstring that looks like a name is none."""
    [node] = ast.parse(
        "def f(x: 'A.b', *y: 'List[C]') -> 'D | None':\n    'E'\n    z: 'not a name' = 'F'"
    ).body
    assert quoted(node) == {"A", "List", "C", "D"}


MODULE = """
from __future__ import annotations
import a.b, c as d
from e import f as g, h
from ..i import j
from k import *
L = 1
M: int = 2
N: int
O, P = 3, 4
def q(): r = 5
class S: t = 6
try:
    import u
except ImportError as v:
    u = None
else:
    w = 1
for x in y: z = 7
if (aa := 8):
    ab.ac[1].ad()
ae[1], ag = af.ag = 2, 3
ah.ai[1] += 1
print(aj)
del L, ak.al
"""


def test_bindings():
    """Every binding of a module, by kind, in order; names within functions are not among them."""
    found = bindings(ast.parse(MODULE))
    kinds = {name: [each.kind + ("?" if each.nested else "") for each in of] for name, of in found.of.items()}
    assert kinds == {
        "a": ["import"], "d": ["import"], "g": ["import"], "h": ["import"], "j": ["import"],
        "L": ["assignment"], "M": ["assignment"], "O": ["other"], "P": ["other"],
        "q": ["definition"], "S": ["definition"], "u": ["import?", "assignment?"], "v": ["other"],
        "w": ["assignment?"], "x": ["other"], "z": ["assignment?"], "aa": ["other"], "ag": ["other"],
    }  # fmt: skip
    assert [found.of[name][0].text for name in "adghj"] == [
        "import a.b", "import c as d", "from e import f as g", "from e import h", "from ..i import j",
    ]  # fmt: skip
    assert found.of["j"][0].level == 2
    assert found.stars == ["k"]
    assert found.changed == {"ab", "ae", "af", "ah", "ak"}
    assert found.future == ["from __future__ import annotations"]
