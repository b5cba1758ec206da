"""Whole runs of variants: equal files, every row accounted for, replay, kills, and training on them."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

import reweave
from reweave.errors import InputError, RunError
from reweave.ground.variants.config import VariantsConfig
from reweave.ground.variants.replay import places
from reweave.ground.variants.run import make_variants

from . import variant_rows
from .variant_rows import made, several, write

FORMS = ("none", "type", "summary", "example")
HERE = Path(__file__).parent
ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "OMP_NUM_THREADS": "1"}


def rows_of(out, form):
    return [orjson.loads(line) for line in (out / f"{form}.jsonl").read_bytes().splitlines()]


def everything(out):
    """All that must be the same."""
    names = [f"{form}.jsonl" for form in FORMS] + [
        "manifest.json",
        "rows.jsonl",
        "rows.jsonl.run/rejects.jsonl",
    ]
    return {name: (out / name).read_bytes() for name in names}


@pytest.fixture
def source(tmp_path):
    mixed = [
        *several(6),
        {**made("eval", "y = 1", {"x": 1}, {"y": 1}), "evaluation_only": True},
        b"{broken",
        b"[1]",
        made("refused", "y = 1", {"x": 1}, {"y": 1}, refused=("type", "summary", "example")),
    ]
    return write(tmp_path / "grounded.jsonl", mixed)


@pytest.fixture
def code(tmp_path):
    """Original code: forty rows that can be taken, and some that cannot."""
    rows = [
        {"id": f"c{n}", "instruction": f"Write {n}.", "program": f"def f{n}():\n    return {n}\n"}
        for n in range(40)
    ]
    rows += [
        {"id": "empty", "program": ""},
        {"id": "none", "else": 1},
        {"id": "mark", "program": "x = '<|diff|>'"},
    ]
    return write(tmp_path / "code.jsonl", rows)


def test_the_same_rows_in_every_form(source, tmp_path):
    """Ids, order and completions are the same, byte for byte; prompts are not; the manifest says so."""
    out = tmp_path / "v"
    run = make_variants([str(source)], out, VariantsConfig())
    files = {form: rows_of(out, form) for form in FORMS}
    assert [row["id"] for row in files["none"]] == [f"g{n}" for n in range(6)]
    for form in FORMS:
        assert [(r["id"], r["completion"]) for r in files[form]] == [
            (r["id"], r["completion"]) for r in files["none"]
        ]
        assert {(r["form"], r["replay"]) for r in files[form]} == {(form, False)}
        assert {r["leakage"] for r in files[form]} == {"none" if form == "none" else "oracle"}
    told = run.manifest["forms"]
    assert len({each["completions_sha256"] for each in told.values()}) == 1
    assert len({each["prompts_sha256"] for each in told.values()}) == 4
    assert "prompt_tokens" not in told["none"]
    counts = run.counts
    assert (counts.read, counts.kept, counts.rejects.total()) == (10, 6, 4)
    rejects = [orjson.loads(line) for line in run.rejects.read_bytes().splitlines()]
    assert [(each["index"], each["id"], each["reason"]) for each in rejects] == [
        (6, "eval", "evaluation-only"),
        (7, "7", "invalid-json"),
        (8, "8", "not-an-object"),
        (9, "refused", "not-accepted"),
    ]


def test_again_and_otherwise(source, tmp_path):
    """Complete, it is not done again; a file that was changed is; other settings are refused."""
    out = tmp_path / "v"
    make_variants([str(source)], out, VariantsConfig())
    before = everything(out)
    assert make_variants([str(source)], out, VariantsConfig()).was_complete
    (out / "type.jsonl").write_text("{}\n")
    assert not make_variants([str(source)], out, VariantsConfig()).was_complete
    assert everything(out) == before
    with pytest.raises(RunError, match="leakage"):
        make_variants([str(source)], out, VariantsConfig(leakage="noisy"))
    template = tmp_path / "mine.toml"
    template.write_text(
        "prompt = '''\n{context}\n{card}\n{intent}\n{specification}\n'''\n"
        "context = '{context}'\ncard = '{card}'\nspecification = '{specification}'\n"
    )
    with pytest.raises(RunError, match="template_sha256"):
        make_variants([str(source)], out, VariantsConfig(template=template))
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "none.jsonl").write_text("mine\n")
    with pytest.raises(RunError, match="no run made it"):
        make_variants([str(source)], tmp_path / "w", VariantsConfig())
    with pytest.raises(InputError, match="no grounded rows"):
        make_variants([], tmp_path / "x", VariantsConfig())


def test_several_sources_and_a_limit(tmp_path):
    """Sources are read one after the other, up to the limit."""
    first = write(tmp_path / "a.jsonl", list(several(3)))
    second = write(tmp_path / "b.jsonl", list(several(5))[3:])
    run = make_variants(
        [str(first), str(second)], tmp_path / "v", VariantsConfig(limit=4, forms=("summary",))
    )
    assert [row["id"] for row in rows_of(tmp_path / "v", "summary")] == ["g0", "g1", "g2", "g3"]
    assert run.counts.read == 4
    assert not (tmp_path / "v" / "none.jsonl").exists()


def test_replay_stands_at_the_same_places(source, code, tmp_path):
    """The share of rows is what was asked for, the rows are the same bytes in each file, by the seed."""
    out = tmp_path / "v"
    run = make_variants([str(source)], out, VariantsConfig(replay=(code,)))
    replay = run.manifest["replay"]
    wanted = round(6 * 0.69 / 0.31)
    assert (replay["taken"], replay["wanted"], replay["usable"], replay["read"]) == (wanted, wanted, 40, 43)
    assert replay["share_of_rows"] == round(wanted / (6 + wanted), 4)
    assert replay["reasons"] == {"holds-marker": 1, "no-example": 2}
    marked = [[row if row["replay"] else row["id"] for row in rows_of(out, form)] for form in FORMS]
    assert marked[0] == marked[1] == marked[2] == marked[3]
    taken = [row for row in marked[0] if isinstance(row, dict)]
    assert len({row["id"] for row in taken}) == wanted
    assert all(row["completion"].startswith("\ndef f") and row["form"] == "none" for row in taken)
    assert [row for row in marked[0] if isinstance(row, str)] == [f"g{n}" for n in range(6)]
    other = make_variants([str(source)], tmp_path / "w", VariantsConfig(replay=(code,), seed=2))
    ids = [[row["id"] for row in rows_of(each, "none")] for each in (out, tmp_path / "w")]
    assert ids[0] != ids[1]
    assert other.manifest["replay"]["taken"] == wanted
    rejects = (out / "replay-rejects.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["id"] for line in rejects] == ["empty", "none", "mark"]


def test_too_little_replay_is_said(source, tmp_path):
    """Where there are too few rows all are taken, once, and a note says so."""
    few = write(tmp_path / "few.jsonl", [{"program": "x = 1\n"}, {"program": "y = 2\n"}])
    run = make_variants([str(source)], tmp_path / "v", VariantsConfig(replay=(few,)))
    assert run.manifest["replay"]["taken"] == 2
    assert any("2 usable rows, and 13 are asked for" in note for note in run.notes)


def test_places_are_all_over():
    """Replay stands between the rows, not before or behind them."""
    found = places(300, 700, 1)
    assert (sum(found), len(found)) == (700, 1000)
    thirds = [sum(found[at : at + 250]) for at in range(0, 1000, 250)]
    assert all(140 < each < 210 for each in thirds)


def test_killed(code, tmp_path):
    """Killed by SIGKILL again and again, it ends with the same bytes."""
    source = write(tmp_path / "grounded.jsonl", [*several(9), b"{broken"])
    whole = tmp_path / "whole"
    make_variants([str(source)], whole, VariantsConfig(replay=(code,), leakage="noisy"))
    out = tmp_path / "out"
    kills = []
    command = [sys.executable, variant_rows.__file__, str(source), str(out), str(code)]
    for wait in itertools.cycle((1, 2)):
        process = subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, text=True)
        told = ""
        for _ in range(wait):
            told = process.stdout.readline() or told
        if not told:
            assert process.wait() == 0
            process.stdout.close()
            break
        process.kill()
        process.wait()
        process.stdout.close()
        kills.append(int(told))
    assert kills == sorted(kills)
    assert len(set(kills)) >= 3
    assert everything(out) == everything(whole)


def test_verb(source, tmp_path):
    """The verb shows where rows went and what is the same; a run that keeps nothing fails."""
    out = tmp_path / "v"
    command = [
        sys.executable,
        "-m",
        "reweave",
        "ground",
        "variants",
        source,
        "-o",
        out,
        "--forms",
        "none,summary",
    ]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for told in ("evaluation-only", "6 rows of 10", "in 2 forms", "manifest.json", "summary"):
        assert told in done.stdout
    again = subprocess.run(command, env=ENV, capture_output=True, text=True)
    assert "was complete already" in again.stdout
    empty = write(tmp_path / "none.jsonl", [{"id": "x"}])
    command = [sys.executable, "-m", "reweave", "ground", "variants", empty, "-o", tmp_path / "w"]
    assert subprocess.run(command, env=ENV, capture_output=True, text=True).returncode == 1


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The folder of a tiny model of random weights."""
    pytest.importorskip("trl", reason="training needs the extra: make test installs it")
    import nano

    from reweave.model_folder import ModelFormat

    folder = tmp_path_factory.mktemp("base")
    return nano.make(folder, form=ModelFormat(writes="program"), context=2048)


