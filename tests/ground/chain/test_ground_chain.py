"""The chain of grounding: asked of a scripted server, or given in files; tables beside the programs."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

import in_process

pd = pytest.importorskip("pandas")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import ground_script as script  # noqa: E402 - its folder comes first

COUNT = 4
GROUND = [sys.executable, "-m", "reweave", "ground"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A folder of tables."""
    return script.write_tables(tmp_path_factory.mktemp("chain"), COUNT)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_verbs_one_by_one(serve, tmp_path):
    """Each verb from the rows of the one before: what the chain comes to. Failures are asked again."""
    tables, count = script.write_tables(tmp_path, 3), 3
    answers = script.answers(count)
    lacking = [row for row in answers if row["prompt"] != '"t0.csv"']
    config = script.write_config(tmp_path, serve(answers=lacking, only_table=True).url, tables)
    done = script.run(*script.command(config, tmp_path / "chain"))
    assert done.returncode == 1
    assert f"{script.TASKS} requests failed; the same command asks again" in done.stderr
    server = serve(answers=answers, only_table=True)
    config = script.write_config(tmp_path, server.url, tables)
    done = script.run(*script.command(config, tmp_path / "chain"))
    assert done.returncode == 0, done.stderr
    assert len(server.requests()) == 1 + script.TASKS * script.N  # of the table that had no answer
    script.check_sums(tmp_path / "chain", script.expected(count))

    server = serve(answers=answers, only_table=True)
    asked = ["--base-url", server.url, "--model", "scripted"]
    source = tmp_path / "single" / "contexts.jsonl"
    source.parent.mkdir()
    done = script.run(*GROUND, "contexts", tables, "-o", source)
    assert done.returncode == 0, done.stderr
    for verb in ("intents", "candidates"):
        out = tmp_path / "single" / verb
        done = script.run(*GROUND, verb, source, "-o", out, *asked)
        assert done.returncode == 0, done.stderr
        source = out / "rows.jsonl"
        assert source.read_bytes() == (tmp_path / "chain" / verb / "rows.jsonl").read_bytes()
    more = ["--same-calls", script.SAME_CALLS, "--mutants", 2, "--tables", tables]
    done = script.run(*GROUND, "trace", source, "-o", tmp_path / "single" / "grounded.jsonl", *more)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "single" / "grounded.jsonl").read_bytes()
    assert made == (tmp_path / "chain" / "grounded" / "rows.jsonl").read_bytes()

    row = json.loads(made.splitlines()[0])
    assert (row["context_id"], row["intent"], row["sample"]) == ("t0.csv", script.intent(0, 0), 0)
    assert row["context"] == 'import pandas as pd\n\ndf = pd.read_csv("t0.csv")\n'
    assert row["card"].startswith('Table "t0.csv"')
    assert row["tables"] == {"t0.csv": hashlib.sha256((tables / "t0.csv").read_bytes()).hexdigest()}
    assert row["outputs"]["total"]["shown"] == "0"
    assert row["topic"]
    assert row["wording"]


