"""``reweave align seeds`` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

import orjson

import reweave

PATH = os.pathsep.join([str(Path(reweave.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
ENV = os.environ | {"PYTHONPATH": PATH, "COLUMNS": "120"}


def reweave_(*arguments):
    command = [sys.executable, "-m", "reweave", "align", "seeds", *map(str, arguments)]
    return subprocess.run(command, env=ENV, capture_output=True, text=True)


def test_the_funnel_is_shown(tmp_path):
    """The table has each rule with what it dropped and left; the seeds lie where they were asked for."""
    out = tmp_path / "a.jsonl"
    done = reweave_("package:textwrap", "-o", out, "--types", "none", "--set", "bad_words=[]")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.replace("│", " ").splitlines()]
    assert ["definitions", "found", "5", "100.0%"] in rows
    assert ["free-name", "3", "2", "40.0%"] in rows
    assert not any("type-error" in row for row in rows)
    assert f"2 seeds in {out}" in done.stdout
    assert [orjson.loads(line)["id"] for line in out.read_bytes().splitlines()] == [
        "textwrap.py:dedent",
        "textwrap.py:indent",
    ]


def test_settings_come_from_everywhere(tmp_path):
    """A preset, a TOML file's table, --set and flags; what comes later wins, and is written down."""
    (tmp_path / "c.toml").write_text(
        '[seeds]\npreset = "paper"\nmax_lines = 7\nkinds = ["class"]\n[other]\nx = 1\n'
    )
    out = tmp_path / "a.jsonl"
    code = tmp_path / "code.py"
    code.write_text('def f(x):\n    """Say."""\n    return x\n')
    done = reweave_(
        code, "-o", out, "--config", tmp_path / "c.toml", "--set", "types=none", "--set", "max_lines=8",
        "--kinds", "function,method", "--max-lines", "9",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    config = orjson.loads((tmp_path / "a.jsonl.run" / "config.json").read_bytes())["config"]
    told = {key: config[key] for key in ("preset", "docstring", "max_lines", "kinds", "types", "judge")}
    assert told == {
        "preset": "paper", "docstring": "triple-quotes", "max_lines": 9, "kinds": ["function", "method"],
        "types": "none", "judge": None,
    }  # fmt: skip


def test_what_makes_no_sense_is_one_line(tmp_path):
    """Wrong settings and inputs end with exit status 1 and a sentence."""
    out = tmp_path / "a.jsonl"
    for arguments, said in (
        (("nowhere", "-o", out), "no such file or folder: nowhere"),
        (("package:json", "-o", out, "--preset", "papre"), "no preset 'papre'; there are default, paper"),
        (("package:json", "-o", out, "--kinds", "functions"), "kinds.0: Input should be 'function'"),
        (("package:json", "-o", out, "--set", "colour=1"), "colour: Extra inputs are not permitted"),
    ):
        done = reweave_(*arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_nothing_kept_is_no_success(tmp_path):
    """A run that keeps nothing ends with exit status 1."""
    (tmp_path / "code.py").write_text("def f(x):\n    return x\n")
    done = reweave_(tmp_path / "code.py", "-o", tmp_path / "a.jsonl", "--types", "none")
    assert done.returncode == 1
    assert "0 seeds" in done.stdout
