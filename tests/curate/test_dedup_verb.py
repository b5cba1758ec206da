"""``reweave curate dedup`` on files: bytes that stay, rows that are accounted for, kills, refusals."""

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
import small

from reweave.storage import read_rows

BODIES = [
    "def {0}(a, b):\n{1}    return a + b\n",
    "def {0}(values):\n    best = 0\n    for value in values:\n        best += value\n{1}    return best\n",
    "class {0}:\n    def __init__(self, a, b):\n        self.text = a\n{1}        self.more = b\n",
]


def many(count, seed=1):
    """Rows of which some are copies; ids are their numbers."""
    chance = random.Random(seed)
    words = [f"word{i}" for i in range(300)]
    rows = []
    for number in range(count):
        text = " ".join(chance.choice(words) for _ in range(25))
        body = chance.choice(BODIES)
        margin = "        " if body.startswith("class") else "    "
        steps = (f"{margin}a{i} = {chance.randrange(10**9)} * {chance.randrange(10**9)}\n" for i in range(6))
        body = body.format(f"name{number}", "".join(steps))
        row = {
            "id": number,
            "instruction": text,
            "program": body,
            "score": chance.randrange(100),
            "z": [1, {"é": None}],
        }
        if number > 20 and number % 7 == 0:
            other = rows[chance.randrange(len(rows))]
            row |= {"instruction": other["instruction"]}
        elif number > 20 and number % 11 == 0:
            other = rows[chance.randrange(len(rows))]
            row |= {"program": other["program"].replace("a3", "item").replace("    ", "  ")}
        rows.append(row)
    return rows


