"""The compile checker: syntax, at the line to blame, and nothing else."""

import warnings

import pytest

from reweave.edits.checkers.base import Checker
from reweave.edits.checkers.compile import CompileChecker
from reweave.edits.checkers.lines import line_of_row
from reweave.errors import CheckerError
from reweave.records import split_lines


def blamed(text: str) -> list[int]:
    (verdict,) = CompileChecker().check([text])
    assert isinstance(verdict, list)
    assert {found.code for found in verdict} <= {"invalid-syntax"}
    return [found.line for found in verdict]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "x = 1",
        "x = 1\r\nif x:\r\n    y = 2\r\n",
        "\x0cx = 1\n",
        "é = 'ß'\n",
        "\ufeffx = 1\n",
        "print(y)\n",
    ],
)
def test_what_compiles_is_clean(text):
    """No final newline, CRLF, form feeds, byte order marks and undefined names are no syntax errors."""
    assert blamed(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ny = = 2\n", 2),
        ("x = 1\r\ny = = 2\r\n", 2),
        ("x = 1\n\x0cy = = 2\n", 2),
        ("x = 1\ry = 2\nz = = 2\n", 2),  # a lone \r ends Python's row, not our line
        ("a = 0\nif a:\nb = 1\n", 2),  # Python points at line 3 and names line 2
        ("if a:\n", 1),
        ("a = 0\nx = (\n  1]\n", 2),  # "closing parenthesis does not match … on line 2"
        ("a = 0\nb\0 = 1\n", 2),
        ("a = 0\nb = '\ud800'\n", 2),
        ("def f():\n    x = 1\n  y = 2\n", 3),
        ("return 1\n", 1),
    ],
)
def test_a_syntax_error_is_reported_at_the_line_to_blame(text, line):
    """The line is one of ours, and the one whose deletion can help."""
    assert blamed(text) == [line]


def test_a_line_past_the_end_is_the_last():
    """Tools report at row n + 1, or row 0; lines are clamped into the text."""
    assert [line_of_row("a\nb\n", row) for row in (0, 1, 2, 3, 99)] == [1, 1, 2, 2, 2]
    assert line_of_row("", 5) == 1


def test_rows_are_translated_to_lines():
    """Each row end that is no line end is accounted for."""
    text = "a\rb\r\nc\n\rd"
    rows = ["a", "b", "c", "", "d"]
    lines = split_lines(text)
    for row, content in enumerate(rows, start=1):
        assert content in lines[line_of_row(text, row) - 1]


def test_warnings_do_not_leak(capfd):
    """A SyntaxWarning of the program neither raises nor reaches the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert CompileChecker().check(["x = '\\d' is 1\n"]) == [[]]
    assert capfd.readouterr() == ("", "")


def test_text_too_deep_for_the_compiler_is_not_called_clean():
    """Nesting beyond the compiler's limits gives an error in that text's place only."""
    texts = ["x = 1\n", "x = " + "-" * 100_000 + "1\n", "x = " + "+".join(["a"] * 100_000), "y = = 1\n"]
    fine, minus, plus, wrong = CompileChecker().check(texts)
    assert fine == []
    assert isinstance(minus, CheckerError)
    assert isinstance(plus, CheckerError)
    assert (minus.checker, minus.reason) == ("compile", "crashed")
    assert isinstance(wrong, list)
    assert len(wrong) == 1


def test_it_is_a_checker():
    """It satisfies the protocol and names its version."""
    checker = CompileChecker()
    assert isinstance(checker, Checker)
    assert checker.name == "compile"
    assert checker.version.startswith("compile 3.")
    assert checker.check([]) == []
    checker.close()
    checker.close()
