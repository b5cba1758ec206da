"""A program of its own around a function."""

import subprocess
import sys

import pytest

from reweave.align.seeds.finding import SourceFile, find
from reweave.align.seeds.names import bindings
from reweave.align.seeds.program import alone, recover

FILE = '''\
from __future__ import annotations
import collections, os.path as path
import json
import xml.dom
import xml.sax
from typing import (
    Any,
    Sequence as Row,
)
try:
    import tomllib
except ImportError:
    tomllib = None
from . import sibling
LIMIT = 3
_WORD = json.dumps("x") * LIMIT
TWICE = 1
TWICE = 2
if LIMIT:
    MAYBE = 1


class Wrong(ValueError):
    """It is."""


def helper(x):
    if x > LIMIT:
        raise Wrong(x)
    return _WORD


def counted(items: "Row[Any]") -> "collections.Counter[Any]":
    """Count."""
    return collections.Counter(items)


def helped(x):
    return helper(x) + helper(x)


def several(x):
    return xml.dom.Node, xml.sax.parse, tomllib, path.join(x), __name__


def builtin(x):
    return len(x), sorted(x)


def relative(x):
    return sibling.f(x)


def twice(x):
    return TWICE, MAYBE


def writes(x):
    global LIMIT
    LIMIT = x
    return x


def nowhere(x):
    return undefined_name, __file__


FILLED = []
for each in range(3):
    FILLED.append(each)
del FILLED


def filled(x):
    return FILLED


USED = twice


def itself(x):
    return TABLE[x]


TABLE = {1: itself}


class Stack(Wrong):
    """A stack."""

    limit = LIMIT
    _WORD = _WORD

    def __init__(self):
        self.items = []

    def unrelated(self):
        return sibling

    def push(self, item):
        """Put an item on it."""
        self.items.append(item)
        return json.dumps(self.items)
'''


def made(name, lines=30, text=FILE):
    file = SourceFile.parse(text)
    [found] = [each for each in find(file, ("function", "method")) if each.qualified == name]
    return recover(found, file, bindings(file.tree), lines)


def runs(program, line):
    """Run a program and one more line, isolated; give what it prints."""
    done = subprocess.run([sys.executable, "-I", "-c", program + line], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_imports_come_with_it():
    """A function brings what it uses of its file's imports, each alone, also for quoted annotations."""
    got = made("counted")
    assert got.imports == [
        "from __future__ import annotations", "import collections",
        "from typing import Any", "from typing import Sequence as Row",
    ]  # fmt: skip
    assert got.missing == []
    assert runs(got.program, "print(counted('aab')['a'])") == "2\n"


def test_every_import_of_a_package_comes():
    """`import a.b` and `import a.c` bind one name: both come; of a guarded import, the module."""
    got = made("several")
    assert got.imports == ["import os.path as path", "import xml.dom", "import xml.sax", "import tomllib"]
    assert got.missing == []
    assert runs(got.program, "print(several('a')[3])") == "a\n"


def test_helpers_come_with_it():
    """Constants, functions and classes of the file come with what they need in turn, in the file's order."""
    got = made("helped")
    assert got.missing == []
    assert got.imports == ["import json"]
    program = got.program
    parts = ["import json", "LIMIT = 3", "_WORD =", "class Wrong", "def helper", "def helped"]
    assert sorted(parts, key=program.index) == parts
    assert runs(program, "print(helped(1))") == '"x""x""x"' * 2 + "\n"


@pytest.mark.parametrize(("lines", "enough"), [(8, True), (7, False), (0, False)])
def test_helpers_have_a_limit(lines, enough):
    """All helpers together have no more lines than is allowed, or the function cannot stand alone."""
    got = made("helped", lines)
    assert (got.missing == []) is enough
    assert {reason for reason, _ in got.missing} <= {"free-name"}
    if not lines:
        assert got.program == alone_of("helped")


def alone_of(name):
    file = SourceFile.parse(FILE)
    [found] = [each for each in find(file, ("function",)) if each.qualified == name]
    return alone(found, file).program


def test_builtins_are_there():
    """Names that every program has need nothing."""
    assert made("builtin").program == alone_of("builtin")
    assert made("builtin").missing == []


def test_a_builtin_that_is_bound_comes_from_the_file():
    """A name of the file hides the builtin."""
    got = made("f", text="def len(x):\n    return 7\ndef f(x):\n    return len(x)\n")
    assert runs(got.program, "print(f(''))") == "7\n"


MISSING = {
    "relative": [("relative-import", "sibling: from . import sibling")],
    "twice": [
        ("free-name", "MAYBE is bound more than once, or under a condition"),
        ("free-name", "TWICE is bound more than once, or under a condition"),
    ],
    "filled": [("free-name", "FILLED is changed after it is made")],
    "writes": [("free-name", "LIMIT is written through global")],
    "nowhere": [
        ("free-name", "__file__ is bound nowhere in the file"),
        ("free-name", "undefined_name is bound nowhere in the file"),
    ],
    "itself": [("free-name", "TABLE is made with itself itself")],
}


@pytest.mark.parametrize("name", MISSING)
def test_missing(name):
    """What cannot come says why."""
    assert made(name).missing == MISSING[name]


def test_star_imports():
    """A name that only a star import could bind is its fault; without one such name it does no harm."""
    text = "from m import *\ndef f(x):\n    return g(x)\ndef h(x):\n    return x\n"
    assert made("f", text=text).missing == [("star-import", "g may come from m")]
    assert made("h", text=text).missing == []


def test_an_import_that_is_bound_again_is_not_it():
    """A module's name that later stands for something else cannot be had by the import."""
    text = "import json\njson = print(json)\ndef f(x):\n    return json.dumps(x)\n"
    assert made("f", text=text).missing == [
        ("free-name", "json is bound more than once, or under a condition")
    ]


def test_a_method_comes_in_its_class():
    """A method's program is its class with that method, __init__ and the class's own assignments."""
    got = made("Stack.push")
    assert got.missing == []
    assert "unrelated" not in got.program
    assert runs(got.program, "print(Stack().push(1), Stack.limit, Stack._WORD)") == '[1] 3 "x""x""x"\n'
