"""A complete run made again: from its first record, to other rows, in the same folder."""

import contextlib
from pathlib import Path

import orjson
import pytest

from reweave.errors import RunError
from reweave.storage import Run, forget, read_rows

SHARDS = {"shard_records": 2, "shard_suffix": ".jsonl"}


def write(out, word, **options):
    with Run.open(out, config={"a": 1}, source={}, **options) as run:
        start = run.next
        for number in range(start, 4):
            run.append(orjson.dumps({"id": number, "word": word}) + b"\n", b"{}\n", 1)
            run.checkpoint({"at": number})
        run.finish({"word": word})
    return start


@pytest.mark.parametrize(
    ("name", "options"), [("a.jsonl", {}), ("a.jsonl.zst", {}), ("a.parquet", {}), ("folder", SHARDS)]
)
def test_made_again(tmp_path, name, options):
    """The next start begins at the first record; what else lies in the run directory stays."""
    out = tmp_path / name
    assert write(out, "first", **options) == 0
    assert write(out, "second", **options) == 4
    log = tmp_path / f"{name}.run" / "kept.sqlite"
    log.write_text("mine")
    forget(out)
    assert write(out, "third", **options) == 0
    assert [row["word"] for row in read_rows(out)] == ["third"] * 4
    assert (tmp_path / f"{name}.run" / "rejects.jsonl").read_bytes() == b"{}\n" * 4
    assert log.read_text() == "mine"


@pytest.mark.parametrize(("name", "options"), [("a.jsonl.zst", {}), ("folder", SHARDS)])
@pytest.mark.parametrize("killed_at", [0, 1, 2])
def test_killed_within(tmp_path, monkeypatch, name, options, killed_at):
    """Killed (by a planted error) before any of its steps, the run is complete, or begins again: no third."""
    out, steps = tmp_path / name, iter(range(99))
    write(out, "first", **options)

    def planted(step):
        def stop(path, *arguments, **more):
            if path.name in {"manifest.json", name, ".journal"} and next(steps) == killed_at:
                raise KeyboardInterrupt
            return step(path, *arguments, **more)

        return stop

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", planted(Path.unlink))
        patch.setattr(Path, "replace", planted(Path.replace))
        with contextlib.suppress(KeyboardInterrupt):
            forget(out)
    start = write(out, "second", **options)
    assert start in {0, 4}
    assert [row["word"] for row in read_rows(out)] == [{0: "second", 4: "first"}[start]] * 4


def test_one_writer(tmp_path):
    """A run that somebody writes is left alone."""
    with Run.open(tmp_path / "a.jsonl", config={}, source={}), pytest.raises(RunError, match="writing"):
        forget(tmp_path / "a.jsonl")
