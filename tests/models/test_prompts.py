"""Prompt templates: from the package, from a file, filled without surprises."""

import pytest

from reweave.errors import InputError
from reweave.models import Prompt, load_prompt


def test_of_the_package():
    """A template of the package is found by its name."""
    prompt = load_prompt("complete-python")
    assert prompt.names == {"prompt"}
    assert "```python\ndef f():\n```" in prompt.fill({"prompt": "def f():"})


def test_of_a_file(tmp_path):
    """A template of one's own is a path; braces of code stay, doubled names become text."""
    path = tmp_path / "own.txt"
    path.write_text('{"a": {b}, "c": {}} {{b}} {d e} {0}', encoding="utf-8")
    assert load_prompt(path).fill({"b": "{b}", "more": ""}) == '{"a": {b}, "c": {}} {b} {d e} {0}'


def test_errors(tmp_path):
    """A missing value, a missing template and a file that is no text say what is there."""
    with pytest.raises(InputError, match="prompt p: no value for code, task; given are tusk"):
        Prompt("p", "{task} {code}").fill({"tusk": ""})
    with pytest.raises(InputError, match="no prompt template 'nothing'; there are complete-python"):
        load_prompt("nothing")
    with pytest.raises(InputError, match="no prompt template"):
        load_prompt(tmp_path / "nothing.txt")
    (tmp_path / "bytes.txt").write_bytes(b"\xff")
    with pytest.raises(InputError, match="cannot read"):
        load_prompt(tmp_path / "bytes.txt")
