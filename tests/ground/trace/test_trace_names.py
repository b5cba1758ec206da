"""What a cell takes and binds, by its text."""

import pytest

from reweave.ground.trace.names import names

BUILTINS = {"len", "list", "map", "max", "print", "range", "sorted", "str", "sum", "zip", "ValueError"}


def taken(program):
    return [name for name in names(program).taken if name not in BUILTINS]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("y = x", ["x"]),
        ("x = 1\ny = x", []),
        ("x = x + 1", ["x"]),
        ("x += 1", ["x"]),
        ("x[0] = 1", ["x"]),
        ("x.a = b", ["b", "x"]),
        ("x.append(y)", ["x", "y"]),
        ("del x\ny = 1", []),
        ("x = 1\ndel x\ny = x", ["x"]),
        ("x: int = y", ["y"]),
        ("x: int\ny = x", ["x"]),
        ("a, (b, *c) = x\nd = a + b + c", ["x"]),
        ("y = (x := 1) + x", []),
        ("y = [x := z, x]", ["z"]),
        ("import os.path as x\ny = x", []),
        ("from m import a as b\ny = a, b", ["a"]),
        ("f'{x} {y:{z}}'", ["x", "y", "z"]),
    ],
)
def test_statements(program, expected):
    """A name is taken where it is read before it is bound."""
    assert [name for name in taken(program) if name != "int"] == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("y = [x for x in xs]", ["xs"]),
        ("y = [x for x in x]", ["x"]),
        ("y = [x for x in xs]\nz = x", ["xs", "x"]),
        ("y = [a + b for a in xs for b in a if b > c]", ["xs", "c"]),
        ("y = {k: v for k, v in xs.items() if k in v}", ["xs"]),
        ("y = sum(x * w for x in xs)", ["xs", "w"]),
        ("y = [z for x in xs if (z := x)]\nw = z", ["xs"]),
        ("y = [[x for x in row] for row in rows]", ["rows"]),
        ("y = sorted(xs, key=lambda x: x[k])", ["xs", "k"]),
        ("y = lambda x, *a, b=c, **k: x + a + b + k + d", ["c", "d"]),
        ("y = df.apply(lambda r: [r[c] for c in cols])", ["df", "cols"]),
    ],
)
def test_scopes(program, expected):
    """Arguments and comprehensions scope as they run; what they read outside is taken."""
    assert taken(program) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("def f():\n    return x\ny = f()", ["x"]),
        ("def f():\n    return x\nx = 1\ny = f()", []),
        ("def f():\n    return x", []),
        ("def f(x):\n    return x\ny = f(z)", ["z"]),
        ("def f(x=z):\n    return x", ["z"]),
        ("@wrap\ndef f():\n    pass", ["wrap"]),
        ("def f():\n    x = 1\n    return x\ny = f()", []),
        ("def f():\n    global x\n    x += 1\nf()", ["x"]),
        ("def f():\n    def g():\n        return x\n    return g\ny = f()", ["x"]),
        ("def f():\n    return g()\ndef g():\n    return x\ny = f()", ["x"]),
        ("def f(n):\n    return f(n - 1) + x\ny = df.apply(f)", ["df", "x"]),
        ("class A:\n    b = x\n    def m(self):\n        return b", ["b", "x"]),
    ],
)
def test_functions(program, expected):
    """A function's body takes what it takes when the function is named, through other functions too."""
    assert taken(program) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("if c:\n    x = 1\ny = x", ["c", "x"]),
        ("if c:\n    x = 1\nelse:\n    x = 2\ny = x", ["c"]),
        ("if c:\n    x = 1\nelse:\n    raise ValueError\ny = x", ["c"]),
        ("for i in xs:\n    x = i\ny = x, i", ["xs", "x", "i"]),
        ("while c:\n    x = 1\ny = x", ["c", "x"]),
        ("try:\n    x = a\nexcept ValueError:\n    x = b\ny = x", ["a", "b"]),
        ("try:\n    x = a\nexcept ValueError as e:\n    print(e)\ny = x", ["a", "x"]),
        ("try:\n    x = a\nexcept ValueError:\n    raise\ny = x", ["a"]),
        ("with a as x:\n    y = x", ["a"]),
        ("match a:\n    case [x, *r]:\n        y = x, r\n    case {'k': x, **r}:\n        y = x, r", ["a"]),
        ("match a:\n    case 1:\n        x = 1\n    case _:\n        x = 2\ny = x", ["a"]),
    ],
)
def test_branches(program, expected):
    """What a branch binds that may not be taken is taken from the context all the same."""
    assert taken(program) == expected


def test_bound():
    """Names are bound in the order of the text; those of loops alone are told apart."""
    found = names("a = 1\nfor i, j in xs:\n    b = i\nj = 2\ndef f(): pass\nimport m.n\n[k for k in xs]")
    assert found.bound == ("a", "i", "j", "b", "f", "m")
    assert found.turned == {"i"}


def test_no_program():
    """What does not parse says so."""
    with pytest.raises(SyntaxError):
        names("a =")