def test_given(tables, tmp_path):
    """With tasks and programs from files no model is asked; what is for nobody, or has none, is a reject."""
    program = "total = int(df['units'].sum())"
    intents = write(
        tmp_path / "intents.jsonl",
        [
            {"context_id": "t1.csv", "intent": "Give the sum of the units.", "id": "sum", "by": "me"},
            {"path": "t2.csv", "intent": "Give the mean price of each region."},
            {"context_id": "t9.csv", "intent": "Give the sum of the units."},
            {"context_id": "t3.csv"},
        ],
    )
    candidates = write(
        tmp_path / "candidates.jsonl",
        [{"intent_id": "sum", "code": program}, {"intent_id": "nobody", "code": program}],
    )
    out = tmp_path / "out"
    given = ["--intents", intents, "--candidates", candidates]
    done = script.run(*GROUND, "run", tables, "-o", out, *given, "--set", "trace.mutants=2")
    assert done.returncode == 0, done.stderr
    read = COUNT - 2 + 2 + 1 + 1  # tables without a task, tasks, one for nobody, one that is none
    script.check_sums(
        out,
        {
            "contexts": (COUNT + 1, COUNT, {"empty-file": 1}),
            "intents": (read, 2, {"no-intents": COUNT - 2, "for-nobody": 1, "missing-column": 1}),
            "candidates": (3, 1, {"no-candidates": 1, "for-nobody": 1}),
            "grounded": (1, 1, {}),
        },
    )
    (row,) = script.read_lines(out / "grounded" / "rows.jsonl")
    total = sum(units + 1 for _, units, _ in script.ROWS)
    assert (row["id"], row["by"], row["code"]) == ("sum/0", "me", program)
    assert row["outputs"]["total"]["shown"] == str(total)
    assert row["specs"]["type"] == "total: an int"
    again = script.run(*GROUND, "run", tables, "-o", out, *given, "--set", "trace.mutants=2")
    assert again.returncode == 0
    assert "0 requests" in again.stdout


SUMMARIES = {  # by the number in the task: what the model says, and the rule
    0: ("The input is `df`; the output `total` is an integer, one number for all rows.", None),
    1: ("The sum of the units.", "names-no-output"),
    2: ("The output `total` is sum(df['units']) over all rows.", None),
    3: ("[[/summary]]", "empty-block"),
    4: ("The output `total` is 26 times 4, that is {total}.", "leaks"),
}


def test_summaries_by_model(serve, tables, tmp_path):
    """A model's summary takes the traced one's place; one that says the answer or names nothing does not."""
    sums = sum(units for _, units, _ in script.ROWS)
    intents = [{"context_id": "t0.csv", "intent": script.intent(0, k), "id": f"i{k}"} for k in SUMMARIES]
    candidates = [
        {"intent_id": f"i{k}", "code": f"total = int((df['units'] * {k + 100}).sum())"} for k in SUMMARIES
    ]
    given = ["--intents", write(tmp_path / "i.jsonl", intents)]
    given += ["--candidates", write(tmp_path / "c.jsonl", candidates)]
    answers = [
        {
            "prompt": f"[[task]]\n{script.intent(0, k)}",
            "texts": [
                f"{text.replace('{total}', str(sums * (k + 100)))}\n[[/summary]]"
                if "[[" not in text
                else text
            ],
        }
        for k, (text, _) in SUMMARIES.items()
    ]
    server = serve(answers=answers, only_table=True)
    more = ["--summary", "model", "--base-url", server.url, "--model", "scripted", "--set", "trace.mutants=0"]
    done = script.run(*GROUND, "run", tables, "-o", tmp_path / "out", *given, *more)
    assert done.returncode == 0, done.stderr
    assert len(server.requests()) == len(SUMMARIES)
    assert not any("df['units'] *" in request["prompt"] for request in server.requests())
    kept = {row["intent_id"]: row for row in script.read_lines(tmp_path / "out" / "summaries" / "rows.jsonl")}
    lost = {
        row["id"]: row["reason"]
        for row in script.read_lines(tmp_path / "out" / "summaries" / "rejects.jsonl")
    }
    assert set(kept) == {f"i{k}" for k, (_, rule) in SUMMARIES.items() if rule is None}
    assert lost == {f"i{k}/0": rule for k, (_, rule) in SUMMARIES.items() if rule}
    assert kept["i0"]["specs"]["summary"] == SUMMARIES[0][0]
    assert kept["i0"]["summary_traced"].startswith("Input: df is a pandas DataFrame")
    assert kept["i0"]["summary_by"] == "scripted"


