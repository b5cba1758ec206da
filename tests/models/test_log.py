"""The request log: what it keeps, and what it refuses to be."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import reweave
from reweave.errors import RunError
from reweave.models import RequestLog, Token
from reweave.models.answers import Completion
from reweave.models.log import Attempt

SAID = Completion(
    text="x\u2028\0é",
    finish_reason="stop",
    prompt_tokens=3,
    logprobs=(Token("x", -1.5, {"y": -2.0}),),
    seconds=0.5,
)


def attempt(key=b"k", samples=(0,), completions=(SAID,), **values):
    values = {"began": 1.0, "seconds": 2.0, "outcome": "answer", "request": b"{}"} | values
    return Attempt(key=key, samples=samples, completions=completions, **values)


def test_kept(tmp_path):
    """What was written is there again after closing, exactly, with tokens and counts."""
    path = tmp_path / "log"
    with RequestLog(path) as log:
        log.write(
            attempt(samples=(4, 5), completions=(SAID, SAID), prompt_tokens=3, completion_tokens=9)
        ).result()
        log.write(attempt(outcome="timeout", completions=())).result()
    for _ in range(2):
        with RequestLog(path) as log:
            assert log.answers(b"k", range(10)) == {4: SAID, 5: SAID}
            assert log.answers(b"k", range(5, 6)) == {5: SAID}
            assert log.answers(b"l", range(10)) == {}
            assert log.outcomes() == {"answer": 1, "timeout": 1}
            assert (log.usage().requests, log.usage().completion_tokens) == (2, 9)


def test_first_answer_stays(tmp_path):
    """A sample that has an answer keeps it."""
    other = Completion(text="other", finish_reason="stop")
    with RequestLog(tmp_path / "log") as log:
        log.write(attempt())
        log.write(attempt(completions=(other,))).result()
        assert log.answers(b"k", [0]) == {0: SAID}


def test_closed(tmp_path):
    """Closing twice is nothing; writing after it is an error, not a wait."""
    log = RequestLog(tmp_path / "log")
    log.close()
    log.close()
    with pytest.raises(RunError, match="is closed"):
        log.write(attempt()).result(timeout=5)


def test_everything_is_written_at_closing(tmp_path):
    """Closing waits for what was given, however much it is."""
    with RequestLog(tmp_path / "log") as log:
        for number in range(3000):
            log.write(attempt(key=b"%d" % number))
    with RequestLog(tmp_path / "log") as log:
        assert log.outcomes() == {"answer": 3000}


def test_one_writer(tmp_path):
    """A second writer is refused, in this process and in another."""
    with RequestLog(tmp_path / "log"):
        with pytest.raises(RunError, match="already writing"):
            RequestLog(tmp_path / "log")
        code = f"from reweave.models import RequestLog\nRequestLog({str(tmp_path / 'log')!r})"
        env = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.returncode == 1
    assert f"another process (id {os.getpid()})" in done.stderr


def test_another_file(tmp_path):
    """A file that is no log is refused and left as it is."""
    text, database = tmp_path / "notes.txt", tmp_path / "notes.db"
    text.write_text("my notes")
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE notes (note)")
    connection.close()
    for path, message in ((text, "no SQLite file"), (database, "another program's database")):
        before = path.read_bytes()
        with pytest.raises(RunError, match=message):
            RequestLog(path)
        assert path.read_bytes() == before
    with pytest.raises(RunError, match="cannot"):
        RequestLog(tmp_path)
    with pytest.raises(RunError, match="cannot"):
        RequestLog(tmp_path / "nowhere" / "log")


def test_another_format(tmp_path):
    """A log of a later format is refused."""
    RequestLog(tmp_path / "log").close()
    connection = sqlite3.connect(tmp_path / "log")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RunError, match="has format 99"):
        RequestLog(tmp_path / "log")


@pytest.mark.parametrize("damage", ["cut", "overwritten", "header"])
def test_damaged(tmp_path, damage):
    """A damaged log is refused with what to do, whichever part is damaged."""
    path = tmp_path / "log"
    with RequestLog(path) as log:
        for number in range(300):
            log.write(attempt(key=b"%d" % number, request=b"x" * 500))
    size = path.stat().st_size
    with path.open("r+b") as file:
        if damage == "cut":
            file.truncate(size // 2)
        elif damage == "overwritten":
            file.seek(size // 2)
            file.write(b"\xff" * 20_000)
        else:
            file.seek(16)
            file.write(b"\xff" * 60)
    with pytest.raises(RunError, match=r"is damaged, move it away .* `sqlite3 log \.recover`"):
        RequestLog(path)


def test_empty_file(tmp_path):
    """An empty file, as a kill in the first moment leaves it, becomes a log."""
    (tmp_path / "log").touch()
    sqlite3.connect(tmp_path / "wal", isolation_level=None).execute(
        "PRAGMA journal_mode = WAL"
    ).connection.close()
    for name in ("log", "wal"):
        with RequestLog(tmp_path / name) as log:
            log.write(attempt()).result()
            assert log.answers(b"k", [0]) == {0: SAID}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's resource limits")
def test_disk_full(tmp_path):
    """A disk that is full is an error to whoever waits, and what was written before is kept."""
    code = f"""
import resource, signal
from reweave.errors import RunError
from reweave.models.answers import Completion
from reweave.models import RequestLog
from reweave.models.log import Attempt
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
written = 0
with RequestLog({str(tmp_path / "log")!r}) as log:
    for sample in range(1000):
        said = Completion(text="x" * 5000, finish_reason="stop")
        attempt = Attempt(key=b"k", request=b"r", samples=[sample], began=0, seconds=0, outcome="answer",
                          completions=[said])
        try:
            log.write(attempt).result()
        except RunError as error:
            print(written, "make room" in str(error))
            break
        written += 1
"""
    env = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    written, said = done.stdout.split()
    assert (int(written) > 5, said) == (True, "True"), done.stderr
    with RequestLog(tmp_path / "log") as log:
        assert len(log.answers(b"k", range(1000))) == int(written)
