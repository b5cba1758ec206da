"""An ablation that trains: one model a form, served here, asked in its own form and without.

What is trained is a nano model of random weights, for two steps; its server is a scripted one, whose answers
are by the model's name. The training is real, and nothing follows from it.
"""

import json
import shlex
import sys
from pathlib import Path

import pytest
import spec_bench as bench

import in_process

pytest.importorskip("torch", reason="needs the extra train")
from nano import make

from reweave.model_folder import ModelFormat

SERVER = Path(__file__).parents[2] / "models" / "server.py"
SOLVED = {"base": (), "tuned-none": (1,), "tuned-type": (1, 2, 3)}  # by the one that is asked


def variants(folder, rows=4):
    folder.mkdir()
    for form in ("none", "type"):
        made = [
            {
                "id": str(i),
                "prompt": f"Give {i}.{f' result: int ({form})' * (form != 'none')}",
                "completion": f"\nresult = {i}",
            }
            for i in range(rows)
        ]
        bench.write_lines(folder / f"{form}.jsonl", made)
    (folder / "manifest.json").write_text("{}")


def table(solved):
    """Answers of a model that solves some problems, whatever is shown."""
    return [
        {"prompt": text, "texts": [samples[bench.RIGHT if number in solved else bench.WRONG]]}
        for number, (text, *_, samples) in bench.PROBLEMS.items()
    ]


@pytest.mark.slow
def test_data_and_specification_apart(spec_place, tmp_path):
    """Each model is trained on its own rows, asked in its own form and in none, and rightly compared."""
    make(tmp_path / "base", form=ModelFormat(writes="program"), context=1024)
    variants(tmp_path / "variants")
    for name, solved in SOLVED.items():
        bench.write_lines(tmp_path / f"{name}.jsonl", table(solved))
    server = shlex.join([sys.executable, str(SERVER), "--port"])
    here = shlex.quote(str(tmp_path))
    files = f"--answers {here}/{{name}}.jsonl --log {here}/asked-{{name}}.jsonl"
    line = f"exec {server} {{port}} {files} # {{model}}"
    (tmp_path / "ablation.toml").write_text(
        f"""
forms = ["type"]
[serve]
command = ["sh", "-c", {json.dumps(line)}]
answers = "{{name}}"
[train]
steps = 2
batch_size = 4
save_every = 0
"""
    )
    command = [
        "ablation", spec_place / "bench.jsonl", "--specs", spec_place / "grounded.jsonl",
        "--train", tmp_path / "variants", "--base", tmp_path / "base", "--config", tmp_path / "ablation.toml",
        "--workers", 2, "-o", tmp_path / "out",
    ]  # fmt: skip
    done = bench.reweave(*command)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "out" / "results.json").read_text())
    values = {(row["model"], row["cell"]): row["pass@k"]["1"]["value"] for row in made["cells"]}
    assert values == {
        ("base", "none"): 0.0,
        ("base", "type-oracle"): 0.0,
        ("tuned-none", "none"): 0.25,
        ("tuned-type", "none"): 0.75,
        ("tuned-type", "type-oracle"): 0.75,
    }
    told = {(row["run"], row["against"]) for row in made["differences"] if row["measure"] == "pass@1"}
    assert told == {
        ("base/type-oracle", "base/none"),
        ("tuned-none/none", "base/none"),
        ("tuned-type/type-oracle", "tuned-none/none"),
        ("tuned-type/none", "tuned-none/none"),
    }
    assert {form: each["rows"]["trained"] for form, each in made["trained"].items()} == {"none": 4, "type": 4}
    asked = {path.name: path.stat().st_size for path in tmp_path.glob("asked-*.jsonl")}
    assert len(asked) == 3
    again = bench.reweave(*command)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert {path.name: path.stat().st_size for path in tmp_path.glob("asked-*.jsonl")} == asked
    assert "## Training" in (tmp_path / "out" / "report.md").read_text()


@pytest.mark.parametrize(("left", "said"), [(1, "none 4, type 1"), (0, "not one row to train on")])
def test_unequal_rows(spec_place, tmp_path, left, said):
    """Files of unequal rows would tell the amount of data apart, not the form; refused, as none are."""
    variants(tmp_path / "variants", rows=4 if left else 0)
    bench.write_lines(tmp_path / "variants" / "type.jsonl", [{"prompt": "p", "completion": "c"}] * left)
    done = in_process.reweave(
        "ground", "ablation", spec_place / "bench.jsonl", "--specs", spec_place / "grounded.jsonl",
        "--form", "type", "--train", tmp_path / "variants", "--base", "x", "-o", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr
