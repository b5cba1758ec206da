"""``reweave report``: what it writes, and what it says of folders that are no runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from runs import write_run

import reweave

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "NO_COLOR": "1", "COLUMNS": "200"}


def report(*arguments, cwd=None):
    command = [sys.executable, "-m", "reweave", "report", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=ENV, capture_output=True, text=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    write_run(folder / "a", tasks=6, samples=4)
    write_run(folder / "b", tasks=6, samples=4, seed=2)
    return folder


def test_page(runs):
    """One run makes a page in its folder, several one where -o says."""
    done = report("a", cwd=runs)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wrote {Path('a') / 'report.html'}\n", "")
    assert "<h1>synthetic: a model that does not exist</h1>" in (runs / "a" / "report.html").read_text(
        "utf-8"
    )
    done = report("a", "b", "-o", "both.html", "--title", "A & B", cwd=runs)
    assert done.returncode == 0, done.stderr
    page = (runs / "both.html").read_text("utf-8")
    assert "<h1>A &amp; B</h1>" in page
    assert "Paired differences" in page


def test_figures(runs):
    """--figures alone draws and writes no page."""
    pytest.importorskip("matplotlib")
    done = report("b", "--figures", "drawn", cwd=runs)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (runs / "drawn").iterdir()} >= {"pass-at-k.png", "pass-at-k.svg"}
    assert not (runs / "b" / "report.html").exists()


def test_export(runs):
    """--export writes the samples and says how many."""
    done = report("a", "--export", "evalplus", "-o", "samples.jsonl", cwd=runs)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wrote samples.jsonl: 24 samples")
    assert len((runs / "samples.jsonl").read_text("utf-8").splitlines()) == 24


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none"], "none does not exist: give the run directory of reweave eval"),
        (["."], "is no run directory of reweave eval"),
        (["a", "none", "-o", "x.html"], "none does not exist"),
        (["a", "--export", "csv", "-o", "x"], "no export 'csv'; there are evalplus, bigcodebench, lm-eval"),
        (["a", "b", "--export", "evalplus", "-o", "x"], "export them one by one"),
        (["a", "--export", "evalplus"], "give -o FILE"),
        (["a", "--export", "evalplus", "-o", "x", "--title", "t"], "leave --figures and --title out"),
    ],
)
def test_errors(runs, arguments, says):
    """What cannot be done is refused in one line, with exit code 1, and nothing is written."""
    before = set(runs.iterdir())
    done = report(*arguments, cwd=runs)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert set(runs.iterdir()) == before


def test_damage_is_told(tmp_path):
    """A damaged line is named on standard error, and the page is written all the same."""
    folder = write_run(tmp_path / "run", tasks=2, samples=2)
    with (folder / "samples.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n")
    done = report(folder)
    assert done.returncode == 0
    assert "samples.jsonl: line 5 cannot be read" in done.stderr
    assert (folder / "report.html").exists()
