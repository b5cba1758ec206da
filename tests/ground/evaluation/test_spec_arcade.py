"""ARCADE with specifications: episodes written by hand in the published form, whose data is not at hand."""

import json

import pytest
import spec_bench as bench

from reweave.ground.evaluation.places import HEADING
from reweave.storage import read_rows

TABLE = "city,price\nRome,100\nRome,300\nOslo,500\n"
CONTEXT = "import pandas as pd\n\ndf = pd.read_csv('data/rooms.csv')"
CELLS = [{"cell_type": "code", "source": text} for text in CONTEXT.split("\n\n")]
TURNS = {  # by intent: the reference, and answers: right, wrong
    "Mean price by city": ("df.groupby('city')['price'].mean()", "df.groupby('city')['price'].median() + 1"),
    "Twice the prices": ("df['price'] *= 2", "df['price'] *= 3"),
    "A number of the day": ("import random\nrandom.random()", "1"),
}


def turn(intent, code):
    prompt = "".join(f"# In[ ]:\n\n\n{cell['source']}\n\n\n" for cell in CELLS)
    return {
        "input": f"{prompt}# In[ ]:\n\n\n# {intent}\n\n\n# In[ ]:\n",
        "turn": {
            "intent": {"value": intent, "output_variables": None},
            "code": {"value": code},
            "code_context": CONTEXT,
        },
        "metadata": {"context_cells": CELLS},
    }


@pytest.fixture
def episodes(spec_place, tmp_path):
    folder = tmp_path / "artifacts" / "rooms" / "data"
    folder.mkdir(parents=True)
    (folder / "rooms.csv").write_text(TABLE)
    turns = [turn(intent, code) for intent, (code, _) in TURNS.items()]
    episode = {"notebook_name": "rooms.ipynb", "work_dir": "rooms", "turns": turns}
    (tmp_path / "dataset.json").write_text(json.dumps([episode]))
    return tmp_path


def test_specifications_are_traced_and_shown(episodes, serve):
    """References are traced beside their files, once; prompts hold them; figures are as constructed."""
    table = [
        {"prompt": f"# {intent}", "texts": [f"```python\n{text}\n```" for text in texts]}
        for intent, texts in TURNS.items()
    ]
    server = serve(answers=table)
    run, specs = episodes / "run", episodes / "grounded.jsonl"
    command = [
        "eval", episodes / "dataset.json", "--specs", specs, "--model", "scripted", "--base-url", server.url,
        "-n", 2, "--workers", 2, "-o", run,
    ]  # fmt: skip
    done = bench.reweave(*command)
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in read_rows(specs)}
    assert sorted(rows) == ["rooms.ipynb/0", "rooms.ipynb/1"]
    assert list(rows["rooms.ipynb/0"]["outputs"]) == ["Out"]
    assert rows["rooms.ipynb/0"]["evaluation_only"] is True
    asked = [each["prompt"] for each in server.requests()]
    spec = "\n".join(f"# {line}".rstrip() for line in rows["rooms.ipynb/1"]["specs"]["summary"].split("\n"))
    assert sum(f"# Twice the prices\n#\n# {HEADING}\n{spec}\n\n\n# In[ ]:" in each for each in asked) == 2
    made = json.loads((run / "summary.json").read_text())
    assert made["verdicts"] == {"failed": 2, "passed": 2}
    grounded = made["grounded"]
    assert grounded["left_out"] == {"not-deterministic": 1}
    values = {name: each["value"] for name, each in grounded["measures"].items()}
    assert (values["ran"], values["ran-but-wrong"]) == (1.0, 0.5)
    assert (values["type"], values["example"]) == (1.0, 0.5)
    before = specs.stat().st_mtime_ns
    again = bench.reweave(*command, "--form", "none", "-o", episodes / "none")
    assert again.returncode == 0, again.stderr
    assert specs.stat().st_mtime_ns == before
    found = [each["prompt"] for each in server.requests()][len(asked) :]
    assert len(found) == 4
    assert not any(HEADING in each for each in found)
