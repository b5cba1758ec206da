"""Whole runs: every row accounted for, the same bytes whatever the workers and the kills."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import planted
import pytest
import validating

import reweave
from reweave.align.validate import run
from reweave.align.validate.run import validate
from reweave.errors import SandboxError
from reweave.storage import read_rows

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
pytestmark = pytest.mark.usefixtures("box")  # skips where nothing can be held


def responses():
    """Rows of a few instructions; among them some that cannot be read, and one that stands too late."""
    cases = [case for case in planted.CASES if case.reason != "timeout"][::3]
    rows = []
    for number, case in enumerate(cases):
        rows.append(
            {
                "id": f"i{number // 3}/{number % 3}",
                "instruction_id": f"i{number // 3}",
                "instruction": "Write it.",
                "response": case.program,
                "program": case.program,
                "tests": case.tests,
                "kept": {"as": ["it", "was"]},
            }
        )
    rows.append({"id": "alone", "program": planted.SLUG, "tests": planted.STRONG_SLUG})
    rows.append({**rows[0], "id": "late"})
    rows.append({"id": "no-tests", "instruction_id": "x", "program": "x = 1", "tests": " "})
    rows.append({"id": "no-column", "program": "x = 1"})
    rows.append({"id": 7, "program": 3, "tests": "assert x"})
    lines = [json.dumps(row) for row in rows]
    lines[4:4] = ["{broken", "[1]"]
    return lines


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "responses.jsonl"
    path.write_text("\n".join(responses()) + "\n")
    return path


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "validated.jsonl"
    return validate(str(source), out, validating.CONFIG, workers=1), out


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
    """Read = accepted + rejected; every reject has a reason, and every row that was judged its columns."""
    made, out = whole
    statistics = made.statistics
    rows = list(read_rows(out))
    rejects = [json.loads(line) for line in (made.folder / "rejects.jsonl").read_bytes().splitlines()]
    assert statistics.read == len(responses())
    assert statistics.kept + statistics.rejects.total() == statistics.read
    assert statistics.kept == sum(row["validation"]["accepted"] for row in rows) > 0
    assert len(rejects) == statistics.rejects.total()
    assert [reject["index"] for reject in rejects] == sorted(reject["index"] for reject in rejects)
    reasons = {reject["id"]: reject["reason"] for reject in rejects}
    assert {"late": "not-adjacent", "no-tests": "no-tests", "no-column": "missing-column"}.items() <= (
        reasons.items()
    )
    assert {reject["reason"] for reject in rejects} >= {"invalid-json", "not-an-object", "not-text"}
    for row in rows:
        assert reasons.get(row["id"], "accepted") == row["validation"]["reason"]
        assert row["id"] == "alone" or row["kept"] == {"as": ["it", "was"]}
    mutants = sum(row["validation"]["mutants"] for row in rows)
    assert statistics.made == mutants > 0
    assert statistics.killed == sum(row["validation"]["killed"] for row in rows)


def test_groups(whole):
    """Responses of an instruction are seen together, also past a row that cannot be read."""
    by_id = {row["id"]: row["validation"] for row in read_rows(whole[1])}
    assert set(by_id["i1/0"]["cross"]) <= {"i1/0", "i1/1", "i1/2"}
    assert by_id["i1/0"]["agreement_n"]["responses"] == 3
    assert by_id["alone"]["agreement_n"] == {"responses": 1, "tests": 1}


def test_again(whole, source):
    """A run that is complete is not done again."""
    made, out = whole
    before = files(out)
    again = validate(str(source), out, validating.CONFIG, workers=2)
    assert again.was_complete
    assert again.statistics.to_json() == made.statistics.to_json()
    assert files(out) == before


def test_killed(whole, source, tmp_path):
    """Killed by SIGKILL after every few rows, with other workers each time: the same bytes."""
    out = tmp_path / "validated.jsonl"
    kills = []
    for workers in itertools.cycle((2, 1, 3)):
        command = [sys.executable, str(Path(validating.__file__)), str(source), str(out), str(workers)]
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
    assert len(set(kills)) >= 4
    assert files(out) == files(whole[1])


def test_shards(source, whole, tmp_path):
    """In shards that end in the middle of an instruction the rows are the same."""
    config = validating.CONFIG.model_copy(update={"shard_records": 5})
    validate(str(source), tmp_path / "validated", config, workers=2)
    assert list(read_rows(tmp_path / "validated")) == list(read_rows(whole[1]))
    assert len(list((tmp_path / "validated").iterdir())) > 2


def test_verb(source, tmp_path):
    """The verb shows what became of the rows and what the tests were worth; a limit is kept."""
    out = tmp_path / "v.jsonl"
    command = [sys.executable, "-m", "reweave", "align", "validate", source, "-o", out, "--limit", "3"]
    done = subprocess.run([*command, "--mutants", "3"], env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wanted = ("read", "accepted", "mutants refused", "assertions reached", "verdicts: data")
    for told in (*wanted, "of 3 responses accepted"):
        assert told in done.stdout
    refused = subprocess.run([*command, "--mutants", "4"], env=ENV, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "mutants" in refused.stderr


def test_a_defect_of_ours(source, tmp_path, monkeypatch):
    """What we raise over one instruction (injected here) fails its rows, says so, and loses no others."""
    judge = run.judge

    def faulty(responses, config):
        if responses[0].id == "i0/0":
            raise ZeroDivisionError("injected")
        return (yield from judge(responses, config))

    monkeypatch.setattr(run, "judge", faulty)
    config = validating.CONFIG.model_copy(update={"mutants": 1, "limit": 6})
    made = validate(str(source), tmp_path / "v.jsonl", config)
    assert made.statistics.rejects["failed", "defect"] == 3
    assert made.statistics.read == 6 == made.statistics.kept + made.statistics.rejects.total()
    rejects = (made.folder / "rejects.jsonl").read_text()
    assert "ZeroDivisionError('injected')" in rejects


def test_nothing_holds(source, tmp_path):
    """Where untrusted code cannot be held, nothing is run and nothing written."""
    config = validating.CONFIG.model_copy(update={"tier": "none"})
    with pytest.raises(SandboxError):
        validate(str(source), tmp_path / "v.jsonl", config)
    assert not (tmp_path / "v.jsonl").exists()
