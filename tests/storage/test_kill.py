"""Killed at any moment and started again, a run makes the same bytes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import reweave
from reweave.storage import read_rows
from reweave.storage.journal import Journal

from . import writer

RECORDS = 70
ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}


def files(folder):
    """Each file's bytes, but for the journal (whose length tells how often it was written) and the lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"journal.jsonl", "lock", "versions.json"}
    }


def write_all(folder, name, records=RECORDS):
    with writer.open_run(folder, name) as run:
        state = {"sum": 0} | run.state
        while not run.complete:
            writer.advance(run, records, state)
        return run.manifest


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    for name in writer.OUTPUTS:
        write_all(folder, name)
    return files(folder)


def test_undisturbed(undisturbed):
    """The run to compare with is whole: all outputs, rejects, statistics, and nothing temporary."""
    names = {name for name in undisturbed if ".run/" not in name}
    shards = {
        f"{kind}/part-0000{i}.{end}"
        for kind, end in (("zst", "jsonl.zst"), ("plain", "jsonl"))
        for i in range(3)
    }
    assert names == {"a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"} | shards
    assert {name.partition(".run/")[2] for name in undisturbed if ".run/" in name} == {
        "config.json",
        "manifest.json",
        "rejects.jsonl",
        "statistics.json",
    }
    expected = b"".join(writer.record(number)[0] for number in range(RECORDS))
    assert undisturbed["a.jsonl"] == expected
    assert b"".join(undisturbed[f"plain/part-0000{i}.jsonl"] for i in range(3)) == expected
    assert b'"sum": 2415' in undisturbed["a.jsonl.run/statistics.json"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_sigkill(tmp_path, undisturbed):
    """Ten kills at random moments, all outputs at once, each followed by a restart: identical bytes."""
    chance = random.Random(20241120)
    folders = [tmp_path / str(number) for number in range(11)]
    folder = folders.pop()
    reached = set()
    kills = 0
    while kills < 10:
        command = [sys.executable, str(Path(writer.__file__)), str(folder), str(RECORDS), "0.005"]
        process = subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.25))
        process.kill()
        process.stdout.close()
        if process.wait() == 0:  # it came to its end before the kill: kill another one
            assert files(folder) == undisturbed
            folder = folders.pop()
            continue
        kills += 1
        seen = Journal(folder / "a.parquet.run" / "journal.jsonl").read()
        reached.add(max((at.next for at, _ in seen), default=0))
    assert len(reached) > 2, "all kills came at the same place"
    subprocess.run([*command[:-1], "0"], env=ENV, check=True, capture_output=True)
    assert files(folder) == undisturbed


class DiedError(BaseException):
    """Stands for a kill: nothing may be done after it, not even cleaning up."""


def die_at(monkeypatch, step):
    """Let the ``step``-th touch of the disk and all later ones die; give a counter of touches."""
    touched = [0]

    def guard(function, *, before):
        def guarded(*args, **kwargs):
            touched[0] += 1
            if touched[0] > step or (touched[0] == step and before):
                raise DiedError
            result = function(*args, **kwargs)
            if touched[0] == step:
                raise DiedError
            return result

        return guarded

    before = step % 2 == 0  # just before a touch, or just after: both leave their own picture
    for owner, name in [
        (os, "write"),
        (os, "truncate"),
        (os, "ftruncate"),
        (Path, "replace"),
        (Path, "unlink"),
        (Path, "mkdir"),
        (Journal, "_append"),
    ]:
        monkeypatch.setattr(owner, name, guard(getattr(owner, name), before=before))
    monkeypatch.setattr(os, "fsync", guard(lambda handle: None, before=before))
    return touched


def dies(monkeypatch, step, folder, name):
    """Write until the death at a step; tell whether it came to that."""
    die_at(monkeypatch, step)
    try:
        write_all(folder, name)
    except DiedError:
        return True
    return False


@pytest.mark.parametrize("name", writer.OUTPUTS)
def test_every_step(tmp_path, monkeypatch, undisturbed, name):
    """Death at each single touch of the disk, and then at another one during the restart, changes no byte."""
    chance = random.Random(name)
    expected = {
        key: data for key, data in undisturbed.items() if key.split("/")[0].removesuffix(".run") == name
    }
    kept = undisturbed["a.jsonl"].count(b"\n")
    step = 0
    died = True
    while died:
        step += 1
        folder = tmp_path / str(step)
        folder.mkdir()
        with monkeypatch.context() as patch:
            died = dies(patch, step, folder, name)
        with monkeypatch.context() as patch:
            dies(patch, chance.randrange(1, 60), folder, name)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda handle: None)
            write_all(folder, name)
        assert files(folder) == expected, f"differs after death at step {step}"
        assert sum(1 for _ in read_rows(folder / name)) == kept
    assert step > 30
