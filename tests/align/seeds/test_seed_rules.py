"""The rules, and what the published ones get wrong: each example fails on that behaviour and passes here."""

import ast

import pytest

from reweave.align.seeds import seeds_config
from reweave.align.seeds.rules import JUDGED, OF_CODE, ORDER, RULES, TYPE_ERROR
from reweave.align.seeds.sifting import sift

DEFECTS = {
    "a zero-argument function with an annotation": (
        'def f() -> int:\n    """Say."""\n    return 1\n',
        {"default": "no-arguments", "paper": None},
    ),
    "a function that only its inner function returns": (
        'def f(x):\n    """Say."""\n    def g():\n        return 1\n    print(g)\n',
        {"default": "no-return", "paper": None},
    ),
    "return in a comment": (
        'def f(x):\n    """Say."""\n    x.pop()  # return nothing\n',
        {"default": "no-return", "paper": None},
    ),
    "return at a line's end": (
        'def f(x):\n    """Say."""\n    return(x)\n',
        {"default": None, "paper": "no-return"},
    ),
    "debug has no bug": (
        'def f(debug):\n    """Say."""\n    return debug\n',
        {"default": None, "paper": "bad-word"},
    ),
    "oslo_config is not os": (
        'from oslo_config import cfg\ndef f(x):\n    """Say."""\n    return cfg.get(x)\n',
        {"default": None, "paper": "denied-module"},
    ),
    "import numpy, os is os": (
        'def f(x):\n    """Say."""\n    import numpy, os\n    return numpy.load(os.fspath(x))\n',
        {"default": "denied-module", "paper": None},
    ),
    "a raw docstring": (
        'def f(x):\n    r"""Say."""\n    return x\n',
        {"default": None, "paper": "no-docstring"},
    ),
    "a docstring in single quotes": (
        "def f(x):\n    'Say.'\n    return x\n",
        {"default": None, "paper": "no-docstring"},
    ),
}


def reasons(text, preset="default", **settings):
    config = seeds_config(preset, types="none", **settings)
    file = sift(0, row(text), config, {})
    from reweave.align.seeds.run import _finish

    _finish([file], config, None)
    return [each.reject and each.reject.reason for each in file.definitions]


def row(text):
    import orjson

    return orjson.dumps({"id": "a", "program": text, "path": "a.py"})


@pytest.mark.parametrize("what", DEFECTS)
def test_published_defects(what):
    """The published rule is wrong about it, and ours is not."""
    text, expected = DEFECTS[what]
    assert {preset: reasons(text, preset)[0] for preset in expected} == expected


DEFAULT = {
    "def f(x):\n    return x\n": "no-docstring",
    'def f(x):\n    """  """\n    return x\n': "no-docstring",
    'def f(x):\n    """Say."""\n    return None\n': "no-return",
    'def f(x):\n    """Say."""\n    return\n': "no-return",
    'def f(x):\n    """Say."""\n    yield x\n': "no-return",
    'def f(x):\n    """Say."""\n    return lambda: x\n': None,
    'def f(x):\n    """Say."""\n    if x:\n        return\n    return x\n': None,
    'def f():\n    """Say."""\n    return 1\n': "no-arguments",
    'def f(*, x):\n    """Say."""\n    return x\n': None,
    'def f(*x):\n    """Say."""\n    return x\n': None,
    'async def f(x, /):\n    """Say."""\n    return x\n': None,
    'def f(x):\n    """Say."""\n    # TODO later\n    return x\n': "bad-word",
    'def f(x):\n    """Say."""\n    return x + TODOS\n': "free-name",
    'from . import y\ndef f(x):\n    """Say."""\n    return y\n': "relative-import",
    'from y import *\ndef f(x):\n    """Say."""\n    return y\n': "star-import",
    'import os.path\ndef f(x):\n    """Say."""\n    return os.path.join(x)\n': "denied-module",
    'from os import path\ndef f(x):\n    """Say."""\n    return path.join(x)\n': "denied-module",
    'def f(x):\n    """Say."""\n    return __import__("sys").argv\n': "denied-module",
    'from urllib import request\ndef f(x):\n    """Say."""\n    return request.urlopen(x)\n': "denied-module",
    'from urllib import parse\ndef f(x):\n    """Say."""\n    return parse.quote(x)\n': None,
}


@pytest.mark.parametrize("text", DEFAULT)
def test_default(text):
    """Each rule says what it is named for."""
    assert reasons(text) == [DEFAULT[text]]


def test_methods_need_more_than_self():
    """Self and cls are no arguments to call with; a static method has neither."""
    text = (
        'class A:\n    def f(self):\n        """Say."""\n        return 1\n'
        '    @staticmethod\n    def g(x):\n        """Say."""\n        return x\n'
        '    @classmethod\n    def h(cls, x):\n        """Say."""\n        return x\n'
    )
    assert reasons(text, kinds=["method"]) == ["no-arguments", None, None]


def test_classes():
    """A class has a docstring and a method that returns; it need not take arguments."""
    text = (
        'class A:\n    """Say."""\n    def f(self):\n        return 1\nclass B:\n    """Say."""\n    x = 1\n'
    )
    assert reasons(text, kinds=["class"]) == [None, "no-return"]


def test_length_is_a_setting():
    """As many lines as are allowed pass, one more does not."""
    text = 'def f(x):\n    """Say."""\n    return x\n'
    assert reasons(text, max_lines=3) == [None]
    assert reasons(text, max_lines=2) == ["too-long"]


def test_allowed_modules():
    """Where some modules are allowed, others are not."""
    body = '(x):\n    """Say."""\n    return '
    text = f"import math, cmath\ndef f{body}math.e\ndef g{body}cmath.e\n"
    assert reasons(text, allowed_modules=["math"]) == [None, "denied-module"]


def test_without_imports():
    """The source alone has no imports, and lacks none."""
    text = 'import os\ndef f(x):\n    """Say."""\n    return os\n'
    assert reasons(text, imports="none") == [None]


@pytest.mark.parametrize("preset", ORDER)
def test_every_rule_of_an_order_is_there(preset):
    """The orders name rules that exist, each once."""
    assert set(ORDER[preset]) - {TYPE_ERROR, *JUDGED} <= set(RULES)
    assert len(set(ORDER[preset])) == len(ORDER[preset])
    before = ORDER[preset][: ORDER[preset].index(TYPE_ERROR)]
    assert [rule in OF_CODE for rule in before] == sorted((rule in OF_CODE for rule in before), reverse=True)


def test_a_seed_compiles_and_says_where_it_is_from():
    """A seed's row is what the next stages read."""
    text = 'import math\n\n@property\ndef f(x):\n    """Say.\n\n    More."""\n    return math.floor(x)\n'
    config = seeds_config(types="none")
    import orjson

    file = sift(0, row(text), config, {"package": "p", "version": "1", "licence": "MIT"})
    made = orjson.loads(file.kept())
    assert made.pop("program") == "import math\n\n\n" + made["code"]
    ast.parse(made["code"])
    import hashlib

    assert made == {
        "id": "a.py:f",
        "code": text.partition("\n\n")[2],
        "imports": ["import math"],
        "entry_point": "f",
        "kind": "function",
        "docstring": "Say.\n\nMore.",
        "source": {
            "path": "a.py", "first_line": 3, "last_line": 8, "package": "p", "version": "1", "licence": "MIT",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    }  # fmt: skip
