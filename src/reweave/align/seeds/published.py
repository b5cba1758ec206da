"""The published rules that look for substrings, with the defects known of them (SelfCodeAlign).

They are here to be compared with: what each gets wrong is shown in the examples, and the rules of preset
``default`` get it right. Texts are ours.
"""

import ast
from collections.abc import Iterable

from reweave.align.seeds.finding import Definition

_QUOTES = '"""'


def has_triple_quotes(node: Definition, text: str) -> bool:
    """Whether the first statement begins with three double quotes; other docstrings are missed.

    Args:
        node: The definition.
        text: Its file's text from its first statement on.
    """
    return isinstance(node.body[0], ast.Expr) and text.startswith(_QUOTES)


def has_return(code: str) -> bool:
    r"""Whether ``return`` and a space stand somewhere.

    >>> has_return("def f(x):\n    def g():\n        return 1\n    print(g())\n")   # g returns, f does not
    True
    """
    return "return " in code


def has_arguments(code: str) -> bool:
    """Whether no line that begins with ``def`` holds ``():``.

    >>> has_arguments("def f() -> int:\\n    return 1\\n")   # has none
    True
    """
    return not any(line.startswith("def ") and "():" in line for line in code.split("\n"))


def find_word(program: str, words: Iterable[str]) -> str | None:
    """Return the first word that stands somewhere, in any case.

    >>> find_word("def f(debug): return debug", ["todo", "bug"])   # no bug
    'bug'
    """
    lower = program.lower()
    return next((word for word in words if word in lower), None)


def find_import(program: str, modules: Iterable[str]) -> str | None:
    """Return the first of the texts ``import NAME`` and ``from NAME`` that stands somewhere, in any case.

    >>> find_import("from oslo_config import cfg", ["os"])   # another module
    'from os'
    >>> find_import("import numpy, os", ["os"])   # is os
    """
    names = list(modules)
    texts = [f"import {name}" for name in names] + [f"from {name}" for name in names]
    return find_word(program, texts)
