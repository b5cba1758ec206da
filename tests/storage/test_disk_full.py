"""A disk that fills up: one sentence, nothing lost, and the run goes on when there is room."""

import os
import random
import shutil
import subprocess
import sys

import orjson
import pytest

from reweave.errors import RunError
from reweave.storage import Run, read_rows

from .test_kill import ENV


def row(number):
    """A row of 3 kB that does not compress to less than half."""
    return orjson.dumps({"id": str(number), "program": random.Random(number).randbytes(1500).hex()}) + b"\n"


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run([shutil.which("umount"), disk], check=True)


def start(out):
    return Run.open(out, config={}, source={})


def fill(run, records):
    while run.next < records:
        run.append(row(run.next), b"", 1)
        if run.next % 10 == 0:
            run.checkpoint({"n": run.next})


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_full_disk(small_disk, name):
    """When rows do not fit, the message names the file and the record, and a restart with more room works."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(800_000))
    out = small_disk / name
    with (
        start(out) as run,
        pytest.raises(RunError, match=r"cannot write [\d,]+ bytes to .*goes on from record") as caught,
    ):
        fill(run, 200)
    assert not out.exists()
    with pytest.raises(RunError, match="goes on from record"):
        run.append(row(run.next), b"", 1)
    reached = int(str(caught.value).rpartition(" ")[2])
    assert 0 < reached < 200
    ballast.unlink()
    with start(out) as run:
        assert run.next == reached == run.state["n"]
        fill(run, 120)
        run.finish({})
    assert sum(1 for _ in read_rows(out)) == 120
    assert not [path for path in small_disk.rglob("*") if path.name.endswith(".tmp")]


def test_full_at_the_end(small_disk):
    """When only the final form does not fit, the next start finishes it without redoing a record."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(650_000))
    out = small_disk / "a.jsonl.gz"
    with start(out) as run:
        fill(run, 100)
        with pytest.raises(RunError, match=r"a\.jsonl\.gz: No space left"):
            run.finish({"done": True})
    assert not out.exists()
    ballast.unlink()
    with start(out) as run:
        assert run.complete
        assert run.manifest.statistics == {"done": True}
    assert sum(1 for _ in read_rows(out)) == 100


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_file_size_limit(tmp_path):
    """A limit on file size is told like a full disk, and a restart without it goes on."""
    out = tmp_path / "a.jsonl"
    code = (
        "import resource; from pathlib import Path; from reweave.storage import Run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        f"with Run.open(Path({str(out)!r}), config={{}}, source={{}}) as run:\n"
        "    while True:\n"
        "        run.append(b'{\"a\": 1}' * 10 + b'\\n', b'', 1)\n"
        "        if run.next % 100 == 0: run.checkpoint({})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=ENV, capture_output=True, text=True)
    assert "File too large. Started again, the run goes on from record 600" in done.stderr
    with start(out) as run:
        assert run.next == 600
