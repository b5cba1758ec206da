"""The rule for files and the network, by the text of a program."""

import pytest

from reweave.ground.trace.files import touches_files


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("open('x')", "line 1: open"),
        ("a = 1\nwith io.open(p) as f: pass", "line 2: open"),
        ("import os.path", "imports os.path"),
        ("from pathlib import Path", "imports pathlib"),
        ("def f():\n    import urllib.request", "imports urllib.request"),
        ("import requests as r", "imports requests"),
        ("__import__('socket')", "imports socket"),
        ("df = pd.read_csv('a.csv')", "line 1: read_csv"),
        ("df = pd.read_csv(filepath_or_buffer=p)", "line 1: read_csv"),
        ("df.to_csv('a.csv')", "line 1: to_csv"),
        ("df.to_csv(path_or_buf=p)", "line 1: to_csv"),
        ("df.to_parquet('p')", "line 1: to_parquet"),
        ("df.to_pickle('p')", "line 1: to_pickle"),
        ("np.savetxt('a', x)", "line 1: savetxt"),
        ("np.load('a.npy')", "line 1: load"),
        ("x.tofile('a')", "line 1: tofile"),
        ("plt.savefig('a.png')", "line 1: savefig"),
    ],
)
def test_touches(program, words):
    """What reads or writes files, or talks to others, is named with its place."""
    assert touches_files(program) == words


@pytest.mark.parametrize(
    "program",
    [
        "import numpy as np, pandas as pd, io, math, oslo",
        "text = df.to_csv()",
        "text = df.to_csv(None, index=False)",
        "text = df.to_json(orient='records')",
        "df.to_dict(); df.to_numpy(); s.to_frame(); pd.to_datetime(s)",
        "df = pd.read_csv(io.StringIO('a,b'))",
        "buffer = io.StringIO('a,b')\ndf = pd.read_csv(buffer)",
        "model.load('x'); shop.open",
        "a = [1]\na.append(2)",
    ],
)
def test_touches_nothing(program):
    """Text in memory is no file, and names that are like others' are not theirs."""
    assert touches_files(program) is None


def test_the_context_has_the_text():
    """A name that the context bound to text in memory may be read."""
    assert touches_files("df = pd.read_csv(data)", "data = io.StringIO('a,b')") is None
    assert touches_files("df = pd.read_csv(data)", "data = 'a.csv'") == "line 1: read_csv"
    assert touches_files("df = pd.read_csv(data)", "data =") == "line 1: read_csv"