def test_tables(tables, tmp_path):
    """A table that is gone, changed or too large is said to be; a notebook's are found beside it."""
    folder = tmp_path / "tables"
    (folder / "data").mkdir(parents=True)
    for name in ("t0.csv", "t1.csv", "t2.csv"):
        (folder / name).write_bytes((tables / name).read_bytes())
    (folder / "data" / "inner.csv").write_text("a,b\n1,2\n3,4\n")
    cells = [["import pandas as pd\n", "df = pd.read_csv('data/inner.csv')"], ["df.head()"]]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    (folder / "study.ipynb").write_text(json.dumps(notebook))
    contexts = tmp_path / "contexts.jsonl"
    done = script.run(*GROUND, "contexts", folder, "-o", contexts)
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in script.read_lines(contexts)}
    assert set(rows) == {"t0.csv", "t1.csv", "t2.csv", "study.ipynb", "data/inner.csv"}
    (folder / "t0.csv").unlink()
    (folder / "t1.csv").write_text("region,units,price\nnorth,1,2\n")
    (folder / "t2.csv").write_text("region,units,price\n" + "north,1,2\n" * 3000)
    code = {"study.ipynb": "s = df.sum()", "data/inner.csv": "s = df.sum()"}
    candidates = [
        {
            "id": name,
            "context": row["code"],
            "intent": "",
            "path": row["path"],
            "sha256": row["sha256"],
            "code": code.get(name, "s = df['units'].sum()"),
        }
        for name, row in rows.items()
    ]
    source = write(tmp_path / "candidates.jsonl", candidates)
    more = ["--tables", folder, "--mutants", 0, "--set", "table_bytes=20000"]
    done = script.run(*GROUND, "trace", source, "-o", tmp_path / "g.jsonl", *more)
    assert done.returncode == 0, done.stderr
    lost = {row["id"]: row["reason"] for row in script.read_lines(tmp_path / "g.jsonl.run" / "rejects.jsonl")}
    assert lost == {"t0.csv": "table-missing", "t1.csv": "table-changed", "t2.csv": "table-too-large"}
    kept = {row["id"]: row for row in script.read_lines(tmp_path / "g.jsonl")}
    digest = hashlib.sha256((folder / "data" / "inner.csv").read_bytes()).hexdigest()
    assert kept["study.ipynb"]["tables"] == {"data/inner.csv": digest}
    assert kept["data/inner.csv"]["tables"] == {"inner.csv": digest}
    # Without the folders the context finds nothing to read
    done = script.run(*GROUND, "trace", source, "-o", tmp_path / "bare.jsonl", "--mutants", 0)
    assert done.returncode == 1
    lost = [row["reason"] for row in script.read_lines(tmp_path / "bare.jsonl.run" / "rejects.jsonl")]
    assert lost == ["context-fails"] * len(rows)


def test_refused_at_once(serve, tables, tmp_path):
    """What cannot be is said before anything is read or asked, in one line."""
    server = serve(answers=[], only_table=True)
    asked = ["--model", "scripted", "--base-url", server.url]
    bad = tmp_path / "bad.toml"
    bad.write_text(
        'opening = "x"\ntopics = []\n'
        '[[shots]]\ntable = ""\ntasks = 1\ntopic = ""\nwording = ""\nintents = []\n'
    )
    for more, told in (
        ([tables], "no model to ask as generalist"),
        (asked, "what does it begin with?"),
        ([tables, *asked, "--set", "intents.template=none.toml"], "none.toml"),
        ([tables, *asked, "--set", f"intents.template={bad}"], "it needs topics"),
        ([tables, *asked, "--set", "stages=['wishes']"], "no stage 'wishes'"),
        ([tables, *asked, "--set", "stages=['contexts']", "--intents", "x.jsonl"], "does not run"),
        ([tables, *asked, "--intents", "nothing.jsonl"], "nothing.jsonl"),
        ([tables / "no", *asked], "no such file or folder"),
        ([tables, *asked, "--set", "intents.task=3"], "intents.task"),
    ):
        done = in_process.reweave("ground", "run", "-o", tmp_path / "out", *more)
        assert done.returncode == 1, done.stdout
        assert done.stderr.startswith("reweave: ")
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not server.requests()
