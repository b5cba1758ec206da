"""What the tests of pretraining share: a tokenizer, small sources, whole runs in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from preloaded import Preloaded
from reweave.storage import open_source


@pytest.fixture(scope="session")
def texts():
    """Some hundred kilobytes of real Python."""
    found = []
    for name in ("json", "email", "asyncio"):
        found += [orjson.loads(row)["program"] for row in open_source(f"package:{name}").rows()]
    return found


@pytest.fixture(scope="session")
def tokenizer(texts):
    """A tokenizer of 1,024 tokens, trained on them."""
    pytest.importorskip("transformers", reason="the extra train is not installed")
    from reweave.train.pretrain import train_tokenizer

    return train_tokenizer(texts, 1024, context=128)


@pytest.fixture
def write_rows(tmp_path):
    """A function that writes rows as JSON lines."""

    def write(rows, name="rows.jsonl"):
        path = tmp_path / name
        path.write_bytes(
            b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)
        )
        return path

    return write


@pytest.fixture
def start():
    """A function that starts a Python process which may be killed; warnings are errors in it, as here."""
    started = []

    def run(*arguments, launcher=("-W", "error")):
        if launcher and arguments[:2] == ("-m", "reweave"):
            started.append(Preloaded(*arguments[2:], strict=True))
            return started[-1]
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [sys.executable, *launcher, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def finish(start):
    """A function that runs such a process to its end."""

    def run(*arguments, **keywords):
        process = start(*arguments, **keywords)
        out, error = process.communicate(timeout=600)
        assert process.returncode == 0, error
        return out

    return run


@pytest.fixture
def curve():
    """A function that reads a loss curve, without what was timed."""

    def read(run):
        lines = map(json.loads, Path(run, "losses.jsonl").read_text().splitlines())
        timed = {"tokens_per_second", "mfu", "seconds"}
        return [{key: value for key, value in line.items() if key not in timed} for line in lines]

    return read
