"""``reweave stats``, ``view`` and ``doctor``: what they say of a run, and of what is none."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

import reweave

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "NO_COLOR": "1", "COLUMNS": "200"}
ROWS = [
    {"program": "a = 1\nb = 2\n", "instruction": "Do </script>."},
    {"program": "x = ("},
    {"program": "print(1)\n"},
]


def reweave_(*arguments, cwd=None, env=ENV):
    command = [sys.executable, "-m", "reweave", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "in.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    for name in ("out.jsonl", "out.parquet", "folder"):
        assert reweave_("edits", "in.jsonl", "-o", name, "--paths", 8, cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.run", "out.parquet", "folder"])
def test_stats(run, name):
    """The counts of a run, whatever it was written as: read = kept + rejected, duplicates, distinct paths."""
    done = reweave_("stats", name, "--json", cwd=run)
    assert done.returncode == 0, done.stderr
    counts = orjson.loads(done.stdout)
    assert (counts["read"], counts["kept"], counts["paths"], counts["duplicates"]) == (3, 2, 3, 13)
    shown = reweave_("stats", name, cwd=run)
    assert shown.returncode == 0
    assert "syntax-error" in shown.stdout


def test_stats_as_picture(run):
    """--png draws the distributions into a PNG."""
    done = reweave_("stats", "out.jsonl", "--png", "a.png", cwd=run)
    assert done.returncode == 0, done.stderr
    assert (run / "a.png").read_bytes().startswith(b"\x89PNG")


def test_view(run):
    """One page beside the run, or where it is wanted; programs cannot break out of it."""
    done = reweave_("view", "out.jsonl", cwd=run)
    assert done.returncode == 0, done.stderr
    page = (run / "out.html").read_text("utf-8")
    assert "Do </script>." not in page
    assert "wrote out.html" in done.stdout
    assert reweave_("view", "folder", "-o", "p.html", "--limit", 1, cwd=run).returncode == 0
    assert (run / "p.html").exists()


FOREIGN = [
    b"{",
    b"3",
    b'{"program": "x = 1"}',
    b'{"edits": [1]}',
    b'{"edits": ["@@ what"]}',
    b'{"states": [null]}',
    b'{"messages": [1]}',
    b'{"messages": [{"role": "assistant"}]}',
    b'{"edits": [], "path": "x"}',
    b'{"completion": ""}',
]


@pytest.mark.parametrize("verb", ["stats", "view"])
@pytest.mark.parametrize("row", FOREIGN)
def test_files_that_are_no_runs(tmp_path, verb, row):
    """A file of something else is one line on stderr that names it, and exit code 1."""
    (tmp_path / "foreign.jsonl").write_bytes(row + b"\n")
    done = reweave_(verb, "foreign.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("reweave: ")
    assert done.stderr.count("\n") == 1
    assert "foreign.jsonl" in done.stderr


@pytest.mark.parametrize("verb", ["stats", "view"])
def test_runs_that_are_not_there(tmp_path, verb):
    """No such run is one line, and exit code 1."""
    done = reweave_(verb, "missing", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "reweave: no such file, folder or run: missing\n"


def test_columns_that_are_null(tmp_path):
    """Rows of another making that leave id, path and seed out, or null, are read."""
    (tmp_path / "a.jsonl").write_bytes(
        b'{"edits": ["@@ -0,0 +1 @@\\n+x"], "id": null, "path": null, "seed": null}\n'
    )
    assert reweave_("stats", "a.jsonl", cwd=tmp_path).returncode == 0


def test_doctor():
    """Every checker that is installed is tried and works."""
    done = reweave_("doctor")
    assert done.returncode == 0, done.stdout
    for name in ("ruff", "compile", "pylint", "ty", "ruff+ty"):
        [line] = [line for line in done.stdout.splitlines() if f"checker {name} " in line]
        assert "works" in line


def test_doctor_without_ruff(tmp_path):
    """Where ruff cannot be started the doctor says so and fails."""
    # Fault injection: the scripts folder and PATH hold a ruff that cannot run.
    broken = tmp_path / "ruff"
    broken.write_text("#!/bin/false\n")
    broken.chmod(0o755)
    (tmp_path / "sitecustomize.py").write_text(
        "import sysconfig\nreal = sysconfig.get_path\n"
        f"sysconfig.get_path = lambda n, *a, **k: {str(tmp_path)!r} if n == 'scripts' else real(n, *a, **k)\n"
    )
    env = ENV | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ENV['PYTHONPATH']}"}
    done = reweave_("doctor", env=env)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    line = next(line for line in done.stdout.splitlines() if "checker ruff " in line)
    assert "missing" in line
    edits = reweave_("edits", "package:json", "-o", tmp_path / "out.jsonl", env=env)
    assert edits.returncode == 1
    assert edits.stderr.startswith("reweave: checker ruff crashed")
    assert edits.stderr.count("\n") == 1


def test_version_and_help():
    """--version and --help answer; every verb has an example in its help."""
    assert reweave_("--version").stdout == f"reweave {reweave.__version__}\n"
    for verb in ("edits", "resolve", "stats", "view", "doctor"):
        done = reweave_(verb, "--help")
        assert done.returncode == 0
        assert f"reweave {verb}" in done.stdout
        assert "Example" in done.stdout
