"""The filters of ``reweave curate`` as stages of the chain."""

import json
from pathlib import Path

import pytest

from reweave.align.config import make_config
from reweave.align.funnel import read_funnel
from reweave.align.run import run_chain
from reweave.align.stage import make_stage
from reweave.errors import InputError, RunError

BODY = """
    found, rest = [], list({0})
    while rest:
        best = min(rest)
        rest.remove(best)
        found.append(best * {1})
    return found
"""
SOLUTION = 'def below_zero(operations):\n    """Say whether the balance falls below zero."""' + BODY.format(
    "operations", 3
)


def lines(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.fixture
def benchmark(tmp_path):
    """A benchmark of one task, in HumanEval's form."""
    task = {
        "task_id": "Mine/0",
        "prompt": 'def below_zero(operations):\n    """Say whether the balance of an account, after each of'
        ' its operations, falls below zero at any time."""\n',
        "canonical_solution": BODY.format("operations", 3),
        "test": "def check(candidate):\n    assert candidate([1]) == [3]\n",
        "entry_point": "below_zero",
    }
    return lines(tmp_path / "mine.jsonl", [task])


def run(tmp_path, rows, **settings):
    source = lines(tmp_path / "rows.jsonl", rows)
    made = run_chain(make_config({"input": str(source), **settings}), tmp_path / "out")
    return made, {each.counts.stage: each.counts for each in made.funnel}


def test_seeds(tmp_path, benchmark):
    """Of seeds that are alike the first stays; a benchmark's solution goes, renamed too."""
    seeds = [
        {"id": "a", "code": "def a(xs):" + BODY.format("xs", 7)},
        {"id": "copy", "code": "def b(ys):  # mine" + BODY.format("ys", 7).replace("found", "kept")},
        {"id": "item", "code": SOLUTION.replace("operations", "steps").replace("found", "result")},
        {"id": "other", "code": "def words(text):\n    return {w: len(w) for w in text.split() if w}\n"},
    ]
    stages = {"stages": ["distinct_seeds", "clean_seeds"], "clean": {"against": [str(benchmark)]}}
    made, counts = run(tmp_path, seeds, **stages, distinct_seeds={"on": ["code:code:0.95"]})
    assert counts["distinct_seeds"].rejected == {"near-duplicate": 1}
    assert counts["clean_seeds"].rejected == {"benchmark-item": 1}
    rows = map(json.loads, (tmp_path / "out" / "clean_seeds" / "rows.jsonl").read_text().splitlines())
    assert [row["id"] for row in rows] == ["a", "other"]
    (example,) = made.funnel[1].examples["rejected", "benchmark-item"]
    assert "Mine/0" in example.detail
    assert made.summary["stages"]["clean_seeds"] == {
        "read": 3, "kept": 2, "rejected": 1, "failed": 0, "spent": {},
    }  # fmt: skip


def test_the_best_is_kept(tmp_path):
    """Of rows that are alike the one with the best test score is kept, wherever it stands."""
    said = "Write a function that takes a list of numbers and gives the three largest of them in order."
    rows = [
        {"id": f"r{i}", "instruction": said, "program": f"x = {i}\n", "validation": {"test_score": score}}
        for i, score in enumerate([0.6, 0.9, 0.7])
    ]
    _, counts = run(tmp_path, rows, stages=["distinct"])
    assert (counts["distinct"].read, counts["distinct"].kept) == (3, 1)
    (kept,) = (tmp_path / "out" / "distinct" / "rows.jsonl").read_text().splitlines()
    assert json.loads(kept)["id"] == "r1"


def test_started_again(tmp_path, benchmark):
    """Run again, nothing is done; with other rows, all; with another setting, it is refused."""
    rows = [{"id": str(i), "code": f"x{i} = {'y' * i}\n"} for i in range(5)]
    settings = {"stages": ["distinct_seeds", "clean_seeds"], "clean": {"against": [str(benchmark)]}}
    _, counts = run(tmp_path, rows, **settings)
    manifest = tmp_path / "out" / "clean_seeds" / "rows.jsonl.run" / "manifest.json"
    before = manifest.stat().st_mtime_ns
    assert run(tmp_path, rows, **settings)[1] == counts
    assert manifest.stat().st_mtime_ns == before
    rows.append({"id": "new", "code": "import json\n"})
    _, more = run(tmp_path, rows, **settings)
    assert more["clean_seeds"].read == counts["clean_seeds"].read + 1
    with pytest.raises(RunError, match="share"):
        run(tmp_path, rows, **settings, clean_seeds={"share": 0.5})


def test_the_limit_is_behind_the_filters(serve, tmp_path):
    """Filters read all seeds; so many of what is left are asked about."""
    rows = [{"id": str(i), "code": f"def f_{i // 2}(x):\n    return x + {i // 2}\n"} for i in range(12)]
    said = [{"prompt": "", "texts": ["- addition\n[[/concepts]]"]}]
    server = serve(answers=said)
    generator = {"base_url": server.url, "model": "scripted"}
    _, counts = run(
        tmp_path,
        rows,
        stages=["distinct_seeds", "concepts"],
        distinct_seeds={"on": ["code:code:1"]},
        limit=4,
        endpoints={"generator": generator},
    )
    assert (counts["distinct_seeds"].read, counts["distinct_seeds"].kept) == (12, 6)
    assert (counts["concepts"].read, len(server.requests())) == (4, 4)


def test_no_benchmark_at_hand(monkeypatch, tmp_path):
    """Without a benchmark to compare with, the chain says so before anything runs, and how to go without."""
    monkeypatch.setenv("REWEAVE_DATA", str(tmp_path))
    with pytest.raises(InputError, match="an empty list compares with none"):
        make_stage("clean", make_config({}))
    with pytest.raises(InputError, match="threshold"):
        make_stage("distinct", make_config({"distinct": {"threshold": 2}}))


def test_read_back(tmp_path):
    """The funnel of a filter's folder is read like any other."""
    run(tmp_path, [{"id": "a", "code": "x = 1\n"}], stages=["distinct_seeds"])
    (found,) = read_funnel(Path(tmp_path / "out" / "distinct_seeds"))
    assert found.counts.stage == "distinct_seeds"
    assert found.counts.whole
