"""The live line: drawn on a terminal, written now and then elsewhere."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import reweave
from reweave.models import Progress, Usage

ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1]), "TERM": "xterm"}
CODE = """
import time
from reweave.models import LiveLine, Progress, Usage
from reweave.models import live
live._LINE_EVERY = 0.05
with LiveLine() as line:
    for done in range(4):
        time.sleep(0.11)
        line(Progress(total=4, answers=done, cached=0, failures={}, failed_attempts={},
                      usage=Usage(done, 0, done), cost=None, seconds=1.0))
"""


def test_elsewhere():
    """Where nobody looks, whole lines go to stderr and nothing to stdout."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, env=ENV, check=True)
    assert done.stdout == ""
    assert [line[:14] for line in done.stderr.splitlines()] == [f"{i} of 4 samples" for i in range(4)]


def test_on_a_terminal():
    """On a terminal one line is drawn over itself."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", CODE], stderr=theirs, env=ENV)
    os.close(theirs)
    drawn = b""
    try:
        while piece := os.read(ours, 4096):
            drawn += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    assert b"3 of 4 samples" in drawn
    assert b"\x1b[" in drawn


def test_time_left():
    """The time left follows from what was asked, not from what the log gave."""
    progress = Progress(
        total=100, answers=20, cached=40, failures={"timeout": 5}, failed_attempts={"timeout": 9},
        usage=Usage(29, 100, 500), cost=None, seconds=50.0,
    )  # fmt: skip
    assert (progress.done, progress.tokens_per_second, progress.seconds_left) == (65, 10.0, 70.0)
