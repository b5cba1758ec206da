"""Random programs from a small grammar, and a few awkward ones by hand. Not a test itself."""

# ruff: noqa: E501 - in a table of programs, one a line is easier to read

from hypothesis import strategies as st

NAMES = ["a", "b", "c", "f", "g", "C", "self"]
names = st.sampled_from(NAMES)


@st.composite
def expressions(draw, depth=0):
    """An expression on one line, or over several in brackets."""
    kind = draw(st.integers(0, 9 if depth < 2 else 2))
    if kind <= 1:
        return draw(names)
    if kind == 2:
        return draw(st.sampled_from(["1", "'s'", "None", "'''x\n# y\n'''", 'f"{a!r:>{b}}"', 'rb"\\d"']))
    left = draw(expressions(depth + 1))
    right = draw(expressions(depth + 1))
    return [
        f"{left} + {right}",
        f"f({left}, {right})",
        f"({left},\n      # in brackets\n{right})",
        f"[{left} for a in {right} if a]",
        f"({left}).b",
        f"(lambda a, b={left}: {right})",
        f"(c := {left})",
    ][kind - 3]


@st.composite
def suites(draw, indent, depth):
    """The statements of a block, with comments, blank lines and odd indentation of comments between."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        filler = draw(st.sampled_from(["", "", "", "\n", f"{indent}# note\n", "# far left\n", "\x0c\n"]))
        lines.append(filler + draw(statements(indent, depth)))
    return "".join(lines)


@st.composite
def statements(draw, indent, depth=0):
    """A statement with everything under it, each line with its newline."""
    kind = draw(st.integers(0, 17 if depth < 3 else 6))
    value = draw(expressions())
    name = draw(names)
    if kind <= 6:
        simple = [
            f"{name} = {value}",
            f"{name} += {value}",
            f"print({value}); {name} = {value}",
            f"{name}.b = {value}",
            f"if {name}: print({value}); {name} = 1",
            f"{name} = 1 + \\\n   2  # tail",
            "pass",
        ]
        return f"{indent}{simple[kind]}\n"
    step = indent + draw(st.sampled_from(["    ", "  ", "\t"]))

    def body():
        return draw(suites(step, depth + 1))

    other = body() if draw(st.booleans()) else None
    tail = f"{indent}else:\n{other}" if other is not None else ""
    if kind == 7:
        chain = f"{indent}elif {name}:\n{body()}" if draw(st.booleans()) else ""
        return f"{indent}if {value}:\n{body()}{chain}{tail}"
    if kind == 8:
        return f"{indent}for {name} in {value}:\n{body()}{tail}"
    if kind == 9:
        return f"{indent}while {value}:\n{body()}{tail}"
    if kind == 10:
        final = f"{indent}finally:\n{body()}" if draw(st.booleans()) else ""
        return f"{indent}try:\n{body()}{indent}except E as {name}:\n{body()}{tail}{final}"
    if kind == 11:
        return f"{indent}try:\n{body()}{indent}# before\n{indent}finally:\n{body()}"
    if kind == 12:
        return f"{indent}with {value} as {name}:\n{body()}"
    if kind == 13:
        decorated = f"{indent}@{name}\n" if draw(st.booleans()) else ""
        leave = f"{step}return {value}\n"
        return f"{decorated}{indent}def {name}(self, a=1, *, b: C = None):\n{body()}{leave}"
    if kind == 14:
        return f"{indent}class {name}(C):\n{step}'doc'\n{body()}"
    if kind == 15:
        deeper = step + "    "
        block = draw(suites(deeper, depth + 1))
        return f"{indent}match {name}:\n{step}case [1, a]:\n{block}{step}# or\n{step}case _:\n{block}"
    if kind == 16:
        return f"{indent}async def {name}(a):\n{step}await a\n{body()}"
    return f"{indent}def {name}():\n{step}global a\n{step}def g():\n{step}    nonlocal_ = a\n{body()}"


@st.composite
def programs(draw):
    """A program that may have errors of names, but nearly always parses."""
    head = draw(st.sampled_from(["", "#!/usr/bin/env python\n", "# licence\n\n", "'''doc'''\n", "\ufeff"]))
    text = head + draw(suites("", 0)) + draw(st.sampled_from(["", "\n", "# end\n", "# end"]))
    ending = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.replace("\n", ending)


HOSTILE = {
    "crlf": "def f(x):\r\n    y = x\r\n\r\n    return y\r\nprint(f(1))\r\n",
    "lone-cr": "x = 1\ry = x\rprint(y)\n\nz = 2\rprint(z, x)\n",
    "form-feed": "x = 1\n\x0c\ny = x\n\x0c\ndef f():\n    return y\n",
    "tabs": "def f(x):\n\tif x:\n\t\treturn 1\n\treturn 2\nprint(f(3))\n",
    "bom": "\ufeffx = 1\nprint(x)\n",
    "no-final-newline": "x = 1\nif x:\n    print(x)",
    "backslash": "x = 1 + \\\n    2\nif x and \\\n   x > 1:\n    y = x\nprint(x)\n",
    "semicolons": "a = 1; b = a; c = b\nprint(a); print(c)\nif a: d = 1; print(d)\n",
    "decorators": "def d(f):\n    return f\n\n@d\n# between\n@d\ndef g():\n    pass\n\n@d\nclass C:\n    @property\n"
    "    def p(self):\n        return 1\n",
    "async": "import asyncio\n\nasync def f(x):\n    async with x as y:\n        async for z in y:\n"
    "            await z\n    return [i async for i in x]\n\nasyncio.run(f(1))\n",
    "match": "x = 3\nmatch x:\n    # one\n    case [1, y] if y:\n        print(y)\n    case {'k': v, **rest}:\n"
    "        print(v, rest)\n    case C(a=1) | None:\n        pass\n    case _:\n        print(x)\n",
    "walrus": "while (n := len(input())) > 1:\n    print(n)\nelse:\n    print(n)\nprint([m for _ in 'a' if (m := n)])\n",
    "nested": "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x += 1\n        return x\n    return g\n",
    "global": "count = 0\ndef f():\n    global count, other\n    count += 1\n    other = 2\nf()\nprint(count, other)\n",
    "star-import": "from os.path import *\nfrom math import *\nprint(join('a'), sqrt(2), nothing)\n",
    "all": "__all__ = ['f', 'g']\n__all__ += ['h']\ndef f(): pass\ndef g():\n    pass\nh = f\n",
    "hints": "from __future__ import annotations\nfrom typing import Generic, TypeVar\nT = TypeVar('T')\nx: int\n"
    "y: 'Later' = None\nclass Later(Generic[T]):\n    z: T\n    def m(self: Later, a: list[T] = []) -> T: ...\n",
    "try": "try:\n    import json\nexcept ImportError:\n    json = None\nelse:\n    print(json)\nfinally:\n    print(1)\n"
    "print(json)\n",
    "while-else": "i = 0\nwhile i < 3:\n    i += 1\n    if i == 2: break\n    else: continue\nelse:\n    i = 9\nprint(i)\n",
    "inline": "if 1: x = 1\nelse: x = 2\nfor i in range(x): print(i)\nclass C: y = x\ndef f(): return C\nwhile 0: pass\n",
    "comment-tail": "x = 1\nprint(x)\n# the end\n\n    # far\n# really\n",
    "comment-in-suite": "def f(x):\n# left\n    y = x\n        # right\n    return y\n    # tail\nprint(f)\n",
    "trailing-space": "x = 1   \n\t\nif x:   # why \n    y = 2\t\n    \nprint(x)  \n",
    "doctest": 'def f(x):\n    """Do.\n\n    >>> f(1)\n    @@ -0,0 +1 @@\n    <|diff|>\n    """\n    return x\n',
    "strings": "a = 1\nb = rb'\\d' b\"x\"\nc = f'{a!r:>{a}}' f\"{f'{a}'}\" u'y'\nd = f'''\n{a}\n  # no comment\n'''\nprint(b, c, d)\n",
    "only-strings": "'a'\n'b'\n",
    "diff-like": "x = '''\n@@ -1,0 +2 @@\n+x\n-x\n<|diff|>\n'''\n+1\n-x\n",
    "unicode": "é = 'ü\u2028\u2029\x85'\nprint(é)  # 🎉\nℝ = é\n",
    "ellipsis": "class E(Exception): ...\ndef f(): ...\ntry: f()\nexcept E as e: raise e from None\nexcept* : ...\n".replace(
        "except* : ...\n", ""
    ),
    "with": "with open('a') as f, open('b') as g:\n    print(f, g)\nwith (\n    open('a') as f,\n    open('b'),\n):\n    print(f)\n",
    "del": "x = 1\ny = 2\ndel x\nx = 3\nprint(x, y)\n",
    "lambda": "f = lambda x=1, *a, y, **k: (x, a, y, k)\ng = lambda: f\nprint(g()(y=1))\n",
    "continued-def": "def f(\n    a,  # one\n\n    b=1,\n):\n    return (\n        a\n        + b\n    )\n\nprint(\n    f(1)\n)\n",
    "unreachable": "def f():\n    return 1\n    print(f)\nraise SystemExit\nprint(2)\n",
    "try-star": "try:\n    pass\nexcept* ValueError as e:\n    print(e)\n",
    "own-errors": "print(missing)\nfor x in missing:\n    return x\ndef f(a, a2):\n    print(b)\n    b = 1\n",
}
"""Programs that Python parses, each with something that is easily got wrong."""
