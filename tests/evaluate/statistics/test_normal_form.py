"""When two programs are one."""

import ast
import importlib
import inspect
import symtable

import pytest

from reweave.evaluate.statistics.normal_form import normal_form

# ruff: noqa: E501 - two programs side by side
SAME = {
    "formatting": ("x = [1,\n     2]\n", "x=[1, 2,]  # two\n"),
    "quotes and numbers": ("x = 'a', 1_000, u'b'", 'x = "a", 1000, "b"'),
    "docstrings": ('"""M."""\ndef f():\n    """Doc."""\n    return 1', "def f():\n    return 1"),
    "only a docstring": ('class A:\n    """Doc."""', "class A:\n    pass"),
    "bare strings": ("def f():\n    x = 1\n    'note'\n    return x", "def f():\n    x = 1\n    return x"),
    "pass": ("def f():\n    pass\n    return 1", "def f(): return 1"),
    "else: pass": ("if x:\n    y()\nelse:\n    pass", "if x:\n    y()"),
    "parameters": ("def f(a, *b, c=1, **d): return a, b, c, d", "def f(p, *q, r=1, **s): return p, q, r, s"),
    "locals": ("def f():\n    x = 1\n    for i in g(x): x += i\n    return x",
               "def f():\n    total = 1\n    for each in g(total): total += each\n    return total"),
    "lambdas": ("f = lambda x: x + 1", "f = lambda y: y + 1"),
    "comprehensions": ("x = [a for a in b if a]", "x = [c for c in b if c]"),
    "nested comprehensions": ("x = {a: [b for b in a] for a in s}", "x = {k: [v for v in k] for k in s}"),
    "inner functions": ("def f(n):\n    def g(m): return m + n\n    return g(n)",
                        "def f(a):\n    def helper(b): return b + a\n    return helper(a)"),
    "nonlocal": ("def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    g()\n    return n",
                 "def f():\n    k = 0\n    def h():\n        nonlocal k\n        k += 1\n    h()\n    return k"),
    "exceptions": ("def f():\n    try: g()\n    except E as e: return e", "def f():\n    try: g()\n    except E as x: return x"),
    "with": ("def f():\n    with g() as a: return a", "def f():\n    with g() as b: return b"),
    "imports": ("def f():\n    import math as m\n    from os import sep\n    return m.pi, sep",
                "def f():\n    import math as n\n    from os import sep as s\n    return n.pi, s"),
    "walrus": ("def f():\n    return [(y := x) for x in z], y", "def f():\n    return [(b := a) for a in z], b"),
    "match": ("def f(x):\n    match x:\n        case [a, *b] as c: return a, b, c\n        case {'k': v, **r}: return v, r",
              "def f(s):\n    match s:\n        case [p, *q] as w: return p, q, w\n        case {'k': u, **t}: return u, t"),
    "methods": ("class A:\n    def f(self, x): return self.y + x", "class A:\n    def f(this, z): return this.y + z"),
    "unpacking": ("def f(p):\n    (a, *b), c = p\n    return a, b, c", "def f(q):\n    (x, *y), z = q\n    return x, y, z"),
    "a local named like a builtin": ("def f(list): return list", "def f(l): return l"),
    "byte order mark": ("\ufeffx = 1", "x = 1"),
    "invalid escapes": ("x = '\\d'", "x = '\\\\d'"),
}  # fmt: skip
DIFFERENT = {
    "values": ("x = 1", "x = 2"),
    "kinds of numbers": ("x = 1", "x = 1.0"),
    "booleans are not numbers": ("x = True", "x = 1"),
    "operators": ("def f(a, b): return a - b", "def f(a, b): return b - a"),
    "order of parameters": ("def f(a, b): return a", "def f(b, a): return a"),
    "public names": ("def f(): pass", "def g(): pass"),
    "module variables": ("x = 1", "y = 1"),
    "class attributes": ("class A:\n    x = 1", "class A:\n    y = 1"),
    "attributes": ("def f(a): return a.x", "def f(a): return a.y"),
    "globals used": ("def f(): return x", "def f(): return y"),
    "global declared": ("def f():\n    global x\n    x = 1", "def f():\n    global y\n    y = 1"),
    "local and global": ("def f():\n    x = 1", "def f():\n    global x\n    x = 1"),
    "which of two locals": ("def f(a, b):\n    c = a\n    return b", "def f(a, b):\n    c = b\n    return b"),
    "shadowing": ("def f(a):\n    return lambda a: a", "def f(a):\n    return lambda b: a"),
    "a class's name is not its methods'": ("class A:\n    x = 1\n    def f(self): return x", "class A:\n    x = 1\n    def f(self): return y"),
    "keywords": ("def f(a, b): return a - b\nf(a=1, b=2)", "def f(b, a): return b - a\nf(a=1, b=2)"),
    "names looked up": ("def f():\n    a = 1\n    return locals()['a']", "def f():\n    b = 1\n    return locals()['a']"),
    "strings that are used": ("def f(): return 'x'", "def f(): return 'y'"),
    "imports without an alias": ("def f():\n    import os.path\n    return os", "def f():\n    import os.path as os\n    return os"),
    "imports of an inner function": ("def f(os, p):\n    def g():\n        import os.path\n        return os\n    return p", "def f(p, os):\n    def g():\n        import os.path\n        return p\n    return os"),
    "comprehension's first iterable": ("def f(x): return [x for x in x]", "def f(x): return [y for y in y]"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_same(name):
    """Two ways to write one program have one normal form."""
    one, other = SAME[name]
    assert normal_form(one) == normal_form(other) is not None


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name):
    """Programs that differ in what they do have different normal forms."""
    one, other = DIFFERENT[name]
    assert normal_form(one) != normal_form(other)
    assert None not in (normal_form(one), normal_form(other))


@pytest.mark.parametrize(
    "text", ["def f(:", "x = (", "\0", "x = " + "(" * 5000 + ")" * 5000, "x = " + "-" * 100_000 + "1"]
)
def test_what_does_not_parse_has_none(text):
    """Not Python, or too deep: None, not a crash."""
    assert normal_form(text) is None


def test_empty_program():
    """Nothing, and nothing but a comment, are the same program."""
    assert normal_form("") == normal_form("# nothing\n") is not None


class _Rename(ast.NodeTransformer):
    def __init__(self, names):
        self.names = names

    def new(self, name):
        return f"new_{name}" if name in self.names else name

    def visit(self, node):
        for attribute in ("id", "arg", "name"):
            if isinstance(getattr(node, attribute, None), str) and not isinstance(
                node, ast.keyword | ast.alias
            ):
                setattr(node, attribute, self.new(getattr(node, attribute)))
        return self.generic_visit(node)


@pytest.mark.parametrize("module", ["textwrap", "json.decoder", "difflib", "heapq", "tokenize"])
def test_renaming_locals_of_real_code_changes_nothing(module):
    """The standard library's modules, locals and parameters renamed all over: same normal form."""
    source = inspect.getsource(importlib.import_module(module))
    kept = {node.arg for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword)}
    names = set()
    tables = [symtable.symtable(source, module, "exec")]
    for table in tables:
        tables.extend(table.get_children())
        if table.get_type() != "function":
            kept |= set(table.get_identifiers())
        for symbol in table.get_symbols():
            local = table.get_type() == "function" and symbol.is_local() and not symbol.is_imported()
            (names if local else kept if symbol.is_global() else set()).add(symbol.get_name())
    names -= kept
    renamed = ast.unparse(_Rename(names).visit(ast.parse(source)))
    assert len(names) > 10
    assert normal_form(renamed) == normal_form(source) is not None
