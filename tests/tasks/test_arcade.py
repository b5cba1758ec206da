"""ARCADE: episodes written by hand in the published form, through the reader, the sandbox and the judge.

The benchmark's own data is not at hand: what is shown here is the form, not the numbers.
"""

import json

import pytest

from reweave.errors import InputError, RowError
from reweave.sandbox import Limits
from reweave.tasks import BENCHMARKS, check, load, prepare
from reweave.tasks.judges.cells import SHOWN, CellsJudge

TABLE = "city,price,beds\nRome,100,2\nRome,300,3\nOslo,500,1\nBern,,4\n"
CONTEXT = "import pandas as pd\n\n# # Rooms\n\ndf = pd.read_csv('data/rooms.csv')"
CELLS = [
    {"cell_type": "code", "source": "import pandas as pd"},
    {"cell_type": "markdown", "source": "# Rooms"},
    {"cell_type": "code", "source": "df = pd.read_csv('data/rooms.csv')"},
]
MEANS = "df.groupby('city')['price'].mean().dropna().reset_index()"


def turn(intent, code, *, named=None, cells=CELLS, context=CONTEXT, **about):
    """Give one turn as the published scripts write it."""
    prompt = "".join(f"# In[ ]:\n\n\n{cell['source']}\n\n\n" for cell in cells)
    return {
        "input": f"{prompt}# In[ ]:\n\n\n# {intent}\n\n\n# In[ ]:\n",
        "turn": {
            "intent": {
                "value": intent, "is_cell_intent": True, "cell_idx": 3, "line_span": [0, 1],
                "not_sure": False, "output_variables": named,
            },
            "code": {"value": code, "cell_idx": 4, "num_lines": 1, "line_span": [0, 1]},
            "code_context": context,
            "delta_code_context": context,
            "metadata": {"annotator_id": "x", "utterance_without_output_spec": intent},
        },
        "notebook": None,
        "metadata": {"context_cells": cells, "delta_cell_num": 3, **about},
    }  # fmt: skip


def episode(*turns, name="rooms.ipynb", folder="rooms"):
    """Give one episode."""
    return {
        "notebook_name": name,
        "annotator": "x",
        "work_dir": folder,
        "provenance": {},
        "turns": list(turns),
    }


def written(path, episodes, *, artifacts=True):
    """Write a file of episodes as the published scripts do, and the table its cells read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(each) + "\n" for each in episodes))
    else:
        path.write_text(json.dumps(episodes, indent=2))
    if artifacts:
        folder = path.parent / "artifacts" / "rooms" / "data"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rooms.csv").write_text(TABLE)
    return str(path)


def ready(path, box, *turns):
    """Give the tasks of one episode, their references asked."""
    return prepare(load(written(path / "dataset.json", [episode(*turns)])), box)


def passes(task, program, box):
    """Give the verdict on one answer."""
    return task.judge.finish(list(box.map(task.judge.jobs(task.program(program)))))


@pytest.mark.parametrize("name", ["dataset.json", "dataset.jsonl"])
def test_turns_are_tasks(tmp_path, name):
    """One task a turn; a notebook's turns are one group; nothing is run to read them."""
    first, second = load(written(tmp_path / name, [episode(turn("Means", MEANS), turn("Two", "df.head(2)"))]))
    assert (first.id, second.id) == ("rooms.ipynb/0", "rooms.ipynb/1")
    assert {first.group, second.group} == {"rooms.ipynb"}
    assert (first.benchmark, first.reference, first.completes) == ("arcade", MEANS, "whole")
    assert first.stop == ("# In[ ]:",)
    assert "# Means" in first.chat
    assert first.judge.describe().endswith("# compared: the output")


