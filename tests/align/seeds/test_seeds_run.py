"""A whole run: counts that sum, bytes that do not depend on workers, batches or kills."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest

import reweave
from reweave.align.seeds import make_seeds, seeds_config
from reweave.errors import RunError
from reweave.storage import read_rows
from reweave.storage.journal import Journal

from . import seeder

ENV = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(Path(reweave.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
}
GOOD = 'def good_{0}(x: int) -> int:\n    """Say {0}{1}."""\n    return x + {0}\n\n\n'
BAD = 'def bad_{0}(x: int) -> str:\n    """Say {0}."""\n    return x\n\n\n'
SHORT = "def short_{0}():\n    return {0}\n\n\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of functions of all sorts, and files that give none."""
    root = tmp_path_factory.mktemp("code")
    for number in range(40):
        text = GOOD.format(number, "!" * (number % 7)) + SHORT.format(number)
        if number % 3 == 0:
            text = BAD.format(number) + text
        (root / f"file_{number:02d}.py").write_text(text, "utf-8")
    (root / "broken.py").write_text("def f(:\n", "utf-8")
    (root / "data.py").write_text("x = 1\n", "utf-8")
    (root / "latin.py").write_bytes(b"x = '\xe9'\n")
    return root


def outputs(out):
    """An output's bytes, and those of its run directory, but for the journal and the lock."""
    folder = out.with_name(out.name + ".run")
    kept = {"config.json", "funnel.json", "rejects.jsonl", "statistics.json", "manifest.json"}
    return {"out": out.read_bytes()} | {
        path.name: path.read_bytes()
        .replace(b'"workers": 3', b'"workers": 1')
        .replace(b'"batch": 4', b'"batch": 250')
        for path in folder.iterdir()
        if path.name in kept
    }


def test_the_counts_sum(folder, tmp_path):
    """Found = kept + rejected by rule + failed, and as many rows lie in the files as are counted."""
    made = make_seeds(str(folder), tmp_path / "a.jsonl", seeds_config())
    document = orjson.loads((made.folder / "funnel.json").read_bytes())
    assert document["files"] == {
        "read": 43,
        "searched": 40,
        "rejected": {"invalid-utf8": 1, "no-definition": 1, "syntax-error": 1},
        "failed": {},
    }
    assert document["read"] == 94
    assert document["kept"] == 40 == len(list(read_rows(tmp_path / "a.jsonl")))
    assert document["rejected"] == {"no-docstring": 40, "type-error": 14}
    assert document["failed"] == {}
    left = 94
    for step in document["steps"]:
        left -= step["n"]
        assert step["left"] == left
    assert left == 40
    rejects = [orjson.loads(line) for line in (made.folder / "rejects.jsonl").read_bytes().splitlines()]
    assert Counter(each["reason"] for each in rejects) == {
        "no-docstring": 40, "type-error": 14, "invalid-utf8": 1, "no-definition": 1, "syntax-error": 1,
    }  # fmt: skip
    assert "is not assignable to return type" in next(
        each["detail"] for each in rejects if each["reason"] == "type-error"
    )


def test_the_last_batch_is_as_good_as_any(folder, tmp_path):
    """Batches that do not come out even, and workers, change nothing; published, the last one was lost."""
    config = seeds_config(limit=14)  # 12 files with functions
    one = make_seeds(str(folder), tmp_path / "one" / "a.jsonl", config)
    make_seeds(str(folder), tmp_path / "more" / "a.jsonl", config, workers=3, batch=4)
    assert one.funnel.kept == 12
    assert outputs(tmp_path / "one" / "a.jsonl") == outputs(tmp_path / "more" / "a.jsonl")


