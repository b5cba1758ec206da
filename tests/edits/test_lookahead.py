"""Look-ahead: deleting a definition deletes its uses before any checker is asked, and nothing else."""

# ruff: noqa: E501 - in a table of programs, one a line is easier to read

import textwrap

import pytest
from test_plan import plan_of

# (what is shown, program, line deleted, lines that fall with it); lines are named by their text.
FALLS = [
    ("a name", "x = 1\ny = 2\nprint(x)\n", "x = 1", {"print(x)"}),
    ("a chain of names", "a = 1\nb = a\nc = b\nd = 2\n", "a = 1", {"b = a", "c = b"}),
    ("an import", "import os.path\nimport re\nprint(os.sep)\n", "import os.path", {"print(os.sep)"}),
    ("an import by another name", "import a.b as c\nprint(c)\n", "import a.b as c", {"print(c)"}),
    ("from a module", "from a import (\n  b as c)\nprint(c)\n", "from a import (", {"print(c)"}),
    ("a function", "def f():\n    pass\nx = [f]\n", "def f():", {"pass", "x = [f]"}),
    ("a function by its only statement", "def f():\n    pass\nf()\n", "pass", {"def f():", "f()"}),
    ("a class", "class C:\n    pass\nclass D(C):\n    a = 1\n", "class C:", {"pass", "class D(C):", "a = 1"}),
    ("a decorator", "def d(f):\n    return f\n@d\ndef g():\n    pass\n", "def d(f):", {"return f", "def g():", "pass"}),
    ("a parameter's default", "n = 1\ndef f(a=n):\n    pass\n", "n = 1", {"def f(a=n):", "pass"}),
    ("an annotation", "T = int\ndef f(a: T) -> None:\n    pass\n", "T = int", {"def f(a: T) -> None:", "pass"}),
    ("the last of two bindings", "x = 1\nx = 2\nprint(x)\n", "x = 1", set()),
    ("one of a tuple", "a, (b, *c) = 1, (2, 3)\nprint(c)\n", "a, (b, *c) = 1, (2, 3)", {"print(c)"}),
    ("the walrus", "if (n := 1):\n    pass\nprint(n)\n", "if (n := 1):", {"pass", "print(n)"}),
    ("with", "with a as b:\n    pass\nprint(b)\n", "with a as b:", {"pass", "print(b)"}),
    # loops
    ("a loop's variable", "for i in []:\n    print(i)\nprint(1)\n", "for i in []:", {"print(i)"}),
    ("what a loop adds to", "n = 0\nfor i in []:\n    n += i\nprint(n)\n", "n = 0", {"n += i", "for i in []:", "print(n)"}),
    ("adding is no first binding", "n = 0\nn += 1\nprint(n)\n", "n += 1", set()),
    # branches
    ("both branches", "if a:\n    x = 1\nelse:\n    x = 2\nprint(x)\n", "else:", {"x = 2", "print(x)"}),
    ("both branches, the first", "if a:\n    x = 1\n    y = 1\nelse:\n    x = 2\nprint(x)\n", "x = 1", {"print(x)"}),
    ("a branch that leaves", "def f(a):\n    if a:\n        x = 1\n    else:\n        return\n    print(x)\n", "return",
     {"else:", "print(x)"}),
    ("try and except", "try:\n    x = 1\nexcept E:\n    x = 2\nprint(x)\n", "x = 2", {"except E:", "try:", "x = 1", "print(x)"}),
    ("except with return",
     "def f():\n    try:\n        x = 1\n    except E:\n        print(1)\n        return 2\n    return x\n",
     "return 2", {"return x"}),
    ("all cases of match", "match a:\n    case 1:\n        x = 1\n    case _:\n        x = 2\nprint(x)\n", "case _:",
     {"x = 2", "print(x)"}),
    # scopes
    ("a closure", "def f():\n    x = 1\n    def g():\n        return x\n    return 3\n", "x = 1", {"def g():", "return x"}),
    ("a lambda", "x = 1\nf = lambda y: x + y\n", "x = 1", {"f = lambda y: x + y"}),
    ("a comprehension's source", "x = []\ny = [i for i in x]\n", "x = []", {"y = [i for i in x]"}),
    ("a comprehension's own name is nobody's", "i = 1\ny = [i for i in []]\n", "i = 1", set()),
    ("a class body's name", "class C:\n    a = 1\n    b = a\n", "a = 1", {"class C:", "b = a"}),
    ("a class body is not seen by its methods", "a = 0\nclass C:\n    a = 1\n    def f(self):\n        return a\n", "a = 1", set()),
    ("global", "n = 0\ndef f():\n    global n\n    return n\n", "n = 0", {"return n"}),
    ("nonlocal", "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = 1\n    return g\n", "n = 0",
     {"nonlocal n"}),
    ("__all__", "__all__ = ['f']\ndef f():\n    pass\n", "def f():", {"pass", "__all__ = ['f']"}),
    ("del", "x = 1\ndel x\n", "x = 1", {"del x"}),
    # attributes
    ("an attribute of self", "class C:\n    def __init__(self):\n        self.a = 1\n    def f(self):\n        print(self.a)\n",
     "self.a = 1", {"class C:", "def __init__(self):", "def f(self):", "print(self.a)"}),
    ("a method of self", "class C:\n    def f(self):\n        return 1\n    def g(self):\n        self.f()\n", "def f(self):",
     {"class C:", "return 1", "def g(self):", "self.f()"}),
    ("a method of an instance", "class C:\n    def f(self):\n        pass\n    def g(self):\n        pass\nc = C()\nc.f()\nc.g()\n",
     "def f(self):", {"pass", "c.f()"}),
    ("a method of a base", "class B:\n    x = 1\n    def f(self):\n        pass\nclass C(B):\n    y = 1\nC().f()\n", "def f(self):",
     {"pass", "C().f()"}),
    ("a class attribute", "class C:\n    a = 1\n    b = 2\nprint(C.a)\n", "a = 1", {"print(C.a)"}),
    # results
    ("a used result", "def f():\n    print(1)\n    return 2\nx = f()\n", "return 2", {"x = f()"}),
    ("a result that nobody uses", "def f():\n    print(1)\n    return 2\nf()\n", "return 2", set()),
    ("a method's result", "class C:\n    def f(self):\n        print(1)\n        return 2\nx = C().f()\n", "return 2", {"x = C().f()"}),
    ("one return of two", "def f(a):\n    if a:\n        return 1\n    return 2\nx = f(1)\n", "return 2", set()),
    ("a generator", "def f():\n    print(1)\n    yield 2\nfor i in f():\n    print(i)\n", "yield 2", {"for i in f():", "print(i)"}),
    ("a language's method", "class C:\n    x = 1\n    def __len__(self):\n        print(1)\n        return 2\n", "return 2",
     {"def __len__(self):", "print(1)"}),
    # constructors
    ("a constructor's parameters", "class C:\n    x = 1\n    def __init__(self, a):\n        pass\nc = C(1)\n", "def __init__(self, a):",
     {"pass", "c = C(1)"}),
    ("a constructor without any", "class C:\n    x = 1\n    def __init__(self):\n        pass\nc = C()\n", "def __init__(self):", {"pass"}),
    ("a data class's fields", "@d\nclass C:\n    a: int\n    b: int\nc = C(1, 2)\n", "b: int", {"c = C(1, 2)"}),
    # None first
    ("None, then more", "x = None\nx = []\nprint(x[0])\n", "x = []", {"print(x[0])"}),
    ("an attribute that is None first",
     "class C:\n    def __init__(self):\n        self.a = None\n    def f(self):\n        self.a = []\n    def g(self):\n        self.a[0]\n",
     "self.a = []", {"def f(self):", "def g(self):", "self.a[0]"}),
]  # fmt: skip