def test_what_a_model_sees(tmp_path):
    """The notebook so far, the intent alone, or the published prompt with its tables' columns."""
    schema = turn("# Problem: Means", MEANS, schema_info=[{"cell_idx": 2}])
    schema["input"] = "# In[ ]:\n\n\n# Columns in df: city (Rome)\n\n\n# In[ ]:\n"
    plain = written(tmp_path / "plain" / "dataset.json", [episode(turn("Means\nper city", MEANS))])
    derived = written(tmp_path / "derived" / "some.json", [episode(schema)], artifacts=False)
    written(tmp_path / "dataset.json", [])  # its artifacts lie one folder up
    [full] = load(plain)
    assert full.prompt.startswith("# In[ ]:\n\n\nimport pandas as pd\n")
    assert full.prompt == load(plain, split="full")[0].prompt
    assert load(plain, split="none")[0].prompt == "# In[ ]:\n\n\n# Means\n# per city\n\n\n# In[ ]:\n"
    with pytest.raises(RowError, match=r"no-schema: .*turn 0: .*derived file"):
        load(plain, split="schema")
    assert load(derived, split="schema")[0].prompt == schema["input"]
    assert load(derived)[0].prompt == (
        "# In[ ]:\n\n\nimport pandas as pd\n\n\n# In[ ]:\n\n\n# # Rooms\n\n\n# In[ ]:\n\n\n"
        "df = pd.read_csv('data/rooms.csv')\n\n\n# In[ ]:\n\n\n# Problem: Means\n\n\n# In[ ]:\n"
    )
    with pytest.raises(InputError, match="there are full, none, schema"):
        load(plain, split="half")


RIGHT = {
    "the reference": MEANS,
    "another way": "x = df.dropna().groupby('city', as_index=False).agg(mean=('price', 'mean'))\nx",
    "assigned last": "answer = df.dropna().groupby('city')['price'].mean()",
    "printed": "print(df.dropna().groupby('city')['price'].mean().reset_index())",
    "a column more": "df.dropna().groupby('city')[['price', 'beds']].mean().reset_index()",
    "columns turned": "df.dropna().groupby('city')['price'].mean().reset_index()[['price', 'city']]",
}
WRONG = {
    "another aggregation": "df.dropna().groupby('city')['price'].max().reset_index()",
    "sorted otherwise": "df.dropna().groupby('city')['price'].mean().reset_index().iloc[::-1]",
    "one column": "df.dropna().groupby('city')['price'].mean().to_list()",
    "shown before the end": f"{MEANS}\nNone",
    "nothing": "pass",
    "another variable": f"answer = {MEANS}\nfor each in answer: pass",
    "what does not cross": "df.groupby('city')",
}


def test_answers(tmp_path, data_box):
    """What computes the output passes, however it is written; what does not, fails, and is told why."""
    [task] = ready(tmp_path, data_box, turn("Means", MEANS))
    for name, program in RIGHT.items():
        verdict = passes(task, program, data_box)
        assert (verdict.passed, verdict.form) == (True, "data"), (name, verdict.detail)
    for name, program in WRONG.items():
        verdict = passes(task, program, data_box)
        assert (verdict.passed, verdict.reason) == (False, "failed"), name
        assert verdict.detail.startswith(SHOWN), (name, verdict.detail)
    assert passes(task, "df.groupby(", data_box).reason == "syntax"
    assert passes(task, "df['none']", data_box).reason == "failed"
    assert passes(task, "import os; os._exit(0)", data_box).reason == "crashed"
    assert passes(task, "import no_such", data_box).reason == "missing-module"


def test_named_and_changed_variables(tmp_path, data_box):
    """Where variables are the output, whatever the answer made may match them, under any name."""
    named = turn("Mean and max", "m = df.price.mean()\nx = df.price.max()\nprint('done')", named=["m", "x"])
    changed = turn("Fill", "df.fillna(0, inplace=True)")
    first, second = ready(tmp_path, data_box, named, changed)
    assert sorted(first.judge.expected) == ["m", "x"]
    assert passes(first, "both = df.price.agg(['max'])\nmean = df['price'].mean()", data_box).passed
    assert passes(first, "df.price.mean()\ndf.price.max()", data_box).passed
    half = passes(first, "mean = df['price'].mean()", data_box)
    assert (half.passed, half.detail.partition(":")[0]) == (False, "x")
    assert list(second.judge.expected) == ["df"]
    assert passes(second, "df = df.fillna(0)", data_box).passed
    assert passes(second, "filled = df.fillna(0)\nfilled", data_box).passed
    assert not passes(second, "df = df.dropna()", data_box).passed


