"""``reweave ground contexts`` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

import orjson

import reweave

PATH = os.pathsep.join([str(Path(reweave.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
ENV = os.environ | {"PYTHONPATH": PATH, "COLUMNS": "120"}


def reweave_(*arguments):
    command = [sys.executable, "-m", "reweave", "ground", "contexts", *map(str, arguments)]
    return subprocess.run(command, env=ENV, capture_output=True, text=True)


def test_the_table_is_shown(tmp_path):
    """What was read, kept by format, and rejected by reason; begun again it is complete."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    (tmp_path / "in" / "b.jsonl").write_text("{", "utf-8")
    (tmp_path / "in" / "c.txt").write_text("", "utf-8")
    out = tmp_path / "out.jsonl"
    done = reweave_(tmp_path / "in", "-o", out)
    assert done.returncode == 0, done.stderr
    rows = [line.replace("│", " ").split() for line in done.stdout.splitlines()]
    assert ["read", "2", "100.0%"] in rows, done.stdout
    assert ["failed", "0", "0.0%"] in rows
    for name in ("kept", "csv", "rejected", "invalid-json"):
        assert [name, "1", "50.0%"] in rows
    assert "in: 1 files are no tables by their names: 1 .txt" in done.stdout
    assert f"1 contexts in {out}" in done.stdout
    [record] = map(orjson.loads, out.read_bytes().splitlines())
    assert record["code"] == 'import pandas as pd\n\ndf = pd.read_csv("a.csv")\n'
    again = reweave_(tmp_path / "in", "-o", out)
    assert again.returncode == 0
    assert "was complete already" in again.stdout


def test_settings_come_from_everywhere(tmp_path):
    """A TOML file's table, --set and flags; what comes later wins, and is written down."""
    (tmp_path / "c.toml").write_text("[contexts]\ncolumns = 3\nexamples = 1\nhead_rows = 1\n[other]\nx = 1\n")
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n3,4\n", "utf-8")
    out = tmp_path / "out.jsonl"
    done = reweave_(
        tmp_path / "a.csv", tmp_path / "b.csv", "-o", out, "--config", tmp_path / "c.toml",
        "--set", "columns=2", "--columns", "1", "--set", "examples=2", "--limit", "1", "--workers", "1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    config = orjson.loads((tmp_path / "out.jsonl.run" / "config.json").read_bytes())["config"]
    told = {key: config[key] for key in ("columns", "examples", "head_rows", "limit", "seconds")}
    assert told == {"columns": 1, "examples": 2, "head_rows": 1, "limit": 1, "seconds": 120.0}
    [record] = map(orjson.loads, out.read_bytes().splitlines())
    assert [(each["name"], each["examples"]) for each in record["columns"]] == [("a", ["1", "3"])]
    assert len(record["head"].splitlines()) == 2


def test_what_makes_no_sense_is_one_line(tmp_path):
    """Wrong settings and inputs end with exit status 1 and a sentence."""
    (tmp_path / "a.csv").write_text("a\n1\n", "utf-8")
    out = tmp_path / "out.jsonl"
    for arguments, said in (
        (("nowhere", "-o", out), "no such file or folder: nowhere"),
        ((tmp_path / "a.csv", "-o", out, "--set", "colour=1"), "colour: Extra inputs are not permitted"),
        (
            (tmp_path / "a.csv", "-o", out, "--columns", "0"),
            "columns: Input should be greater than or equal to 1",
        ),
    ):
        done = reweave_(*arguments)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_nothing_kept_is_no_success(tmp_path):
    """A run that keeps nothing ends with exit status 1."""
    (tmp_path / "a.csv").write_bytes(b"")
    done = reweave_(tmp_path / "a.csv", "-o", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert "0 contexts" in done.stdout