def test_tokens_are_counted_as_training_counts_them(source, code, base, tmp_path):
    """Completions have the same tokens in every form, and they are those that training is on."""
    from reweave.train.config import SftConfig
    from reweave.train.prepare import prepare

    out = tmp_path / "v"
    run = make_variants([str(source)], out, VariantsConfig(model=str(base), replay=(code,)))
    told = run.manifest["forms"]
    assert len({each["completion_tokens"] for each in told.values()}) == 1
    assert told["none"]["prompt_tokens"] < told["type"]["prompt_tokens"] < told["example"]["prompt_tokens"]
    for form in FORMS:
        ready = prepare(SftConfig(model=str(base), max_length=2048), [out / f"{form}.jsonl"])
        assert ready.what.writes == "program"
        assert not ready.rejects
        assert sum(row.trained for row in ready.rows) == told[form]["completion_tokens"]
        assert sum(row.untrained for row in ready.rows) == told[form]["prompt_tokens"]
    assert run.manifest["replay"]["tokens"]["completion"] < told["none"]["completion_tokens"]


def test_too_long_in_one_form_is_in_none(base, tmp_path):
    """A row that only one form makes too long is left out of all, with the form."""
    long = made("long", "y = x\n", {"x": ["word " * 7] * 7}, {"y": ["word " * 7] * 7})
    source = write(tmp_path / "grounded.jsonl", [*several(3), long])
    alone = make_variants([str(source)], tmp_path / "alone", VariantsConfig(model=str(base)))
    assert alone.counts.kept == 4
    counts = orjson.loads((tmp_path / "alone" / "rows.jsonl").read_bytes().splitlines()[-1])["tokens"]
    most = counts["prompts"]["summary"] + counts["completion"]
    config = VariantsConfig(model=str(base), max_tokens=most)
    run = make_variants([str(source)], tmp_path / "v", config)
    for form in FORMS:
        assert [row["id"] for row in rows_of(tmp_path / "v", form)] == ["g0", "g1", "g2"]
    [reject] = [orjson.loads(line) for line in run.rejects.read_bytes().splitlines()]
    assert (reject["reason"], reject["detail"].partition(":")[0]) == ("too-long", "example")


def test_training_takes_them(source, code, base, tmp_path):
    """A tiny model is tuned for two steps on each form: the same trained tokens a step."""
    from reweave.train.config import SftConfig, preset
    from reweave.train.sft import train_sft

    out = tmp_path / "v"
    make_variants([str(source)], out, VariantsConfig(replay=(code,)))
    settings = dict(preset("gift4code")) | {"steps": 2, "batch_size": 8, "max_length": 2048, "save_every": 0}
    trained = {}
    for form in FORMS:
        config = SftConfig(model=str(base), device="cpu", **settings)
        train_sft(config, tmp_path / f"model-{form}", data=[out / f"{form}.jsonl"])
        curve = (tmp_path / f"model-{form}" / "losses.jsonl").read_bytes().splitlines()
        trained[form] = [json.loads(line)["tokens"] for line in curve]
    assert len(trained["none"]) == 2
    assert all(tokens == trained["none"] for tokens in trained.values())