@pytest.mark.parametrize("out", ["a.jsonl.zst", "a.parquet"])
def test_it_knows_its_own(folder, tmp_path, out):
    """Begun again, a finished run is complete; with other settings it is refused."""
    config = seeds_config(types="none")
    first = make_seeds(str(folder), tmp_path / out, config)
    (first.folder / "funnel.json").unlink()
    again = make_seeds(str(folder), tmp_path / out, config)
    assert again.was_complete
    assert again.funnel == first.funnel
    assert (first.folder / "funnel.json").exists()
    assert [row["entry_point"] for row in read_rows(tmp_path / out)][:2] == ["bad_0", "good_0"]
    with pytest.raises(RunError, match=r"config.max_lines: 150 in the run, 9 now"):
        make_seeds(str(folder), tmp_path / out, seeds_config(types="none", max_lines=9))


ALONE = """
import sys, json
for line in open(sys.argv[1], encoding="utf-8"):
    seed = json.loads(line)
    module = sys.modules["seed"] = type(sys)("seed")
    exec(compile(seed["program"], seed["id"], "exec"), module.__dict__)
    entry = module if seed["kind"] != "method" else getattr(module, seed["id"].split(":")[1].split(".")[0])
    print(callable(getattr(entry, seed["entry_point"])))
"""


@pytest.mark.parametrize("source", ["package:email", "package:difflib", "package:base64"])
def test_programs_stand_alone(tmp_path, source):
    """Each seed of real code runs by itself, in an interpreter that knows nothing of its file."""
    kinds = ["function", "method", "class"]
    made = make_seeds(source, tmp_path / "a.jsonl", seeds_config(types="none", kinds=kinds))
    command = [sys.executable, "-I", "-c", ALONE, str(tmp_path / "a.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n" * made.funnel.kept
    assert made.funnel.kept > 3


def test_rows_of_data(tmp_path):
    """Files in JSON lines are named by their repository and path, and keep their licence."""
    rows = [
        {"content": GOOD.format(1, ""), "path": "a.py", "repo_name": "o/r", "license": "mit"},
        {"content": GOOD.format(2, ""), "max_stars_repo_licenses": ["A", "B"]},
        {"text": "x"},
    ]
    (tmp_path / "in.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    made = make_seeds(str(tmp_path / "in.jsonl"), tmp_path / "out.jsonl", seeds_config(types="none"))
    first, second = read_rows(tmp_path / "out.jsonl")
    assert first["id"] == "o/r/a.py:good_1"
    assert (first["source"]["licence"], first["source"]["repository"]) == ("mit", "o/r")
    assert (second["id"], second["source"]["licence"]) == ("1:good_2", "A, B")
    assert made.funnel.document()["files"]["rejected"] == {"missing-column": 1}


def reach(out):
    """How many files a run has done for good."""
    journal = out.with_name(out.name + ".run") / "journal.jsonl"
    return max((at.next for at, _ in Journal(journal).read()), default=0) if journal.exists() else 0


def test_sigkill(folder, tmp_path):
    """Ten kills at random moments, each followed by a restart: identical bytes, also of the funnel."""
    expected_out = tmp_path / "undisturbed" / "a.jsonl"
    made = seeder.main(folder, expected_out, 0)
    assert made.funnel.document()["rejected"]["unclear-docstring"] > 3
    chance = random.Random(20241031)
    out = tmp_path / "killed" / "a.jsonl"
    command = [sys.executable, str(Path(seeder.__file__)), str(folder), str(out)]
    reached, kills = set(), 0
    while kills < 10:
        process = subprocess.Popen([*command, "0.02"], env=ENV, stdout=subprocess.PIPE)
        process.stdout.readline()
        began, wanted = reach(out), chance.choice([0, 1, 4])
        while process.poll() is None and reach(out) < began + wanted:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.stdout.close()
        if process.wait() == 0:
            break
        kills += 1
        reached.add(reach(out))
    assert kills > 3, "it was through before it could be killed"
    assert len(reached) > 2, "all kills came at the same place"
    subprocess.run([*command, "0"], env=ENV, check=True, capture_output=True)
    assert outputs(out) == outputs(expected_out)
