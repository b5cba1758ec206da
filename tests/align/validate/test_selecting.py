"""Selection: policies, pairs only of what is known to be worse, nothing lost, taken up again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import reweave
from reweave.align.validate import select
from reweave.align.validate.select_run import SelectConfig, select_rows
from reweave.errors import InputError
from reweave.storage import read_rows

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}


def row(name, reason="accepted", *, score=0.9, agreement=0.5, program="x = 1", **cross):
    """A validated row of instruction ``name[0]``; ``cross`` says which tests its program passes."""
    return {
        "id": name,
        "instruction_id": name[0],
        "instruction": f"Do {name[0]}.",
        "response": f"Answer {name}",
        "program": program,
        "validation": {
            "accepted": reason == "accepted",
            "passed": reason in {"accepted", "weak-tests"},
            "reason": reason,
            "detail": "",
            "test_score": score,
            "agreement": agreement,
            "cross": cross,
        },
    }


ROWS = [
    row("a0", "failed", a1=False, a2=False),
    row("a1", score=0.6, a1=True, a2=True),
    row("a2", score=0.8, a1=True, a2=True),
    row("a3", "failed", a1=True, a2=True),  # its own tests are wrong, not its program
    row("a4", "missing-module", a1=False, a2=False),
    row("a5", "weak-tests", a1=False, a2=False),
    row("b0", agreement=0.1, score=1.0),
    row("b1", agreement=0.2, score=0.5),
    row("c0", "timeout"),
    row("d0", program="x = 1  # longer"),
    row("d1"),
]
CHOSEN = {
    "best": ["a2", "b1", "d1"],
    "first": ["a1", "b0", "d0"],
    "all": ["a1", "a2", "b0", "b1", "d0", "d1"],
}


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "validated.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in ROWS) + '{"id": "e0"}\nbroken\n')
    return path


@pytest.mark.parametrize("policy", list(select.POLICIES))
def test_policies(source, tmp_path, policy):
    """Of each instruction's accepted responses the policy's; every other row is a reject with a reason."""
    out = tmp_path / "selected.jsonl"
    made = select_rows(str(source), out, SelectConfig(policy=policy))
    assert [each["id"] for each in read_rows(out)] == CHOSEN[policy]
    lines = (tmp_path / "selected.jsonl.run" / "rejects.jsonl").read_text().splitlines()
    rejects = [json.loads(line) for line in lines]
    assert made.read == len(ROWS) + 2 == made.kept + len(rejects) == made.kept + made.rejects.total()
    assert (made.instructions, made.chosen) == (4, 3)
    reasons = {each["id"]: each["reason"] for each in rejects}
    assert {
        "a0": "failed",
        "c0": "timeout",
        "e0": "not-validated",
        "12": "invalid-json",
    }.items() <= reasons.items()
    if policy != "all":
        assert reasons["a1" if policy == "best" else "a2"] == "not-chosen"


def test_pairs(source, tmp_path):
    """A failure is rejected only if it fails the chosen response's tests; its fault must be the program's."""
    pairs = tmp_path / "pairs.jsonl"
    config = SelectConfig(policy="best", pairs_each=5)
    made = select_rows(str(source), tmp_path / "selected.jsonl", config, pairs=pairs)
    [pair] = read_rows(pairs)
    assert made.pairs == 1
    assert (pair["prompt"], pair["chosen"], pair["rejected"]) == ("Do a.", "Answer a2", "Answer a0")
    assert (pair["chosen_id"], pair["rejected_id"], pair["reason"]) == ("a2", "a0", "failed")


def test_again(source, tmp_path):
    """What is there is not written again; where one output is missing, it alone is made."""
    out, pairs = tmp_path / "selected.jsonl", tmp_path / "pairs.jsonl"
    alone = select_rows(str(source), out, SelectConfig())
    before = out.read_bytes()
    both = select_rows(str(source), out, SelectConfig(), pairs=pairs)
    again = select_rows(str(source), out, SelectConfig(), pairs=pairs)
    assert (alone.was_complete, both.was_complete, again.was_complete) == (False, False, True)
    assert (again.kept, again.pairs, again.rejects) == (both.kept, both.pairs, both.rejects)
    assert out.read_bytes() == before
    with pytest.raises(InputError, match="a file of their own"):
        select_rows(str(source), out, SelectConfig(), pairs=out)


def test_verb(source, tmp_path):
    """The verb shows what became of the rows; nothing kept is a failure."""
    command = [sys.executable, "-m", "reweave", "align", "select", source, "-o", tmp_path / "s.jsonl"]
    done = subprocess.run(
        [*command, "--pairs", tmp_path / "p.jsonl"], env=ENV, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "3 responses to 3 of 4 instructions" in done.stdout
    assert "1 preference pairs" in done.stdout
    nothing = tmp_path / "n.jsonl"
    nothing.write_text(json.dumps(ROWS[0]) + "\n")
    failed = subprocess.run([*command[:5], nothing, "-o", tmp_path / "o.jsonl"], env=ENV, capture_output=True)
    assert failed.returncode == 1