def test_the_published_rules_hold(tmp_path, data_box):
    """A missing price is a price of 0 there: scores are to be comparable."""
    [task] = ready(tmp_path, data_box, turn("Prices", "df['price'].fillna(0)"))
    assert passes(task, "df['price']", data_box).passed


def test_figures(tmp_path, data_box):
    """A plot is held against the reference's plot, whatever the statement shows."""
    pytest.importorskip("matplotlib")
    [task] = ready(tmp_path, data_box, turn("Plot", "df.plot(x='city', y='price', kind='bar')"))
    assert task.judge.describe().endswith("the figure")
    assert passes(task, "ax = df.plot.bar(x='city', y='price')", data_box).passed
    assert not passes(task, "df.plot(x='city', y='beds', kind='bar')", data_box).passed
    assert not passes(task, "df", data_box).passed


def test_references_pass_and_stubs_fail(tmp_path, data_box):
    """As for every benchmark."""
    turns = [turn("Means", MEANS), turn("Fill", "df.fillna(0, inplace=True)"), turn("One", "len(df)")]
    rows = list(check(ready(tmp_path, data_box, *turns), data_box))
    assert len(rows) == 3 * 4
    assert all(row.good for row in rows), [row for row in rows if not row.good]


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"code": "df['none']"}, "reference-fails", "the reference"),
        ({"code": "x = 1\nfor each in [1]: pass"}, "no-output", "changes no variable"),
        ({"code": "x = 1", "named": ["y"]}, "no-output", "no variable y"),
        ({"code": "df.groupby('city')"}, "output-does-not-cross", "the output"),
        ({"code": "df", "context": "df = open('none')"}, "reference-fails", "the context"),
        ({"code": "(", "context": ""}, "reference-fails", "the reference: syntax"),
    ],
)
def test_references_without_an_output(tmp_path, data_box, changed, reason, told):
    """A turn that cannot be judged is left out, with the reason."""
    rejects = []
    path = written(tmp_path / "dataset.json", [episode(turn("Intent", **changed))])
    assert prepare(load(path), data_box, rejects=rejects) == []
    assert [reject.reason for reject in rejects] == [reason]
    assert told in rejects[0].detail


def test_outputs_must_be_known_first():
    """A judge that has not asked the reference gives no job."""
    judge = CellsJudge(context="", limits=Limits(), patient=Limits())
    with pytest.raises(ValueError, match="prepare"):
        judge.jobs("1")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (episode(turn("Means", MEANS), folder="none"), "no-artifacts"),
        (episode(turn("Means", MEANS), folder="../rooms"), "no-artifacts"),
        (episode(turn("Means", MEANS), folder="/etc"), "no-artifacts"),
        (episode(turn("Means", MEANS) | {"turn": None}), "wrong-type"),
        (episode(turn("Means", None)), "wrong-type"),
        (episode("Means"), "wrong-type"),
        ({"notebook_name": 7, "turns": []}, "wrong-type"),
    ],
)
def test_bad_episodes_are_rejected(tmp_path, row, reason):
    """With the reason; the others are read."""
    rejects = []
    path = written(tmp_path / "dataset.json", [row, episode(turn("Means", MEANS), name="good")])
    assert [task.id for task in load(path, benchmark="arcade", rejects=rejects)] == ["good/0"]
    assert [reject.reason for reject in rejects] == [reason]


def test_without_artifacts(tmp_path):
    """An episode that needs no folder needs none; one that does says which is missing."""
    needs_none = episode(turn("One", "1"), folder=None)
    path = written(tmp_path / "a" / "b" / "dataset.json", [needs_none], artifacts=False)
    assert load(path)[0].judge.folder is None
    path = written(tmp_path / "a" / "b" / "other.json", [episode(turn("One", "1"))], artifacts=False)
    with pytest.raises(RowError, match="no folder artifacts beside the file"):
        load(path)


def test_it_is_a_benchmark():
    """By name it is looked for where the published scripts build it."""
    assert BENCHMARKS["arcade"].files[None] == ("arcade/new_tasks/dataset.json",)
