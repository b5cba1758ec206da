"""Programs whose coverage was counted by hand, for the tests of probes; not a test itself.

A comment at a line's end says what is expected: ``+`` a line that is reached, ``-`` one that is not, nothing
where there is no line; then, where it is a condition, which of its two outcomes occurred: ``TF``, ``T-``,
``-F``, ``--``.
"""

import re

CASES = {
    "if without else": """
def f(x):  # +
    if x:  # + T-
        return 1  # +
    return 2  # -
f(1)  # +
""",
    "if, elif, else": """
def f(x):  # +
    if x == 1:  # + TF
        y = "one"  # +
    elif x == 2:  # + -F
        y = "two"  # -
    else:
        y = "many"  # +
    return y  # +
f(1), f(3)  # +
""",
    "nested if in else": """
def f(x, y):  # +
    if x:  # + -F
        return 1  # -
    else:
        if y:  # + T-
            return 2  # +
    return 3  # -
f(0, 1)  # +
""",
    "constant conditions": """
x = 0  # +
if True:  # +
    x += 1  # +
else:
    x += 2
if not __debug__:  # +
    x += 4
while 1:  # +
    x += 8  # +
    if x > 16:  # + TF
        break  # +
""",
    "while, else": """
def f(n):  # +
    while n:  # + T-
        n -= 1  # +
        if n == 2:  # + TF
            break  # +
    else:
        return "ended"  # -
    return "broken"  # +
f(4)  # +
""",
    "while that never begins": """
n = 0  # +
while n:  # + -F
    n -= 1  # -
""",
    "for, else, continue": """
def f(items):  # +
    found = []  # +
    for each in items:  # + TF
        if each < 0:  # + TF
            continue  # +
        found.append(each)  # +
    else:
        found.append(None)  # +
    return found  # +
f([1, -1])  # +
""",
    "for that is left": """
def f(items):  # +
    for each in items:  # + T-
        return each  # +
    return None  # -
f([1])  # +
""",
    "for over nothing": """
for each in []:  # + -F
    print(each)  # -
""",
    "try, except, else, finally": """
def f(x):  # +
    done = []  # +
    try:  # +
        done.append(1 / x)  # +
        done.append("divided")  # +
    except ZeroDivisionError:  # +
        done.append("zero")  # +
    else:
        done.append("else")  # +
    finally:
        done.append("finally")  # +
    return done  # +
f(0), f(1)  # +
""",
    "handlers in turn": """
def f(x):  # +
    try:  # +
        return {}[x]  # +
    except (TypeError, ValueError):  # +
        return "type"  # -
    except KeyError as error:  # +
        return error.args  # +
    except Exception:  # -
        raise  # -
f(1)  # +
""",
    "bare except": """
def f(call):  # +
    try:  # +
        call()  # +
    except ArithmeticError:  # +
        pass  # -
    except:  # +
        return "else"  # +
f(None)  # +
""",
    "no exception": """
try:  # +
    x = 1  # +
except ValueError:  # -
    x = 2  # -
""",
    "raised in the middle": """
def f(x):  # +
    y = x + 1  # +
    y = y / x  # +
    y = y + 1  # -
    return y  # -
try:  # +
    f(0)  # +
except ZeroDivisionError:  # +
    pass  # +
""",
    "exception groups": """
try:  # +
    raise ExceptionGroup("both", [ValueError(1), KeyError(2)])  # +
except* ValueError:  # +
    x = 1  # +
except* KeyError:  # +
    x = 2  # +
except* OSError:  # +
    x = 3  # -
""",
    "with": """
import contextlib  # +
def f(x):  # +
    with contextlib.suppress(KeyError), contextlib.suppress(ValueError):  # +
        {}[x]  # +
        return 1  # -
    return 2  # +
f(1)  # +
""",
    "match": """
def f(x):  # +
    match x:  # +
        case 0:  # + TF
            return "zero"  # +
        case [first, *_] if first:  # + -F
            return "list"  # -
        case str() | bytes():  # + T-
            return "text"  # +
        case _:  # -
            return "else"  # -
f(0), f("a"), f(b"")  # +
""",
    "match without else": """
def f(x):  # +
    match x:  # +
        case {"a": y}:  # + TF
            return y  # +
        case int(y) if y > 3:  # + -F
            pass  # -
    return None  # +
f({"a": 1}), f(2)  # +
""",
    "match that always matches": """
match 3:  # +
    case 4:  # + -F
        x = 1  # -
    case (int() | _) as x:  # +
        x = 2  # +
""",
    "comprehensions and lambdas": """
def f(items):  # +
    squares = [each * each for each in items if each]  # +
    key = lambda each: -each if each else 0  # +
    return sorted(squares, key=key), {each for each in ()}, any(each for each in items)  # +
f([1, 2])  # +
g = lambda: [  # +
    1,
]
""",
    "early return": """
def f(x):  # +
    if x < 0:  # + T-
        return None  # +
    x += 1  # -
    return x  # -
f(-1)  # +
""",
    "behind the end": """
def f(x):  # +
    while True:  # +
        if x:  # + T-
            return 1  # +
        x += 1  # -
    return 2
def g(x):  # +
    if x:  # + -F
        raise ValueError(x)  # -
    else:
        return 3  # +
    return 4
f(1), g(0)  # +
""",
    "nested functions": """
def f(x):  # +
    def g(y):  # +
        nonlocal x
        x += y  # +
        return x  # +
    def h():  # +
        return 0  # -
    return g(1)  # +
f(1)  # +
""",
    "decorators and classes": '''
import functools  # +
def twice(g):  # +
    """Call it again."""
    @functools.wraps(g)  # +
    def h(*args):  # +
        return g(*args), g(*args)  # +
    return h  # +
class A:  # +
    """A class."""
    size: int  # +
    __secret = 1  # +
    @staticmethod  # +
    @twice  # +
    def f(x):  # +
        y: int
        return x  # +
    @property  # +
    def g(self):  # +
        return self.__secret  # -
A.f(1)  # +
''',
    "async": """
import asyncio  # +
async def numbers(n):  # +
    for each in range(n):  # + TF
        yield each  # +
class Held:  # +
    async def __aenter__(self):  # +
        return self  # +
    async def __aexit__(self, *error):  # +
        return False  # +
async def f():  # +
    total = 0  # +
    async with Held():  # +
        async for each in numbers(3):  # + TF
            total += each  # +
            if total > 9:  # + -F
                await asyncio.sleep(0)  # -
    return [each async for each in numbers(total)]  # +
asyncio.run(f())  # +
""",
    "generators": """
def f(n):  # +
    while n:  # + T-
        n -= 1  # +
        yield n  # +
    yield from ()  # -
next(f(3))  # +
""",
    "several lines": """
def f(  # +
    a,
    b=(
        1,
    ),
):
    if (  # + T-
        a
        and b
    ):
        return [  # +
            a,
            b,
        ]
    return f(  # -
        b,
    )
x = f(  # +
    1
)
""",
    "several statements": """
x = 1; y = 2  # +
def f(x): return x  # +
class E(Exception): pass  # +
f(1)  # +
""",
    "one line each": """
def f(x):  # +
    if x: return 1  # + T-
    return 2  # -
f(1)  # +
""",
    "nothing to run": '''
"""A module."""
from __future__ import annotations  # +
from __future__ import generators  # +
x: int  # +
def f():  # +
    """Say nothing."""
def g():  # +
    global x
    x = 1  # +
    "not a docstring"  # +
    pass  # +
def h():  # +
    """Say nothing."""
    ...
f(), g()  # +
''',
    "for type checkers": """
import typing  # +
from typing import TYPE_CHECKING  # +
if TYPE_CHECKING:  # +
    import decimal
if not typing.TYPE_CHECKING:  # +
    x = 1  # +
""",
    "nothing": "",
    "only a docstring": '"""Nothing."""\n',
}

ELSEWHERE = {
    "exception groups": "CPython 3.11 tells a tracer of the last handler's body, which does not run",
    "match that always matches": "coverage.py sees no case that always matches but `_` and a name",
    "several statements": "coverage.py has two ways out of a line with a function and its body",
    "for type checkers": "coverage.py leaves the whole `if` out",
}
"""Where coverage.py 7.17 counts otherwise, and why."""

_SAID = re.compile(r"#\s([+-])(?:\s([T-])([F-]))?$")


def expected(text):
    """Give, by reached and missed, the lines and the branches that a program's comments say."""
    lines = {True: set(), False: set()}
    branches = {True: set(), False: set()}
    for number, line in enumerate(text.split("\n"), 1):
        if said := _SAID.search(line):
            lines[said[1] == "+"].add(number)
            for way, mark in ((True, said[2]), (False, said[3])) if said[2] else ():
                branches[mark != "-"].add((number, way))
    return lines, branches