def first_lines(plan, mask):
    return [text.lstrip("\n").split("\n") for unit, text in enumerate(plan.texts) if mask >> unit & 1]


def unit_of_line(plan, line):
    [unit] = [unit for unit, text in enumerate(plan.texts) if line in map(str.strip, text.split("\n"))]
    return unit


@pytest.mark.parametrize(
    ("text", "line", "falls"), [case[1:] for case in FALLS], ids=[case[0] for case in FALLS]
)
def test_falls(text, line, falls):
    """Deleting a line deletes exactly what needs it, with no checker about."""
    plan = plan_of(text)
    deleted = unit_of_line(plan, line)
    state = plan.fall(plan.full, [deleted])
    fallen = {
        next(
            part.strip()
            for part in plan.texts[unit].split("\n")
            if part.strip() and part.strip()[0] not in "@#"
        )
        for unit in range(len(plan.texts))
        if unit != deleted and not state >> unit & 1
    }
    assert fallen == falls


INDEPENDENT = [
    "def f():\n    return 1\ndef g():\n    return 2\n",
    "class A:\n    def f(self):\n        return 1\nclass B:\n    def f(self):\n        return self.f\n",
    "import a\nimport b\nx = 1\ny = 2\nprint(1)\n",
    "x = 1\ndef f(x):\n    return x\n",
    "def f():\n    x = 1\n    return 2\nx = 3\ndef g():\n    print(x)\n",
    "x = 1\ny = [x for x in []]\n",
    "class C:\n    x = 1\n    def m(self, other):\n        return other.x\n",
    "def f(n):\n    print(n)\n    return n\nf(1)\n",
]


@pytest.mark.parametrize("text", INDEPENDENT)
def test_the_independent_stands(text):
    """Deleting one top-level statement leaves all others that do not mention it."""
    plan = plan_of(text)
    tops = [unit for unit, parent in enumerate(plan.parents) if parent < 0]
    names = {unit: _name(plan.texts[unit]) for unit in tops}
    for unit in tops:
        state = plan.fall(plan.full, [unit])
        for other in tops:
            if other == unit or f"{names[unit]}(" in plan.texts[other]:
                continue
            if names[unit] == "x" and "print(x)" in "".join(plan.texts[other : plan.block_end[other]]):
                continue
            assert state >> other & 1, (plan.texts[unit], plan.texts[other])


def _name(text):
    words = text.replace("(", " ").replace(":", " ").split()
    return words[1] if words[0] in {"def", "class", "import"} else words[0]


def test_types_that_lead_in_circles():
    """Names, attributes and calls that refer to each other in circles are followed to an end."""
    text = textwrap.dedent("""\
        class A:
            def f(self):
                return self.b.f()
            def g(self):
                self.b = self.f().g()
                return self.g().f().g()
        class B(C):
            pass
        class C(B):
            pass
        x = y
        y = x
        x = x.f().g(y)
        z = A().f().g().f()
        z.a = z.f()
        """)
    plan = plan_of(text)
    assert plan.fall(plan.full, [0]) != plan.full


def test_many_bindings_of_one_type():
    """Variables given an instance hundreds of times over are followed once, not a power of that."""
    text = "class C:\n    def f(self):\n        pass\n" + "x = C()\ny = x\nz = y\nz.f()\n" * 300
    plan = plan_of(text)
    state = plan.fall(plan.full, [1])
    assert "z.f()" not in plan.text(state)
    assert plan.text(state).count("z = y") in {0, 300}
