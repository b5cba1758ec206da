"""A whole run: counts that sum, bytes that do not depend on workers or kills, readers that may die."""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest

import reweave
from reweave.errors import InputError, RunError
from reweave.ground.contexts import ContextsConfig, make_contexts
from reweave.ground.contexts.reader import Reader
from reweave.ground.contexts.sources import TableFile, find
from reweave.storage import read_rows
from reweave.storage.journal import Journal

from . import contexter

ENV = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(Path(reweave.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tables of several kinds, some that do not load, and files that are none."""
    root = tmp_path_factory.mktemp("tables")
    (root / "deep").mkdir()
    for number in range(20):
        (root / f"{number:02d}.csv").write_text(f"a,b\n{number},x\n", "utf-8")
        (root / "deep" / f"{number:02d}.jsonl").write_text(f'{{"a": {number}}}\n', "utf-8")
    (root / "broken.jsonl").write_text('{"a": \n', "utf-8")
    (root / "broken.parquet").write_bytes(b"PAR1")
    (root / "empty.csv").write_bytes(b"")
    (root / "picture.png").write_bytes(b"\x89PNG")
    (root / "~$open.xlsx").write_bytes(b"x")
    (root / "gone.csv").symlink_to(root / "nowhere.csv")
    os.mkfifo(root / "pipe.csv")
    return root


def outputs(out):
    """An output's bytes, and those of its run directory."""
    folder = out.with_name(out.name + ".run")
    kept = {"config.json", "rejects.jsonl", "statistics.json", "manifest.json"}
    return {"out": out.read_bytes()} | {
        path.name: path.read_bytes().replace(b'"workers": 2', b'"workers": 1')
        for path in folder.iterdir()
        if path.name in kept
    }


def test_the_counts_sum(folder, tmp_path):
    """Read = kept + rejected; records come in the order of their names; what is no table is noted."""
    made = make_contexts([str(folder)], tmp_path / "a.jsonl", ContextsConfig())
    assert made.read == 45
    assert dict(made.kept) == {"csv": 20, "jsonl": 20}
    assert dict(made.rejects) == {
        ("rejected", "invalid-json"): 1,
        ("rejected", "damaged"): 1,
        ("rejected", "empty-file"): 1,
        ("rejected", "unreadable-file"): 2,
    }
    names = [row["id"] for row in read_rows(tmp_path / "a.jsonl")]
    assert names == sorted(names)
    assert names[-1] == "deep/19.jsonl"
    assert any("2 files are no tables by their names: 1 .png, 1 hidden" in note for note in made.notes)


@pytest.mark.parametrize("out", ["a.jsonl.zst", "a.parquet", "shards"])
def test_workers_change_nothing(folder, tmp_path, out):
    """Two readers give the bytes of one; a finished run is complete, and refuses other settings."""
    config = ContextsConfig(shard_records=7)
    one, two = tmp_path / "one" / out, tmp_path / "two" / out
    make_contexts([str(folder)], one, config)
    make_contexts([str(folder)], two, config, workers=2)
    rows = list(read_rows(one))
    assert len(rows) == 40
    assert rows == list(read_rows(two))
    if one.is_file():
        assert outputs(one) == outputs(two)
    again = make_contexts([str(folder)], one, config)
    assert again.was_complete
    assert sum(again.kept.values()) == 40
    with pytest.raises(RunError, match=r"config.columns: 30 in the run, 9 now"):
        make_contexts([str(folder)], one, ContextsConfig(shard_records=7, columns=9))


def test_sources(folder, tmp_path):
    """Files and several folders; ids stay apart; what is no table is refused by name."""
    other = tmp_path / "tables2"
    other.mkdir()
    (other / "00.csv").write_text("a\n1\n", "utf-8")
    tables = find([str(other), str(other), str(folder / "00.csv")])
    assert [file.id for file in tables.files] == ["tables2/00.csv", "tables2/00.csv#2", "00.csv"]
    assert [file.id for file in find([str(other)]).files] == ["00.csv"]
    (tmp_path / "empty").mkdir()
    for wrong, said in (
        ("nowhere", "no such file or folder"),
        (str(folder / "picture.png"), "what is in it"),
        (str(tmp_path / "empty"), "no table in there"),
    ):
        with pytest.raises(InputError, match=said):
            find([wrong])


def test_a_name_that_is_no_text(tmp_path):
    """Bytes that are not UTF-8 in a name: no program can name the file, so it is rejected."""
    (tmp_path / "in").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/a\xff.csv")).write_bytes(b"a\n1\n")
    made = make_contexts([str(tmp_path / "in")], tmp_path / "a.jsonl", ContextsConfig())
    assert dict(made.rejects) == {("rejected", "unnameable"): 1}


def test_what_takes_too_long_has_failed(tmp_path):
    """Over the time limit a file has failed, and the next one is read."""
    big, small = tmp_path / "big.csv", tmp_path / "small.csv"
    big.write_text("a,b,c\n" + "1,x,2.5\n" * 2_000_000, "utf-8")
    small.write_text("a\n1\n", "utf-8")
    reader = Reader(ContextsConfig(seconds=0.05))
    try:
        line, reject = reader.read(TableFile("big.csv", big, "csv"))
        assert (line, reject.outcome, reject.reason) == (b"", "failed", "timeout")
        reader._config = ContextsConfig()
        line, reject = reader.read(TableFile("small.csv", small, "csv"))
        assert reject is None
        assert orjson.loads(line)["rows"] == 1
    finally:
        reader.close()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is held to a limit on Linux only")
def test_what_takes_too_much_memory_has_failed(tmp_path):
    """A Parquet file of a megabyte that unpacks to gigabytes, whatever its footer says, costs one record."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    same = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), ["x" * 1_000_000])
    # Without Arrow's schema it comes back as text, not as a dictionary
    pq.write_table(pa.table({"a": same}), tmp_path / "bomb.parquet", compression="zstd", store_schema=False)
    assert (tmp_path / "bomb.parquet").stat().st_size < 2_000_000
    (tmp_path / "small.csv").write_text("a\n1\n", "utf-8")
    made = make_contexts([str(tmp_path)], tmp_path / "out" / "a.jsonl", ContextsConfig(memory=1 << 29))
    assert dict(made.rejects) == {("failed", "memory"): 1}
    assert dict(made.kept) == {"csv": 1}


def test_readers_may_die(tmp_path):
    """A reader killed at every start costs its file, as failed; killed once, nothing."""
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", "utf-8")
    file = TableFile("a.csv", path, "csv")
    reader = Reader(ContextsConfig())
    over = threading.Event()

    def kill():
        while not over.is_set():
            process = reader._process
            if process is not None and process.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, 9)
            time.sleep(0.001)

    try:
        killer = threading.Thread(target=kill)
        killer.start()
        line, reject = reader.read(file)
        over.set()
        killer.join()
        assert (reject.outcome, reject.reason) == ("failed", "reader-died")
        line, reject = reader.read(file)
        assert reject is None
        os.kill(reader._process.pid, 9)
        again, reject = reader.read(file)
        assert reject is None
        assert again == line
    finally:
        over.set()
        reader.close()


def reach(out):
    """How many files a run has done for good."""
    journal = out.with_name(out.name + ".run") / "journal.jsonl"
    return max((at.next for at, _ in Journal(journal).read()), default=0) if journal.exists() else 0


def children(pid):
    """The processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def test_sigkill(folder, tmp_path):
    """Kills at random moments, each followed by a restart: identical bytes; no reader outlives its run."""
    expected_out = tmp_path / "undisturbed" / "a.jsonl"
    make_contexts([str(folder)], expected_out, ContextsConfig())
    chance = random.Random(20241031)
    out = tmp_path / "killed" / "a.jsonl"
    command = [sys.executable, str(Path(contexter.__file__)), str(folder), str(out)]
    reached, kills, left = set(), 0, []
    while kills < 6:
        process = subprocess.Popen([*command, "0.02"], env=ENV)
        began, wanted = reach(out), chance.choice([0, 3, 7])
        while process.poll() is None and reach(out) < began + wanted:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.05))
        if process.poll() is None and sys.platform == "linux":
            left += children(process.pid)
        process.kill()
        if process.wait() == 0:
            break
        kills += 1
        reached.add(reach(out))
    assert kills > 3, "it was through before it could be killed"
    assert len(reached) > 2, "all kills came at the same place"
    subprocess.run([*command, "0"], env=ENV, check=True)
    assert outputs(out) == outputs(expected_out)
    until = time.monotonic() + 120
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [pid for pid in left if Path(f"/proc/{pid}").exists()]
