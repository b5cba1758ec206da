"""Whole runs: every row accounted for, the same bytes whatever the workers and the kills."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import grounding
import pytest

import reweave
from reweave.errors import SandboxError
from reweave.ground import run
from reweave.ground.run import ground
from reweave.ground.trace.config import TraceConfig
from reweave.ground.trace.stored import decode
from reweave.storage import read_rows

HERE = Path(__file__).parent
ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
CONFIG = TraceConfig(wall=20.0, same_calls=2, row_bytes=4096, mutants=2)
pytestmark = pytest.mark.usefixtures("data_box")  # skips where nothing can be held

TABLE = "import pandas as pd\ndf = pd.DataFrame({'k': list('abab'), 'v': [1, 2, 3, 4]})\n"
CODES = [
    "t = df.groupby('k')['v'].sum()",
    "t = df.groupby('k')['v'].mean()",
    "df['w'] = df['v'] * 2",
    "df.sort_values('v', ascending=False)",
    "t = df.nothing()",
    "t = df.groupby('v')['k'].sum()",
    "u = df.groupby('k')['v'].sum()",  # the third of its calls
    "df.to_csv('a.csv')",
    "import random\nt = random.random()",
    "print(df)",
    "t =",
    "big = pd.concat([df] * 500)",
    "t = object()",
    "t = df['v'].map(lambda n: n + 1).tolist()",
]


def lines():
    made = [
        {"id": f"c{number}", "context": TABLE, "intent": f"Number {number}.", "code": code, "topic": "k"}
        for number, code in enumerate(CODES)
    ]
    made.append({"id": "c-late", "context": "x = 1 / 0", "intent": "", "code": "y = 1"})
    made.append({"id": "clash", "context": "x = 1", "intent": "", "code": "y = x", "inputs": "mine"})
    written = [json.dumps(row) for row in made]
    written[3:3] = ["{broken", '{"context": "x"}']
    return written


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "candidates.jsonl"
    path.write_text("\n".join(lines()) + "\n")
    return path


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "grounded.jsonl"
    return ground(str(source), out, CONFIG, workers=1), out


def files(out):
    """What must be the same: rows, rejects, statistics, the resolved configuration without its context."""
    folder = out.with_name(f"{out.name}.run")
    config = json.loads((folder / "config.json").read_bytes())
    return (
        out.read_bytes(),
        (folder / "rejects.jsonl").read_bytes(),
        (folder / "statistics.json").read_bytes(),
        config["config"],
    )


def test_accounted_for(whole):
    """Read = kept + rejected + failed, each reject with its reason, in the order of the input."""
    made, out = whole
    statistics = made.statistics
    rows = list(read_rows(out))
    rejects = [json.loads(line) for line in (made.folder / "rejects.jsonl").read_bytes().splitlines()]
    assert statistics.read == len(lines())
    assert statistics.kept == len(rows)
    assert statistics.kept + statistics.rejects.total() == statistics.read
    assert [each["index"] for each in rejects] == sorted(each["index"] for each in rejects)
    assert {each["id"]: each["reason"] for each in rejects} == {
        "3": "invalid-json",
        "4": "missing-column",
        "c4": "fails",
        "c6": "repeated-api",
        "c7": "file-access",
        "c8": "not-deterministic",
        "c9": "no-output",
        "c10": "fails",
        "c12": "not-plain",
        "c-late": "context-fails",
    }
    assert all(each["outcome"] == "rejected" for each in rejects)


def test_rows(whole):
    """A row has its own columns, and values that come back as they were."""
    rows = {row["id"]: row for row in read_rows(whole[1])}
    first = rows["c0"]
    assert (first["intent"], first["topic"]) == ("Number 0.", "k")
    assert first["calls"] == [".sum", ".groupby"]
    assert decode(first["inputs"]["df"])["v"].tolist() == [1, 2, 3, 4]
    assert decode(first["outputs"]["t"]).to_dict() == {"a": 4, "b": 6}
    assert decode(rows["c2"]["inputs"]["df"]).shape == (4, 2)
    assert decode(rows["c2"]["outputs"]["df"])["w"].tolist() == [2, 4, 6, 8]
    assert list(rows["c3"]["outputs"]) == ["Out"]
    big = rows["c11"]["outputs"]["big"]
    assert (big["cut"], big["size"]) == (True, [2000, 2])
    assert rows["clash"]["source_inputs"] == "mine"
    assert decode(rows["clash"]["inputs"]["x"]) == 1


def test_again(whole, source):
    """A run that is complete is not done again."""
    made, out = whole
    before = files(out)
    again = ground(str(source), out, CONFIG, workers=2)
    assert again.was_complete
    assert again.statistics.to_json() == made.statistics.to_json()
    assert files(out) == before


PLAIN = [
    "ys = sorted(xs)",
    "xs.append(9)",
    "ys = [x * 2 for x in xs]",
    "total = sum(xs) / 0",
    "ys = xs[::-1]",
    "zs = sorted(xs)",
    "ws = sorted(xs)",  # the third of its calls
    "import random\nx = random.random()",
    "import os",
    "best = max(xs)",
    "for x in xs:\n    pass",
    "it = iter(xs)",
    "d = {x: str(x) for x in xs}",
    "xs[0] = None",
]


def test_killed(tmp_path):
    """Killed by SIGKILL after every few rows, with other workers each time: the same bytes."""
    source = tmp_path / "plain.jsonl"
    rows = [
        {"id": f"p{number}", "context": "xs = [3, 1, 2]", "intent": "", "code": code}
        for number, code in enumerate(PLAIN)
    ]
    source.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    whole = tmp_path / "whole.jsonl"
    made = ground(str(source), whole, grounding.CONFIG, workers=1)
    assert made.statistics.rejects["rejected", "repeated-api"] == 2
    out = tmp_path / "grounded.jsonl"
    kills = []
    for workers in itertools.cycle((2, 1, 3)):
        command = [sys.executable, str(HERE / "grounding.py"), str(source), str(out), str(workers)]
        process = subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, text=True)
        told = process.stdout.readline()
        if not told:  # nothing left to do
            assert process.wait() == 0
            break
        process.kill()
        process.wait()
        process.stdout.close()
        kills.append(int(told))
    process.stdout.close()
    assert kills == sorted(kills)
    assert len(set(kills)) >= 3
    assert files(out) == files(whole)


def test_shards(source, whole, tmp_path):
    """In shards the rows are the same."""
    config = CONFIG.model_copy(update={"shard_records": 5})
    ground(str(source), tmp_path / "grounded", config, workers=2)
    assert list(read_rows(tmp_path / "grounded")) == list(read_rows(whole[1]))
    assert len(list((tmp_path / "grounded").iterdir())) == 4


def test_verb(source, tmp_path):
    """The verb shows where the candidates went; a limit is kept, another configuration refused."""
    out = tmp_path / "g.jsonl"
    command = [sys.executable, "-m", "reweave", "ground", "trace", source, "-o", out, "--limit", "7"]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for told in ("read", "kept", "fails", "DataFrame", "4 grounded rows of 7 candidates"):
        assert told in done.stdout
    refused = subprocess.run([*command, "--same-calls", "4"], env=ENV, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "same_calls" in refused.stderr


def test_a_defect_of_ours(source, tmp_path, monkeypatch):
    """What we raise over one candidate (injected here) fails its row, says so, and loses no others."""
    tracing = run.tracing

    def faulty(context, program, config, **more):
        if "mean" in program:
            raise ZeroDivisionError("injected")
        return (yield from tracing(context, program, config, **more))

    monkeypatch.setattr(run, "tracing", faulty)
    made = ground(str(source), tmp_path / "g.jsonl", CONFIG.model_copy(update={"limit": 3}))
    assert made.statistics.rejects["failed", "defect"] == 1
    assert made.statistics.kept == 2
    assert "ZeroDivisionError('injected')" in (made.folder / "rejects.jsonl").read_text()


def test_nothing_holds(source, tmp_path):
    """Where untrusted code cannot be held, nothing is run and nothing written."""
    with pytest.raises(SandboxError):
        ground(str(source), tmp_path / "g.jsonl", CONFIG.model_copy(update={"tier": "none"}))
    assert not (tmp_path / "g.jsonl").exists()
