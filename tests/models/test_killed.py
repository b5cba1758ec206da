"""Client and server killed mid-way: nothing but what was under way is asked twice; answers are the same."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import reweave
from reweave.models import RequestLog

from . import asker

CONCURRENCY = 8
ENV = os.environ | {"PYTHONPATH": str(Path(reweave.__file__).parents[1])}


def start(server, folder):
    command = [sys.executable, asker.__file__, server.url, folder / "requests.sqlite", folder / "outcomes"]
    return subprocess.Popen([*map(str, command), str(CONCURRENCY)], env=ENV)


def lines(folder):
    path = folder / "outcomes"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def answers(folder):
    """Outcomes in order, without whether they came from the log."""
    return sorted(line.rpartition(" ")[0] for line in lines(folder))


def wait_for(condition, process):
    while not condition():
        assert process.poll() is None, "the client ended early"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return tmp_path_factory.mktemp("undisturbed")


@pytest.fixture
def expected(serve, undisturbed):
    if not lines(undisturbed):
        assert start(serve(), undisturbed).wait() == 0
    assert len(answers(undisturbed)) == asker.PROMPTS * asker.N
    return answers(undisturbed)


def repeats(server):
    """How many requests were sent more than once."""
    times = Counter((r["prompt"], r["seed"]) for r in server.requests())
    return sum(times.values()) - len(times)


@pytest.mark.parametrize("at", [3, 150, 400])
def test_client_killed(serve, expected, tmp_path, at):
    """A killed client repeats no more than it had under way, and what it had shown comes from the log."""
    server = serve(delay=0.005)
    client = start(server, tmp_path)
    wait_for(lambda: len(lines(tmp_path)) >= at, client)
    client.send_signal(signal.SIGKILL)
    client.wait()
    shown = set(answers(tmp_path)[:at])
    seen = len(server.requests())
    assert seen < len(expected)
    assert start(server, tmp_path).wait() == 0
    assert answers(tmp_path) == expected
    assert repeats(server) <= CONCURRENCY
    assert len(server.requests()) == len(expected) + repeats(server)
    from_log = {line.rpartition(" ")[0] for line in lines(tmp_path) if line.endswith(" True")}
    assert shown <= from_log


def test_client_killed_often(serve, expected, tmp_path):
    """Killed six times at odd moments, the repeats are bounded by what was under way each time."""
    server = serve(delay=0.005)
    for kill in range(6):
        client, seen = start(server, tmp_path), len(server.requests())
        wait_for(lambda seen=seen: len(server.requests()) > seen + 40, client)
        time.sleep(0.003 * kill)
        client.kill()
        client.wait()
    assert start(server, tmp_path).wait() == 0
    assert answers(tmp_path) == expected
    assert repeats(server) <= 6 * CONCURRENCY


def test_both_killed(serve, expected, tmp_path):
    """The server dies and comes back, the client dies too: the same answers, bounded repeats."""
    server = serve(delay=0.005)
    client = start(server, tmp_path)
    wait_for(lambda: len(lines(tmp_path)) >= 100, client)
    server.kill()
    time.sleep(0.2)
    server.start()
    wait_for(lambda: len(lines(tmp_path)) >= 250, client)
    client.kill()
    client.wait()
    server.kill()
    client = start(server, tmp_path)
    wait_for(lambda: len(lines(tmp_path)) >= 250 - CONCURRENCY, client)
    server.start()
    assert client.wait() == 0
    assert answers(tmp_path) == expected
    assert repeats(server) <= 2 * CONCURRENCY
    with RequestLog(tmp_path / "requests.sqlite") as log:
        outcomes = log.outcomes()
    assert outcomes["answer"] == len(expected)
    assert outcomes["connection"] > 0
    assert outcomes.keys() <= {"answer", "connection", "truncated"}
