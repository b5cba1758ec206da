"""One record for each top-level function and class."""

import ast

import orjson
import pytest

from reweave.errors import RowError
from reweave.storage import open_source
from reweave.storage.definitions import definitions

PROGRAM = '''\
#!/usr/bin/env python
# About f.

# Right above f.
# Also.
@decorate(
    1)
def f():
    return 1  # kept


text = """
# not a comment of g
"""
async def g(): pass
class A:
    def f(self): ...
if True:
    def inside(): ...
def f(): return "\\d"'''


def test_definitions():
    """Each comes with decorators and the comments directly above, exact lines, and a name of its own."""
    found = definitions(PROGRAM)
    assert [name for name, _, _ in found] == ["f", "g", "A", "f#2"]
    assert [line for _, line, _ in found] == [4, 15, 16, 20]
    assert found[0][2] == "# Right above f.\n# Also.\n@decorate(\n    1)\ndef f():\n    return 1  # kept\n"
    assert found[1][2] == "async def g(): pass\n"
    assert found[3][2] == 'def f(): return "\\d"\n'


def test_line_endings_and_form_feeds():
    """Lines are counted as Python counts them, and keep their endings."""
    text = "\ufeffx = 1\r\n\x0c\r\ndef f():\r\n    s = 'a\x0cb\u2028c'\r\n    return s\r\n"
    ((name, line, source),) = definitions(text)
    assert (name, line) == ("f", 3)
    assert source == "def f():\r\n    s = 'a\x0cb\u2028c'\r\n    return s\r\n"


@pytest.mark.parametrize("text", ["def f(:", "x = '\x00'", "(" * 5000, "\ud800"])
def test_syntax_error(text):
    """What does not parse is one syntax-error, however it fails."""
    with pytest.raises(RowError) as caught:
        definitions(text)
    assert caught.value.reason == "syntax-error"


def test_real_files():
    """Over a standard-library package, every definition is there, parses, and is a part of its file."""
    whole = {row["id"]: row["program"] for row in map(orjson.loads, open_source("package:json").rows())}
    rows = [
        orjson.loads(row)
        for row in open_source("package:json", split="definition").rows()
        if isinstance(row, bytes)
    ]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    expected = sum(isinstance(node, kinds) for text in whole.values() for node in ast.parse(text).body)
    assert len(rows) == expected
    assert len({row["id"] for row in rows}) == expected
    for row in rows:
        assert row["program"] in whole[row["id"].partition(":")[0]]
        ast.parse(row["program"])


def test_rows(tmp_path):
    """In data, the first usual code column is split, fences come off, other columns are carried."""
    rows = [
        {"id": 7, "code": "def a(): ...\ndef b(): ...", "line": 99},
        {"response": "Sure:\n```python\nclass C: ...\n```\n"},
        {"code": "x = 1"},
        {"code": "def ("},
        {"other": 1},
        {"code": 3},
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*map(orjson.dumps, rows), b"[]", b"nonsense"]))
    source = open_source(str(path), split="definition")
    out = list(source.rows())
    good = [orjson.loads(row) for row in out if isinstance(row, bytes)]
    assert good == [
        {"id": "7:a", "code": "def a(): ...\n", "source_line": 99, "line": 1},
        {"id": "7:b", "code": "def b(): ...\n", "source_line": 99, "line": 2},
        {"id": "1:C", "response": "class C: ...\n", "extracted": "fence:python", "line": 1},
    ]
    assert [row.reason for row in out if isinstance(row, RowError)] == [
        "no-definition",
        "syntax-error",
        "missing-column",
        "not-text",
        "not-an-object",
        "invalid-json",
    ]
    assert list(map(str, source.rows(2))) == list(map(str, out[2:]))
