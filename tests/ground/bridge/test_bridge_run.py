"""Whole runs of the bridge, both ways: every row accounted for, what is made holds, kills change nothing."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import reweave
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.run import validate
from reweave.ground.bridge import rows as bridge_rows
from reweave.ground.bridge.config import BridgeConfig
from reweave.ground.bridge.run import bridge
from reweave.ground.run import ground
from reweave.ground.trace.config import TraceConfig
from reweave.ground.variants.config import VariantsConfig
from reweave.ground.variants.run import make_variants
from reweave.storage import read_rows

from . import bridging

HERE = Path(__file__).parent
ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
CONFIG = BridgeConfig(wall=20.0, mutants=6)
pytestmark = pytest.mark.usefixtures("bridge_box")  # skips where nothing can be held

TABLE = "import pandas as pd\ndf = pd.DataFrame({'k': list('abab'), 'v': [1, 2, 3, 4]})\n"
CANDIDATES = [
    ("xs = [3, 1, 2]", "ys = sorted(xs)"),
    ("xs = [3, 1, 2]", "xs.sort()\nbest = xs[-1]"),
    ("import math\nx = 2", "root = math.sqrt(x)"),
    (TABLE, "t = df.groupby('k')['v'].sum()"),
    (TABLE, "df['w'] = df['v'] * 0.5"),
    (TABLE, "df.sort_values('v', ascending=False)"),
    (TABLE, "n = len(df)"),
    (TABLE, "a = df['v'].to_numpy()"),
    (TABLE, "c = df['k'].astype('category')"),
    (TABLE, "big = pd.concat([df] * 300)"),
    ("xs = list(range(5))", "n = len(globals()['xs'])"),
]
FUNCTIONS = [
    ("def f(xs):\n    return sorted(xs)\n", "assert f([2, 1]) == [1, 2]\nassert f([5, 4, 6]) == [4, 5, 6]\n"),
    ("def g(n):\n    return n * 2\n", "assert g(2) == 4\nassert g(-1) == -2\n"),
    ("def h(s):\n    return s.upper()\n", "assert h('a') == 'B'\n"),
    ("x = 1\n", "assert x == 1\n"),
    (
        "def k(a, b):\n    return a % b\n",
        (
            "import pytest\n\ndef test_k():\n    assert k(7, 4) == 3\n"
            "    with pytest.raises(ZeroDivisionError):\n        k(1, 0)\n"
        ),
    ),
]


def written(path, rows):
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def grounded(tmp_path_factory):
    """Candidates, traced in the sandbox."""
    folder = tmp_path_factory.mktemp("grounded")
    rows = [
        {"id": f"c{n}", "context": context, "intent": f"Do {n}.", "code": code, "topic": "t"}
        for n, (context, code) in enumerate(CANDIDATES)
    ]
    out = folder / "grounded.jsonl"
    made = ground(
        str(written(folder / "candidates.jsonl", rows)),
        out,
        TraceConfig(wall=20.0, mutants=2, row_bytes=4096),
        workers=2,
    )
    assert made.statistics.kept == len(CANDIDATES)
    return out


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    rows = [
        {"id": f"f{n}", "instruction": f"Write {n}.", "program": program, "tests": tests, "intent": "mine"}
        for n, (program, tests) in enumerate(FUNCTIONS)
    ]
    rows.append({**rows[0], "id": "refused", "validation": {"accepted": False, "reason": "weak-tests"}})
    rows += [
        "{broken",
        {"id": "other", "code": "x = 1"},
        {"id": "empty", "program": " ", "tests": "assert 1"},
    ]
    return written(tmp_path_factory.mktemp("functions") / "functions.jsonl", rows)


@pytest.fixture(scope="module")
def specified(functions, tmp_path_factory):
    out = tmp_path_factory.mktemp("specified") / "specified.jsonl"
    return bridge(str(functions), out, CONFIG, workers=1), out


@pytest.fixture(scope="module")
def tested(grounded, tmp_path_factory):
    out = tmp_path_factory.mktemp("tested") / "tested.jsonl"
    return bridge(str(grounded), out, CONFIG, workers=2), out


def reasons(made):
    lines = (made.folder / "rejects.jsonl").read_bytes().splitlines()
    return {each["id"]: each["reason"] for each in map(json.loads, lines)}


def files(out):
    """What must be the same: rows, rejects, statistics, the configuration without its context."""
    folder = out.with_name(f"{out.name}.run")
    config = json.loads((folder / "config.json").read_bytes())
    names = ("rejects.jsonl", "statistics.json")
    return (out.read_bytes(), *((folder / name).read_bytes() for name in names), config["config"])


def test_functions_are_accounted_for(specified):
    """Read = kept + rejected; each reject with its reason."""
    made, out = specified
    counts = made.statistics.counts
    assert (counts.read, counts.kept) == (9, 3)
    assert counts.kept + counts.rejects.total() == counts.read
    assert reasons(made) == {
        "f2": "tests-fail",
        "f3": "no-calls",
        "refused": "not-accepted",
        "6": "invalid-json",
        "other": "missing-column",
        "empty": "no-program",
    }
    rows = {row["id"]: row for row in read_rows(out)}
    assert (made.statistics.specified, made.statistics.calls) == (3, 5)
    assert rows["f0"]["intent"] == rows["f0"]["instruction"] == "Write 0."
    assert rows["f0"]["source_intent"] == "mine"
    assert rows["f4"]["function"] == "k"
    assert made.statistics.worth.rejected("example") > 0


def test_grounded_rows_are_accounted_for(tested):
    """Those whose values have a short text and whose code can be wrapped are kept; the others say why."""
    made, out = tested
    assert reasons(made) == {"c8": "not-plain-enough", "c9": "cut-values", "c10": "tests-fail"}
    rows = {row["id"]: row for row in read_rows(out)}
    assert list(rows) == [f"c{n}" for n in range(8)]
    assert rows["c0"]["program"] == "def solution(xs):\n    ys = sorted(xs)\n    return ys\n"
    assert rows["c0"]["tests"] == "assert solution([3, 1, 2]) == [1, 2, 3]\n"
    assert rows["c0"]["instruction"] == rows["c0"]["intent"]
    assert "assert_series_equal" in rows["c3"]["tests"]
    assert rows["c1"]["topic"] == "t"


def test_align_accepts_the_tests(tested, tmp_path):
    """`align validate` runs what the bridge has made: it passes, and refuses stubs and wrong programs."""
    made = validate(str(tested[1]), tmp_path / "v.jsonl", ValidateConfig(mutants=6, wall=20.0, zygote="data"))
    rows = {row["id"]: row["validation"] for row in read_rows(tmp_path / "v.jsonl")}
    assert all(each["passed"] for each in rows.values())
    assert not any(each["stub_survives"] for each in rows.values())
    assert made.statistics.kept >= 6
    assert {rows["c0"]["form"], rows["c3"]["form"]} == {"data", "proxy"}


def test_variants_take_both(specified, grounded, tmp_path):
    """Functions with specifications are trained on beside grounded rows, at every level of leakage."""
    for leakage in ("oracle", "noisy", "value-free"):
        out = tmp_path / leakage
        run = make_variants([str(specified[1]), str(grounded)], out, VariantsConfig(leakage=leakage))
        rows = {row["id"]: row for row in read_rows(out / "example.jsonl")}
        assert {"f0", "f1", "f4", "c0", "c3"} <= rows.keys()
        assert rows["f0"]["completion"] == FUNCTIONS[0][0]
        assert (
            "# Write 0.\n#\n# Specification of inputs and outputs:\n# Call 1:\n# Input xs: a list of int"
            in rows["f0"]["prompt"]
        )
        assert run.counts.read == 3 + len(CANDIDATES)


def test_again_and_in_shards(specified, functions, tmp_path):
    """Complete, a run is not done again; other workers and shards give the same rows."""
    made, out = specified
    before = files(out)
    again = bridge(str(functions), out, CONFIG, workers=2)
    assert again.was_complete
    assert again.statistics.to_json() == made.statistics.to_json()
    assert files(out) == before
    config = CONFIG.model_copy(update={"shard_records": 4})
    bridge(str(functions), tmp_path / "shards", config, workers=2)
    assert list(read_rows(tmp_path / "shards")) == list(read_rows(out))


def test_killed(grounded, functions, tmp_path):
    """Killed by SIGKILL after every few rows, with other workers each time: the same bytes, both ways."""
    plain = [row for row in read_rows(grounded) if row["id"] in {"c0", "c1", "c2", "c10"}]
    lines = functions.read_text().splitlines()
    source = written(tmp_path / "both.jsonl", [*lines[:3], *plain[:2], *lines[3:], *plain[2:]])
    whole = tmp_path / "whole.jsonl"
    done = bridge(str(source), whole, bridging.CONFIG, workers=1)
    assert (done.statistics.specified, done.statistics.tested) == (3, 3)
    out = tmp_path / "out.jsonl"
    kills = []
    for workers in itertools.cycle((2, 1, 3)):
        command = [sys.executable, str(HERE / "bridging.py"), str(source), str(out), str(workers)]
        process = subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, text=True)
        told = process.stdout.readline()
        if not told:  # nothing left to do
            assert process.wait() == 0
            process.stdout.close()
            break
        process.kill()
        process.wait()
        process.stdout.close()
        kills.append(int(told))
    assert kills == sorted(kills)
    assert len(set(kills)) >= 3
    assert files(out) == files(whole)


def test_one_way_is_insisted_on(functions, tmp_path):
    """A row that is not of the side that is asked for is a reject."""
    made = bridge(str(functions), tmp_path / "o.jsonl", CONFIG.model_copy(update={"to": "tests"}))
    assert made.statistics.counts.kept == 0
    assert set(reasons(made).values()) == {"not-text", "invalid-json"}


def test_a_defect_of_ours(functions, tmp_path, monkeypatch):
    """What we raise over one row (injected here) fails that row, says so, and loses no others."""
    real = bridge_rows.specified

    def faulty(name, program, tests, config):
        if name == "f1":
            raise ZeroDivisionError("injected")
        return (yield from real(name, program, tests, config))

    monkeypatch.setattr(bridge_rows, "specified", faulty)
    made = bridge(str(functions), tmp_path / "o.jsonl", CONFIG.model_copy(update={"limit": 3}))
    assert made.statistics.counts.rejects["failed", "defect"] == 1
    assert made.statistics.counts.kept == 1
    assert "ZeroDivisionError('injected')" in (made.folder / "rejects.jsonl").read_text()


def test_verb(functions, tmp_path):
    """The verb shows where rows went and what specifications are worth; a run that keeps nothing fails."""
    out = tmp_path / "o.jsonl"
    command = [sys.executable, "-m", "reweave", "ground", "bridge", functions, "-o", out, "--limit", "4"]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for told in ("tests-fail", "What the specifications are worth", "2 rows of 4", "2 functions with"):
        assert told in done.stdout
    refused = subprocess.run([*command, "--calls", "2"], env=ENV, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "calls" in refused.stderr
    empty = written(tmp_path / "empty.jsonl", [{"id": "x"}])
    command = [sys.executable, "-m", "reweave", "ground", "bridge", empty, "-o", tmp_path / "e.jsonl"]
    assert subprocess.run(command, env=ENV, capture_output=True, text=True).returncode == 1
