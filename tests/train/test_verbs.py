"""``reweave train``: the verbs as they are typed."""

import orjson
import pytest
from typer.testing import CliRunner

pytest.importorskip("trl", reason="training needs the extra: make test installs it")

from reweave.cli.app import app
from reweave.errors import InputError


@pytest.fixture
def run():
    def call(*words):
        return CliRunner().invoke(
            app, ["train", *map(str, words)], catch_exceptions=False, env={"COLUMNS": "160"}
        )

    return call


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "pairs.jsonl"
    rows = [
        {"id": k, "instruction": f"f{k}", "program": f"def f{k}(x):\n    y = x * {k}\n    return y\n"}
        for k in range(30)
    ]
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return file


def test_audit_says_what_would_be_cut_and_fails(run, nano, rows):
    """Exit code 1 where rows would be cut and nobody said what shall become of them."""
    good = run("audit", "--data", rows, "--model", nano)
    assert good.exit_code == 0
    assert "30 rows read = 30 tokenized + 0 rejected" in good.output
    bad = run("audit", "--data", rows, "--model", nano, "--max-length", 8)
    assert bad.exit_code == 1
    assert "30 rows over --max-length 8" in bad.output
    assert (
        run("audit", "--data", rows, "--model", nano, "--max-length", 8, "--overlong", "truncate").exit_code
        == 0
    )


def test_sft_refuses_then_trains_then_knows(run, nano, rows, tmp_path):
    """Refused with the limit that would do; trained with a TOML file; complete the second time."""
    words = ("sft", "--data", rows, "--model", nano, "--device", "cpu", "-o", tmp_path / "out")
    with pytest.raises(InputError, match="--max-length"):
        run(*words, "--max-length", 20)
    assert not (tmp_path / "out").exists()
    (tmp_path / "sft.toml").write_text('[sft]\nsteps = 3\nbatch-size = 8\npreset = "lintseq"\n')
    done = run(*words, "--config", tmp_path / "sft.toml")
    assert done.exit_code == 0
    summary = orjson.loads((tmp_path / "out" / "train.json").read_bytes())
    assert (summary["steps"], summary["config"]["loss"]) == (3, "sum")
    assert "was complete already" in run(*words, "--config", tmp_path / "sft.toml").output


def test_what_is_missing_is_said(run, nano, rows, tmp_path):
    with pytest.raises(InputError, match="which model"):
        run("sft", "--data", rows, "-o", tmp_path / "out")
    with pytest.raises(InputError, match="train on what"):
        run("sft", "--model", nano, "-o", tmp_path / "out")
    with pytest.raises(InputError, match="no preset 'paper'; there are lintseq"):
        run("sft", "--model", nano, "--preset", "paper", "-o", tmp_path / "out")
    with pytest.raises(InputError, match="neither a file nor single"):
        run("sft", "--model", nano, "--data", rows, "-o", tmp_path / "out", "--accelerate", "cluster")


def test_variants(run, nano, rows, tmp_path):
    """The table says what is equal; rows that are none are counted."""
    with rows.open("ab") as file:
        file.write(b'{"instruction": "nothing"}\n')
    made = run(
        "variants", "--pairs", rows, "--tokenizer", nano, "--steps", 3, "--tokens-per-step", 2000,
        "--form", "short", "-o", tmp_path / "v",
    )  # fmt: skip
    assert made.exit_code == 0
    assert "31 programs read = 30 kept + 1 left out (missing-column 1)" in made.output
    manifest = orjson.loads((tmp_path / "v" / "manifest.json").read_bytes())
    assert list(manifest["variants"]) == ["instruct", "lintseq-short", "randseq-short"]
    assert len(manifest["sources"][0]["sha256"]) == 64