def dedup(*arguments):
    done = small.reweave("curate", "dedup", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rows_stay_as_they_were(tmp_path):
    """Kept lines are the input's, byte for byte, odd spacing and all; the input is not touched."""
    rows = many(200)
    lines = [json.dumps(row, separators=(", ", " :  ")) for row in rows]
    given = small.write_lines(
        tmp_path / "rows.jsonl", [*lines, "no json", '{"instruction": 3, "program": "x"}']
    )
    before = hashlib.sha256(given.read_bytes()).hexdigest()
    out = tmp_path / "kept.jsonl"
    said = dedup(given, "-o", out)
    kept = out.read_text().splitlines()
    rejects = small.read_lines(tmp_path / "kept.jsonl.run" / "rejects.jsonl")
    assert hashlib.sha256(given.read_bytes()).hexdigest() == before
    reasons = [each["reason"] for each in rejects]
    assert reasons.count("near-duplicate") >= 35
    assert reasons[-2:] == ["invalid-json", "not-text"]
    assert len(kept) + len(rejects) == 202
    dropped = {each["number"] for each in rejects[:-2]}
    assert kept == [line for number, line in enumerate(lines) if number not in dropped]
    for each in rejects[:-2]:
        assert each["of"] < each["number"]
        assert each["of"] not in dropped
        column = each["column"]
        if column == "instruction":
            assert rows[each["of"]]["instruction"] == rows[each["number"]]["instruction"]
        assert each["similarity"] >= 0.7
        assert each["row"] == rows[each["number"]]
    assert f"{len(kept)} rows in" in said


def test_the_best_of_each_group(tmp_path):
    """With a score, the row dropped has no higher one than the row it is like; one without a score loses."""
    rows = many(150, seed=2)
    del rows[3]["score"]
    rows[4] |= {key: rows[3][key] for key in ("instruction", "program")}
    given = small.write_lines(tmp_path / "rows.jsonl", rows)
    dedup(given, "-o", tmp_path / "kept.jsonl", "--best", "score", "--on", "instruction")
    rejects = small.read_lines(tmp_path / "kept.jsonl.run" / "rejects.jsonl")
    assert 3 in {each["number"] for each in rejects}
    for each in rejects:
        assert each["row"].get("score", -1) <= rows[each["of"]]["score"]


def test_workers_and_forms_of_files(tmp_path):
    """One worker or two, lines, gzip, Parquet or shards: the same rows."""
    rows = many(5_500)  # more than a part has
    given = small.write_lines(tmp_path / "rows.jsonl", rows)
    outs = []
    for name, workers in (
        ("one.jsonl", 1),
        ("two.jsonl", 2),
        ("z.jsonl.gz", 2),
        ("p.parquet", 1),
        ("shards", 2),
    ):
        outs.append(tmp_path / name)
        dedup(given, "-o", outs[-1], "--workers", workers, "--shard-records", 1000)
    assert outs[0].read_bytes() == outs[1].read_bytes() == gzip.decompress(outs[2].read_bytes())
    kept = list(read_rows(outs[0]))
    assert [row["id"] for row in read_rows(outs[3])] == [row["id"] for row in kept]
    assert list(read_rows(outs[4])) == kept
    assert len(list(outs[4].iterdir())) == 6
    dedup(outs[3], "-o", tmp_path / "again.jsonl")  # Parquet in; what was kept has no duplicates left
    assert [row["id"] for row in read_rows(tmp_path / "again.jsonl")] == [row["id"] for row in kept]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_killed(tmp_path):
    """Killed in the first pass and in the second, with its workers, and started again: the same bytes."""
    given = small.write_lines(tmp_path / "rows.jsonl", many(11_000))
    whole, out = tmp_path / "whole.jsonl", tmp_path / "kept.jsonl"
    dedup(given, "-o", whole)
    command = small.command("curate", "dedup", given, "-o", out, "--workers", 2)
    sketch, journal = tmp_path / "kept.jsonl.run" / "sketch", tmp_path / "kept.jsonl.run" / "journal.jsonl"
    moments = (
        lambda: len(list(sketch.glob("*.npz"))) >= 2,
        lambda: journal.exists() and journal.stat().st_size,
    )
    kills = 0
    for moment in moments:
        process = subprocess.Popen(
            command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        while not moment() and process.poll() is None:
            time.sleep(0.005)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 1
    dedup(given, "-o", out)
    assert out.read_bytes() == whole.read_bytes()
    for name in ("rejects.jsonl", "statistics.json"):
        one, other = (Path(f"{path}.run") / name for path in (whole, out))
        assert one.read_bytes() == other.read_bytes()
    assert not sketch.exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["-o", "rows.jsonl"], "exists and no run made it"),
        (["-o", "out.jsonl", "--on", "nothing:tree"], "NAME:text"),
        (["-o", "out.jsonl", "--on", "program:code:7"], "above 0 and at most 1"),
        (["-o", "out.jsonl", "--threshold", "0"], "threshold"),
        (["-o", "out.csv"], "cannot write"),
    ],
)
def test_refusals(tmp_path, arguments, why):
    """What makes no sense is refused in a sentence, the input not touched."""
    given = small.write_lines(tmp_path / "rows.jsonl", many(30))
    before = given.read_bytes()
    arguments = [
        str(tmp_path / each) if "." in each and each.endswith(("jsonl", "csv")) else each
        for each in arguments
    ]
    done = small.reweave("curate", "dedup", given, *arguments)
    assert done.returncode == 1
    assert why in done.stderr
    assert given.read_bytes() == before


def test_no_usual_column(tmp_path):
    """Where no column has a usual name the columns there are are named."""
    given = small.write_lines(tmp_path / "rows.jsonl", [{"a": "x", "b": "y"}])
    done = small.reweave("curate", "dedup", given, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert "a, b" in done.stderr
    done = small.reweave("curate", "dedup", "-", "-o", tmp_path / "out.jsonl")
    assert "not stdin" in done.stderr


def test_another_configuration(tmp_path):
    """The same output with another threshold is refused, with the difference."""
    given = small.write_lines(tmp_path / "rows.jsonl", many(30))
    dedup(given, "-o", tmp_path / "out.jsonl")
    done = small.reweave("curate", "dedup", given, "-o", tmp_path / "out.jsonl", "--threshold", "0.8")
    assert done.returncode == 1
    assert "config.threshold: 0.7 in the run, 0.8 now" in done.stderr
    assert "was complete already" in dedup(given, "-o", tmp_path / "out.jsonl")
