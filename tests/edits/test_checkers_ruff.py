"""Ruff as a checker: what it must see, whatever the text and the place say against it."""

import pytest

from reweave.edits.checkers.ruff import RuffChecker


@pytest.fixture(scope="module")
def ruff():
    checker = RuffChecker()
    yield checker
    checker.close()


SEEN = {
    "F821": "print(x)\n",
    "F823": "x = 1\ndef f():\n    print(x)\n    x = 2\n",
    "F706": "return 1\n",
    "F701": "break\n",
    "F502": "'%(a)s' % (1,)\n",
    "PLE0604": "__all__ = [1]\n",
    "invalid-syntax": "x = (\n",
}


@pytest.mark.parametrize(("code", "text"), SEEN.items())
@pytest.mark.parametrize("excuse", ["", "  # noqa", "  # type: ignore", "  # ruff: noqa"])
def test_what_it_sees(ruff, code, text, excuse):
    """Each family of errors is reported at its line, and no comment excuses it."""
    [verdict] = ruff.check([text.replace("\n", f"{excuse}\n")])
    assert code in {diagnostic.code for diagnostic in verdict}


def test_a_file_wide_excuse(ruff):
    """A comment that excuses a whole file excuses nothing."""
    assert all(ruff.check(["# ruff: noqa\nprint(x)\n", "# flake8: noqa\nprint(x)\n"]))


def test_neighbours_do_not_matter(ruff):
    """Verdicts are in the order of the texts, each of its own text, in batches of any size."""
    texts = [f"x = {i}\n" if i % 3 else f"print(x{i})\n" for i in range(50)]
    verdicts = ruff.check(texts)
    assert [bool(verdict) for verdict in verdicts] == [i % 3 == 0 for i in range(50)]
    assert [ruff.check([text])[0] for text in texts[:6]] == verdicts[:6]
    assert ruff.check(texts[:3]) == verdicts[:3]
    assert ruff.check([]) == []


def test_configuration_is_ignored(tmp_path, monkeypatch):
    """A ruff.toml where the process runs decides nothing."""
    (tmp_path / "ruff.toml").write_text('[lint]\nignore = ["F821"]\nselect = ["D"]\n')
    monkeypatch.chdir(tmp_path)
    checker = RuffChecker()
    [verdict] = checker.check(["print(x)\n"])
    checker.close()
    assert [diagnostic.code for diagnostic in verdict] == ["F821"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\rb = 2\nprint(x)\n", 2),
        ("x = (", 1),
        ("if 1:\n", 1),
        ("\n\n\nprint(x)", 4),
        ("\x0c\nprint(x)\n", 2),
    ],
)
def test_lines_are_those_of_newlines(ruff, text, line):
    """Lines end at a newline only, and one past the end is the last."""
    [verdict] = ruff.check([text])
    assert line in {diagnostic.line for diagnostic in verdict}
