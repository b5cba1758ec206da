"""Where a specification stands in a prompt, which outputs a task asks for, and which cells there are."""

import pytest
import spec_bench

from reweave.errors import InputError, RowError
from reweave.ground.evaluation.config import AblationConfig, Cell, SpecConfig
from reweave.ground.evaluation.places import HEADING, place_of
from reweave.sandbox import Limits
from reweave.settings import checked
from reweave.tasks import Task, load
from reweave.tasks.judges.cells import CellsJudge

SPEC = "Input: df is a table.\nOutput: result is a series."


@pytest.fixture
def tasks(tmp_path):
    """The benchmark's tasks by their number."""
    made = load(str(spec_bench.write(tmp_path / "bench.jsonl")))
    return {int(task.id.rpartition("/")[2]): task for task in made}


def test_ds1000(tasks):
    """The specification ends the problem's text; nothing else of the prompt is another."""
    task = tasks[1]
    put = place_of(task).put(task, SPEC)
    assert f"each city.\n\n{HEADING}\n{SPEC}\n\nA:\n<code>\n" in put.prompt
    assert put.prompt.replace(f"\n{HEADING}\n{SPEC}\n", "") == task.prompt
    assert SPEC in put.chat
    assert put.chat.endswith("```")
    assert (put.judge, put.reference, put.id) == (task.judge, task.reference, task.id)
    assert place_of(task).put(task, "") is task


def test_ds1000_answers_run_as_references_do(tasks):
    """An answer stands where the reference stood: after the code block, or within the function."""
    for number in spec_bench.TRACED:
        task, answer = tasks[number], spec_bench.PROBLEMS[number][-1][spec_bench.RIGHT]
        pair, known = (place_of(task).pair(task, text) for text in (answer, task.reference))
        assert pair.context == known.context
        assert answer in pair.code
        assert ("result = f()" in pair.code) == (number == 2)


def test_what_ds1000_asks_for(tasks):
    """The variables that the test reads, not those that the reference binds on its way."""
    place = place_of(tasks[1])
    assert place.asked(tasks[5], ("dearest", "result")) == ("result",)
    assert place.asked(tasks[3], ("df", "other")) == ("df",)
    assert place.asked(tasks[2], ("result", "df")) == ("result",)
    assert place.asked(tasks[1], ("df",)) == ()


def arcade(prompt, **judge):
    made = CellsJudge(context="x = 1", limits=Limits(), patient=Limits(), **judge)
    return Task(id="a/0", benchmark="arcade", prompt=prompt, judge=made, stop=("# In[ ]:",), reference="x")


def test_arcade():
    """It stands below the intent as comments; without the mark of a cell there is no place."""
    task = arcade("# In[ ]:\n\n\nx = 1\n\n\n# In[ ]:\n\n\n# How many?\n\n\n# In[ ]:\n")
    place = place_of(task)
    put = place.put(task, SPEC)
    shown = "\n".join(f"# {line}" for line in [HEADING, *SPEC.split("\n")])
    assert put.prompt.endswith(f"# How many?\n#\n{shown}\n\n\n# In[ ]:\n")
    assert place.pair(task, "x + 1").intent == "# How many?"
    with pytest.raises(RowError, match="no-place"):
        place.put(arcade("x"), SPEC)


def test_what_arcade_asks_for():
    """Named variables, else what is shown, else what was changed; of a plot the figure."""
    place = place_of(arcade(""))
    assert place.asked(arcade("", named=("m",)), ("Out", "m")) == ("m",)
    assert place.asked(arcade(""), ("m", "Out")) == ("Out",)
    assert place.asked(arcade(""), ("df", "m")) == ("df", "m")
    assert place.asked(arcade("", plots=True), ("df", "Plots")) == ("Plots",)


def test_other_benchmarks():
    """Others have no place, and it is said which have."""
    with pytest.raises(InputError, match="ds1000, arcade"):
        place_of(Task(id="x", benchmark="humaneval", prompt="", judge=arcade("").judge))


def test_cells():
    """Forms and levels make the cells, ``none`` first; text of somebody's own is one cell."""
    made = checked(
        AblationConfig, {"specs": "s", "given": "g", "leakages": ["oracle", "noisy", "self", "given"]}
    )
    forms = ["type", "summary", "example"]
    names = [f"{form}-{leakage}" for leakage in ("oracle", "noisy") for form in forms]
    assert [cell.name for cell in made.cells] == ["none", *names, "self", "given"]
    assert Cell("none", "noisy").name == "none"


@pytest.mark.parametrize(
    "settings", [{"leakage": "given"}, {"given": "g"}, {"form": "types"}, {"leakage": "some"}]
)
def test_settings_that_do_not_fit(settings):
    """A file without the level that it is for, the level without its file, words that are none."""
    with pytest.raises(InputError):
        checked(SpecConfig, {"specs": "s", **settings})
