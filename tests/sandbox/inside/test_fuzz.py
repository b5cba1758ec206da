"""Hostile bytes at everything that reads what a sample wrote, in processes whose memory is capped.

A hundred thousand inputs here; ``make soak`` sets REWEAVE_FUZZ for a million.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUZZER = Path(__file__).with_name("fuzzer.py")
COUNT = int(os.environ.get("REWEAVE_FUZZ", "100000"))


def fuzz(what, *counts):
    """Run one fuzzer a count, at once; each must end by itself and have had both bad data and good."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(FUZZER), what, str(seed), str(count)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed, count in enumerate(counts)
    ]
    for run, count in zip(runs, counts, strict=True):
        out, error = run.communicate()
        assert run.returncode == 0, error[-3000:]
        bad, good = map(int, out.split())
        assert bad + good == count
        assert bad > count // 10
        assert good > count // 200


@pytest.mark.slow
def test_plain_frames_channel():
    """Hostile inputs give values or BadData: no other exception, no crash, little memory."""
    fuzz("plain", COUNT // 2, COUNT // 2)


@pytest.mark.slow
def test_arrays():
    """Twenty thousand mutated arrays and frames give objects or BadData likewise."""
    pytest.importorskip("pandas")
    fuzz("arrays", 10_000, 10_000)
