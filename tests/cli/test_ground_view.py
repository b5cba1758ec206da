"""``reweave ground view``: the page it writes, and what it says of rows that do not fit."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

pytest.importorskip("pandas", reason="the data extra is not installed")
from grounded_rows import HOSTILE, grounded, rows

import reweave

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "NO_COLOR": "1", "COLUMNS": "200"}


def view(*arguments, cwd):
    command = [sys.executable, "-m", "reweave", "ground", "view", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=ENV, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path):
    made = [*rows(), grounded(HOSTILE, "y = x", {"x": HOSTILE}, {"y": HOSTILE})]
    lines = [*map(orjson.dumps, made), b"[]", orjson.dumps({"id": "\u202e\x1b[31m", "context": ""})]
    (tmp_path / "grounded.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return tmp_path


def test_page(folder):
    """One page beside the rows, the same bytes each time; what does not fit is on stderr, with a reason."""
    done = view("grounded.jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "wrote grounded.html: 4 rows of 6 read, 2 left out"
    assert done.stderr.splitlines() == [
        "row 4 is left out: not-an-object: a row is not an object",
        "row 5 is left out: missing-column: no round_trip: is this an output of reweave ground trace?",
    ]
    text = (folder / "grounded.html").read_text(encoding="utf-8")
    assert "sales/total" in text
    assert "<img" not in text
    assert view("grounded.jsonl", "-o", "new/other.html", cwd=folder).returncode == 0
    assert (folder / "new" / "other.html").read_text(encoding="utf-8") == text


def test_choice(folder):
    """The first rows, or some of them, and nothing more."""
    done = view("grounded.jsonl", "--limit", 2, "--title", "Two <rows>", "-o", "a.html", cwd=folder)
    assert done.stdout.strip() == "wrote a.html: 2 rows of 2 read"
    assert "<title>Two &lt;rows&gt;</title>" in (folder / "a.html").read_text(encoding="utf-8")
    drawn = [
        view("grounded.jsonl", "--sample", 3, "--seed", 5, "-o", name, cwd=folder)
        for name in ("b.html", "c.html")
    ]
    assert [each.returncode for each in drawn] == [0, 0]
    assert (folder / "b.html").read_bytes() == (folder / "c.html").read_bytes()


def test_nothing_fits(folder):
    """A file of which no row fits fails, and says why."""
    (folder / "other.jsonl").write_text('{"program": "x"}\n', encoding="utf-8")
    done = view("other.jsonl", cwd=folder)
    assert done.returncode == 1
    assert "missing-column" in done.stderr
    assert view("none.jsonl", cwd=folder).returncode == 1
