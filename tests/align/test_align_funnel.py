"""The funnel: read from whatever has run, in the chain's order, with sums that hold and examples."""

import io
import json

import orjson
import pytest
from typer.testing import CliRunner

from reweave.align.funnel import EXAMPLES, read_funnel, write_funnel
from reweave.cli.align_funnel_table import funnel_table
from reweave.cli.app import app
from reweave.errors import RunError
from reweave.view.funnel import write_funnel_page


def write_stage(folder, name, read, kept, rejected, failed=None, text="the text"):
    """Write what a stage leaves of itself: its counts and its rejects."""
    folder.mkdir(parents=True)
    failed = failed or {}
    counts = {
        "stage": name,
        "unit": "rows",
        "read": read,
        "kept": kept,
        "rejected": rejected,
        "failed": failed,
    }
    (folder / "stage.json").write_bytes(orjson.dumps({"counts": counts, "rules": [*rejected, "unused"]}))
    rejects = [
        {
            "id": f"{reason} {n}",
            "outcome": outcome,
            "reason": reason,
            "detail": f"why {n}",
            "row": {"answer": text},
        }
        for outcome, gone in (("rejected", rejected), ("failed", failed))
        for reason, count in gone.items()
        for n in range(count)
    ]
    lines = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in rejects)
    (folder / "rejects.jsonl").write_bytes(lines)


@pytest.fixture
def chain(tmp_path):
    """A chain of three stages, in folders whose names do not tell the order."""
    write_stage(tmp_path / "a", "responses", 40, 30, {"no-code": 4, "cut-off": 5}, {"timeout": 1})
    write_stage(tmp_path / "b", "concepts", 10, 8, {"empty-block": 2})
    write_stage(tmp_path / "c", "instructions", 8, 4, {"too-long": 4}, text="</script><b>&\x00")
    (tmp_path / "note.txt").write_text("nothing to see")
    return tmp_path


def test_leaves_a_run_as_it_is(tmp_path):
    """The page of an output's run directory is written beside it; the run's own funnel stays."""
    folder = tmp_path / "rows.jsonl.run"
    folder.mkdir()
    own = {"stage": "seeds", "read": 3, "kept": 2, "steps": [{"outcome": "rejected", "rule": "x", "n": 1}]}
    (folder / "funnel.json").write_bytes(orjson.dumps(own))
    (folder / "manifest.json").write_text("{}")
    done = CliRunner().invoke(app, ["align", "funnel", str(folder)])
    assert done.exit_code == 0, done.output
    assert json.loads((folder / "funnel.json").read_text()) == own
    assert json.loads((tmp_path / "funnel.json").read_text())["stages"][0]["kept"] == 2
    assert (tmp_path / "funnel.html").exists()


def test_order_and_steps(chain):
    """Stages stand in the chain's order; what is left falls from read to kept, rule by rule."""
    stages = read_funnel(chain)
    assert [each.counts.stage for each in stages] == ["concepts", "instructions", "responses"]
    assert stages[2].steps() == [
        ("failed", "timeout", 1, 39),
        ("rejected", "no-code", 4, 35),
        ("rejected", "cut-off", 5, 30),
        ("rejected", "unused", 0, 30),
    ]
    for each in stages:
        assert each.steps()[-1][3] == each.counts.kept


def test_examples(chain):
    """A few of each rule, the first ones, with what of the row shows it."""
    examples = read_funnel(chain)[2].examples
    assert [one.id for one in examples["rejected", "cut-off"]] == [f"cut-off {n}" for n in range(EXAMPLES)]
    assert examples["failed", "timeout"][0].detail == "why 0"
    assert examples["failed", "timeout"][0].text == "the text"


def test_sums_that_do_not_hold(chain):
    """Counts that do not add up are an error, not a page."""
    content = json.loads((chain / "b" / "stage.json").read_text())
    content["counts"]["kept"] -= 1
    (chain / "b" / "stage.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match="concepts do not add up"):
        read_funnel(chain)


def test_nothing_there(tmp_path):
    """A folder without a stage is refused with what to give."""
    with pytest.raises(RunError, match="holds no finished stage"):
        read_funnel(tmp_path)
    with pytest.raises(RunError, match="holds no finished stage"):
        read_funnel(tmp_path / "none")


def test_run_directories(chain):
    """Stages of other rooms, which keep a run directory beside their output, are read too."""
    folder = chain / "validated" / "rows.jsonl.run"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    statistics = {
        "read": 9,
        "kept": 5,
        "rejects": [["failed", "harness-error", 1], ["rejected", "tautology", 3]],
    }
    (folder / "statistics.json").write_text(json.dumps(statistics))
    seeds = chain / "seeds" / "rows.jsonl.run"
    seeds.mkdir(parents=True)
    (seeds / "manifest.json").write_text("{}")
    steps = [{"outcome": "rejected", "rule": "bad-words", "n": 2, "left": 7}]
    (seeds / "funnel.json").write_text(json.dumps({"stage": "seeds", "read": 9, "kept": 7, "steps": steps}))
    stages = read_funnel(chain)
    assert [each.counts.stage for each in stages] == [
        "seeds", "concepts", "instructions", "responses", "validated",
    ]  # fmt: skip
    assert stages[4].counts.failed == {"harness-error": 1}
    assert read_funnel(chain / "validated" / "rows.jsonl")[0].counts == stages[4].counts


def test_json_and_table(chain, tmp_path):
    """funnel.json and the table say the same."""
    from rich.console import Console

    stages = read_funnel(chain)
    write_funnel(stages, tmp_path / "funnel.json")
    told = json.loads((tmp_path / "funnel.json").read_text())["stages"]
    for stage in told:
        assert stage["read"] == stage["kept"] + sum(step["n"] for step in stage["steps"])
        assert all(len(step["examples"]) == min(step["n"], EXAMPLES) for step in stage["steps"])
    shown = io.StringIO()
    Console(width=100, file=shown).print(funnel_table(stages))
    lines = shown.getvalue().splitlines()
    assert any(line.split()[:3] == ["rejected:", "cut-off", "5"] for line in lines)
    assert sum("kept" in line.split() for line in lines) == 4  # a line a stage, and the title


def test_page_is_escaped(chain, tmp_path):
    """Texts that would end a script are text in it; there is no style attribute, which would be refused."""
    write_funnel_page(read_funnel(chain), tmp_path / "p" / "funnel.html", title="<a & b>")
    page = (tmp_path / "p" / "funnel.html").read_text("utf-8")
    assert "<b>&" not in page
    assert "&lt;/script&gt;&lt;b&gt;&amp;\\x00" in page
    assert "<title>&lt;a &amp; b&gt;</title>" in page
    assert "style=" not in page.partition("</style>")[2]
