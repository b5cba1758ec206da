"""A stage in its folder: counts that add up, files that are whole, what is done again and what is refused."""

import json

import orjson
import pytest

from reweave.align.funnel import read_funnel
from reweave.align.reading import RULES
from reweave.align.stage import failed, rejected
from reweave.align.stage_folder import Input, read_counts, run_stage
from reweave.errors import RowError, RunError


class Halving:
    """Keeps even numbers, rejects odd ones; splits a row where told to; fails where told to."""

    name, unit, rules = "halving", "numbers", ("odd", "never")

    def __init__(self, *, failing=(), copies=1, losing=False, settings=1):
        self.failing, self.copies, self.losing, self.settings = failing, copies, losing, settings
        self.runs = 0

    def describe(self):
        """Give what decides the rows."""
        return {"settings": self.settings}

    def run(self, rows, work):
        """Give an outcome for each unit."""
        self.runs += 1
        for row in rows:
            work.more(self.copies - 1)
            for copy in range(self.copies):
                made = {**row, "id": f"{row['id']}/{copy}"}
                if row["n"] in self.failing:
                    yield failed(made, "timeout", "too late")
                elif row["n"] % 2:
                    yield rejected(made, "odd", f"{row['n']} is odd")
                elif not self.losing:
                    yield made


def numbers(count):
    lines = [orjson.dumps({"id": f"r{n}", "n": n}) for n in range(count)]
    return Input(lambda: lines, {"count": count}, count)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".json", ".jsonl"}}


@pytest.mark.parametrize("copies", [1, 3])
def test_counts(tmp_path, copies):
    """Read = kept + rejected + failed, in what the stage takes up; every rule has its count."""
    done = run_stage(Halving(failing={4}, copies=copies), numbers(10), tmp_path / "s")
    assert (done.counts.read, done.counts.kept) == (10 * copies, 4 * copies)
    assert done.counts.rejected == dict.fromkeys(RULES, 0) | {"odd": 5 * copies, "never": 0}
    assert done.counts.failed == {"timeout": copies}
    assert read_counts(tmp_path / "s") == done.counts
    (funnel,) = read_funnel(tmp_path / "s")
    assert funnel.steps()[-1] == ("rejected", "never", 0, 4 * copies)


def test_bad_rows(tmp_path):
    """Rows that cannot be read, have no id or one that was there before, are counted with the others."""
    lines = [
        b'{"id": "a", "n": 2}', b"{", b"[1]", RowError("invalid-utf8", "byte 7"), b'{"n": 2}',
        b'{"id": 3, "n": 2}', b'{"id": "a", "n": 4}',
    ]  # fmt: skip
    done = run_stage(Halving(), Input(lambda: lines, {}, None), tmp_path / "s")
    assert (done.counts.read, done.counts.kept) == (7, 1)
    assert {rule: done.counts.rejected[rule] for rule in RULES} == {
        "unreadable": 3,
        "no-id": 2,
        "repeated-id": 1,
    }


def test_lost_row(tmp_path):
    """A stage that loses a row is found out, and leaves nothing that looks finished."""
    with pytest.raises(RunError, match="10 numbers taken up, and 5 accounted for"):
        run_stage(Halving(losing=True), numbers(10), tmp_path / "s")
    assert not (tmp_path / "s" / "stage.json").exists()


def test_unnamed_rule(tmp_path):
    """A reject whose reason is no rule of the stage is found out."""
    stage = Halving()
    stage.rules = ("never",)
    with pytest.raises(RunError, match="'odd', which is no rule"):
        run_stage(stage, numbers(2), tmp_path / "s")


def test_again(tmp_path):
    """Done is done; a changed input is run anew; failures are tried again; another setting is refused."""
    stage = Halving()
    run_stage(stage, numbers(6), tmp_path / "s")
    before = files(tmp_path / "s")
    assert run_stage(stage, numbers(6), tmp_path / "s").was_complete
    assert (stage.runs, files(tmp_path / "s")) == (1, before)
    assert run_stage(stage, numbers(8), tmp_path / "s").counts.read == 8
    assert run_stage(stage, numbers(8), tmp_path / "s", limit=6).counts.read == 6
    run_stage(Halving(failing={0}), numbers(6), tmp_path / "s")
    done = run_stage(stage, numbers(6), tmp_path / "s")
    assert (done.was_complete, done.counts.failed) == (False, {})
    assert files(tmp_path / "s") == before
    with pytest.raises(RunError, match="settings: 1 before, 2 now"):
        run_stage(Halving(settings=2), numbers(6), tmp_path / "s")


def test_output_is_the_next_input(tmp_path):
    """A stage's rows are the next one's lines, and their hash tells them apart."""
    first = run_stage(Halving(), numbers(6), tmp_path / "a")
    second = run_stage(Halving(), first.output(), tmp_path / "b")
    assert second.counts.read == first.counts.kept == 3
    kept = [json.loads(line) for line in (tmp_path / "b" / "rows.jsonl").read_text().splitlines()]
    assert [row["id"] for row in kept] == ["r0/0/0", "r2/0/0", "r4/0/0"]
    assert run_stage(Halving(), numbers(4), tmp_path / "c").output().identity != first.output().identity
