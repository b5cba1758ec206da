"""Validation as a stage of the chain: chosen rows, a funnel that adds up, and who agrees."""

import json
import shutil

import planted
import pytest

from reweave.align.validate import make_agreeing, make_stage
from reweave.errors import InputError
from reweave.storage import read_rows

pytestmark = pytest.mark.usefixtures("box")  # skips where nothing can be held
TESTS = 'assert slugify("A b") == "a-b"\nassert slugify("") == ""\nassert slugify("x", sep="_") == "x"\n'


class Settings:
    """The chain's settings, as far as this stage reads them."""

    def __init__(self, preset="default", **table):
        self.preset = preset
        self._table = table

    def table(self, name):
        """Give the stage's own."""
        return self._table if name == "validated" else {}


def responses():
    programs = [planted.SLUG, planted.SLUG + "\n", planted.SLUG.replace("title.lower()", "title"), "def f(:"]
    rows = [
        {"id": f"i/{n}", "instruction_id": "i", "instruction": "Slug.", "program": program, "tests": TESTS}
        for n, program in enumerate(programs)
    ]
    rows.append({"id": "j/0", "instruction_id": "j", "program": planted.SLUG, "tests": "slugify('a')\n"})
    return [{**row, "response": f"Answer {row['id']}"} for row in rows]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "broken\n")
    return str(path)


def funnel(out):
    told = json.loads((out.with_name("rows.jsonl.run") / "funnel.json").read_bytes())
    assert told["read"] == told["kept"] + sum(step["n"] for step in told["steps"])
    return told["stage"], told["read"], told["kept"], {step["rule"]: step["n"] for step in told["steps"]}


def test_stage(tmp_path):
    """One row an instruction, what each rule took, preference pairs; another input begins anew."""
    source = write(tmp_path / "responses.jsonl", responses())
    out = tmp_path / "validated" / "rows.jsonl"
    out.parent.mkdir()
    settings = Settings(mutants=5, workers=2, preferences=True)
    for _ in range(2):  # the second time there is nothing to do
        make_stage(settings).run_files(source, out, None)
        assert [row["id"] for row in read_rows(out)] == ["i/0"]
        rules = {"invalid-json": 1, "syntax": 1, "failed": 1, "no-assert-reached": 1, "not-chosen": 1}
        assert funnel(out) == ("validated", 6, 1, rules)
    [pair] = read_rows(out.parent / "judged" / "preferences.jsonl")
    assert (pair["chosen_id"], pair["rejected_id"]) == ("i/0", "i/2")

    out.unlink()  # as the chain does
    shutil.rmtree(out.with_name("rows.jsonl.run"))
    make_stage(settings).run_files(write(tmp_path / "others.jsonl", responses()[:1]), out, None)
    assert funnel(out) == ("validated", 2, 1, {"invalid-json": 1})


def test_as_published(tmp_path):
    """The preset ``paper`` takes whatever passes, tests that show nothing too."""
    source = write(tmp_path / "responses.jsonl", responses()[::-1])
    out = tmp_path / "rows.jsonl"
    make_stage(Settings("paper", mutants=1)).run_files(source, out, None)
    assert [row["id"] for row in read_rows(out)] == ["j/0", "i/1"]


def test_agreeing():
    """How many responses pass tests that assert something, and are of one cluster."""
    open_agreeing, described = make_agreeing(Settings(workers=2))
    rows = responses()
    with open_agreeing() as agreeing:
        assert agreeing([rows[:4], rows[4:], rows[2:4], []]) == [2, 0, 0, 0]
    assert "cross_calls" in described
    assert make_agreeing(Settings(seed=2))[1] != described


def test_settings():
    """A setting that is not known is refused."""
    with pytest.raises(InputError, match="no_such"):
        make_stage(Settings(no_such=1))
