"""What of a text is compared, and what of a program stays when it is renamed, laid out or commented anew."""

import ast
import builtins
import os
import re
from pathlib import Path

import orjson
import pytest

from reweave.curate.tokens import code_tokens, words
from reweave.storage import open_source

PROGRAM = '''
def area(width, height=1):
    """Give the area."""
    # of a box
    total = max(width, 0) * height  # never negative
    return [total for total in range(3)], "a # b", {'k': x.real}
'''


def renamed(source):
    """Rename every name that a program binds, by its syntax tree: shares nothing with the lexer."""
    tree = ast.parse(source)
    bound = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    bound -= set(dir(builtins))
    lines = source.encode().split(b"\n")
    places = sorted(
        (node.lineno, node.col_offset, node.id if isinstance(node, ast.Name) else node.arg)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in bound)
        or (isinstance(node, ast.arg) and node.arg in bound)
    )
    for line, column, name in reversed(places):
        before, after = lines[line - 1][:column], lines[line - 1][column:]
        assert after.startswith(name.encode())
        lines[line - 1] = before + f"{name}_renamed".encode() + after[len(name.encode()) :]
    return b"\n".join(lines).decode()


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (PROGRAM.replace("    ", "\t"), "tabs"),
        (re.sub(r"  # (of|never).*", "  # another word, 'entirely'", PROGRAM), "comments"),
        (PROGRAM.replace('    """Give the area."""\n', ""), "no docstring"),
        (PROGRAM.replace("width", "w").replace("total", "t").replace("area", "box_area"), "names"),
        (PROGRAM.replace("'k'", '"k"').replace("max(width, 0)", "max(\n  width,\n\n 0)"), "layout"),
        (PROGRAM.replace("    # of a box", "    # of\n    #a box\n\n"), "more comments"),
    ],
)  # fmt: skip
def test_code_stays(other, why):
    """None of these changes a token."""
    assert other != PROGRAM
    if why != "no docstring":
        ast.parse(other)
    assert code_tokens(other) == code_tokens(PROGRAM)


@pytest.mark.parametrize(
    "other",
    [
        PROGRAM.replace("max", "min"),
        PROGRAM.replace("* height", "+ height"),
        PROGRAM.replace("range(3)", "range(4)"),
        PROGRAM.replace("x.real", "x.imag"),
        PROGRAM.replace('"a # b"', '"a # c"'),
    ],
)
def test_code_changes(other):
    """Another call, operator, number, attribute or string is another program."""
    assert code_tokens(other) != code_tokens(PROGRAM)


def test_real_programs_renamed():
    """All pairs' programs that parse have the tokens of their renamed selves."""
    if "REWEAVE_DATA" not in os.environ:
        pytest.skip("REWEAVE_DATA is not set")
    file = Path(os.environ["REWEAVE_DATA"]) / "instruct-python-pairs" / "pairs.jsonl.gz"
    changed = 0
    for raw in list(open_source(str(file)).rows())[::4]:
        program = orjson.loads(raw)["program"]
        if "f'" in program or 'f"' in program:
            continue  # this renaming has no places of names in format strings
        other = renamed(program)
        changed += other != program
        assert code_tokens(other) == code_tokens(program), program
    assert changed > 200


def test_words_of_other_scripts():
    """Accents belong to words, Chinese characters are words, punctuation is none."""
    assert words("Größe: 最大 value_1 — «ок»!") == ["größe", "最", "大", "value_1", "ок"]


@pytest.mark.parametrize("text", ["'''never closed", "x = 'open\ny = 1", "\\", "\x00'", '"' * 5, "é\u2028'"])
def test_no_text_is_refused(text):
    """What is no program has tokens, too, and they come to an end."""
    assert isinstance(code_tokens(text), list)


def test_names_in_format_strings():
    """They are names; the text around them is text."""
    assert code_tokens("print(f'{name!r} is {age + 1}')") == code_tokens('print(f"{n!r} is {years + 1}")')
    assert code_tokens("x = f'{name} is'") != code_tokens("x = f'{name} was'")
