"""Cells run in a process of their own, as a sample runs them; what they wrote is read on the trusted side."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import reweave
from reweave.sandbox.inside import channel, plain
from reweave.sandbox.judge.cells import read_cells
from reweave.sandbox.results import NotPlain, NotReached, Raised, Returned

RUN = """
import os, sys
from reweave.sandbox.inside import cells, channel, plain
body = plain.decode(open(sys.argv[1], "rb").read())
os.dup2(os.open(sys.argv[2], os.O_RDWR | os.O_CREAT), 1)
out = channel.Channel(os.open(sys.argv[3], os.O_RDWR | os.O_CREAT), int(sys.argv[4]))
cells.run(body, out)
"""


@pytest.fixture
def notebook(tmp_path):
    """A function that runs cells and gives (results, the record that ends the run)."""

    def run(*cells, limit=1 << 20, **options):
        body = {"kind": "cells", "cells": list(cells), "inputs": {}, "capture": None, "files": {}, **options}
        (tmp_path / "body").write_bytes(plain.encode(body))
        source = Path(reweave.__file__).parents[1]
        work = tmp_path / "work"
        work.mkdir()
        paths = [str(tmp_path / name) for name in ("body", "stdout", "result")]
        env = {**os.environ, "PYTHONPATH": str(source)}
        subprocess.run(
            [sys.executable, "-c", RUN, *paths, str(limit)], cwd=work, env=env, check=True, timeout=60
        )
        _, payloads = channel.read((tmp_path / "result").read_bytes())
        assert sum(map(len, payloads)) <= limit
        return read_cells(payloads, len(cells)), plain.decode(payloads[-1])

    return run


def test_variables(notebook):
    """A cell shows its last expression's value; what it bound or changed, in place too, is captured."""
    (one, two, three, four), end = notebook(
        "import math\na = [1]\n_b = 2\ndef f(): ...\na",
        "c = a[0] + 1\nprint('said', c)",
        "a.append(5); x = a",
        "del c; 1/4",
    )
    assert one.outcome == Returned([1])
    assert one.variables == {"a": [1]}
    assert two.outcome == Returned(None)
    assert two.variables == {"c": 2}
    assert two.stdout == "said 2\n"
    assert three.variables == {"a": [1, 5], "x": [1, 5]}
    assert four.outcome == Returned(0.25)
    assert four.removed == ("c",)
    assert not four.variables
    assert end == ("end", "passed", "")


def test_raises(notebook):
    """A cell that raises ends the run: what it bound before is captured, later cells are not reached."""
    (one, two, three), end = notebook("a = 1", "b = 2\na[0]", "c = 3")
    assert one.outcome == Returned(None)
    assert two.outcome == Raised("TypeError", "'int' object is not subscriptable", 2)
    assert two.variables == {"b": 2}
    assert three.outcome == NotReached()
    assert end[:2] == ("end", "failed")


@pytest.mark.parametrize(
    ("cell", "reason", "kind"),
    [
        ("a b", "syntax", "SyntaxError"),
        ("import not_there_at_all", "missing-module", "ModuleNotFoundError"),
        ("raise SystemExit(0)", "crashed", "SystemExit"),
        ("return 1", "failed", "SyntaxError"),
    ],
)
def test_ends(notebook, cell, reason, kind):
    """How a cell ended the run is said."""
    (result,), end = notebook(cell)
    assert result.outcome.type == kind
    assert end[1] in (reason, "syntax")


def test_inputs_and_files(notebook):
    """Inputs are variables, not reported until a cell changes them; files lie where the cells run."""
    (one, two), _ = notebook(
        "from pathlib import Path\ntext = Path('in/data.csv').read_text()",
        "array[0] = 9\narray.sum()",
        inputs={"array": np.arange(3), "unused": 1},
        files={"in/data.csv": b"a,b"},
    )
    assert one.variables == {"text": "a,b"}
    assert two.outcome == Returned(np.int64(12))
    assert two.variables["array"].tolist() == [9, 1, 2]


def test_asked_for(notebook):
    """Only the names asked for are captured, functions described."""
    (one,), _ = notebook("a = 1\nb = 2\ndef f(): ...", capture=["b", "f"])
    assert one.variables == {"b": 2, "f": NotPlain("a function")}


def test_not_plain(notebook):
    """What does not cross is described; an iterator is left as it was."""
    (one, two), _ = notebook("class C: ...\nc = C()\ni = iter([1, 2])\ni", "list(i)")
    assert one.variables == {"c": NotPlain("a C"), "i": NotPlain("a list_iterator")}
    assert one.outcome == NotPlain("a list_iterator")
    assert two.outcome == Returned([1, 2])


def test_room(notebook):
    """A variable for which there is no room is said to be too large; the others are still written."""
    (one, two), end = notebook("a = 'x' * 50000\nb = 'y' * 60000\nc = 1", "d = 2", limit=100_000)
    assert len(one.variables["a"]) == 50000
    assert "too large" in one.variables["b"].description
    assert one.variables["c"] == 1
    assert two.variables == {"d": 2}
    assert end == ("end", "passed", "")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        plain.encode(None),
        plain.encode(("cell",)),
        plain.encode(("cell", ("returned", 1), "", {}, [])),
        plain.encode(("cell", ("plain", plain.encode(1)), "", {1: ("not-plain", "x")}, [])),
        plain.encode(("cell", ("plain", plain.encode(1)), "", {"a": 5}, [])),
        plain.encode(("cell", ("plain", plain.encode(1)), "", {}, [1])),
        plain.encode(("cell", ("raised", 1, 2, 3), "", {}, [])),
        plain.encode(("end", "passed", "")),
    ],
)
def test_forged_records(payload):
    """A record that no runner writes is a cell that was not reached."""
    (one, two) = read_cells([payload, payload], 2)
    assert one.outcome == two.outcome == NotReached()


def test_forged_values():
    """A value that is no encoding is none; records past the number of cells are not read."""
    record = plain.encode(("cell", ("plain", b"junk"), "", {"a": ("plain", b"\1")}, []))
    (one,) = read_cells([record] * 3, 1)
    assert isinstance(one.outcome, NotPlain)
    assert isinstance(one.variables["a"], NotPlain)
