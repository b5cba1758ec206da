"""Processes killed by SIGKILL while samples run: nothing is lost, nothing is left running."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reweave.sandbox import Call, CallsJob, Limits, Returned, Sandbox

SLOW = "import time\ndef f(n):\n    time.sleep(0.05)\n    return n\n"
SLEEP = "import time\ndef f(s):\n    time.sleep(s)\n    return s\n"

PARENT = """
import sys
from reweave.sandbox import Call, CallsJob, Limits, Sandbox

program = '''
import os, subprocess, time
def f():
    if os.fork() == 0:
        os.setsid()
        time.sleep(120)
    subprocess.Popen(["sleep", "120"])
    time.sleep(120)
'''
with Sandbox(tier=sys.argv[1], workers=2, limits=Limits(wall=100)) as box:
    jobs = [CallsJob("x = 1", []), *[CallsJob(program, [Call("f")])] * 20]
    results = box.map(jobs, ordered=False)
    next(results)
    print("running", flush=True)
    list(results)
"""


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid):
    """Give every process below one: pid to start time, which tells it from a later one of the same number."""
    found, ask = {}, [pid]
    while ask:
        for child in children(ask.pop()):
            if (begun := start_time(child)) is not None:
                found[child] = begun
                ask.append(child)
    return found


def start_time(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def zygotes():
    """Give the fork servers of this process: what each ring's first process has started."""
    own = os.getpid()
    firsts = [pid for pid in children(own) if b"bwrap" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return [child for pid in firsts for child in children(pid)]


def until(condition, seconds=20.0):
    """Wait for a condition; give whether it came to be."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def own(box):
    """A sandbox of this test's own, in the default tier, whose rings may be killed."""
    if box.tier != "default":
        pytest.skip("rings are found by their bubblewrap")
    with Sandbox(tier="default", workers=2, limits=Limits(wall=20)) as sandbox:
        yield sandbox


def test_samples_of_a_killed_zygote_are_run_again(box):
    """Zygotes are killed again and again; every answer comes, right and in order."""
    if box.tier != "default":
        pytest.skip("rings are found by their bubblewrap")
    count, kills = 150, 0
    with Sandbox(tier="default", workers=2, limits=Limits(wall=20)) as own:
        mine = set()
        answers = []
        for run in own.map(CallsJob(SLOW, [Call("f", [n])]) for n in range(count)):
            answers.append(run)
            if len(answers) % 40 == 10:
                mine = set(zygotes()) & {
                    child for slot in own._pool.slots for child in children(slot.ring.process.pid)
                }
                for pid in mine:
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
    assert kills >= 4
    assert all(run.passed for run in answers), [run for run in answers if not run.passed]
    assert [run.calls for run in answers] == [(Returned(n),) for n in range(count)]


def test_a_sample_whose_zygote_always_dies_is_a_harness_error(own):
    """Tried twice, then given back with a reason that says nothing of the program."""
    stop = threading.Event()
    killed = []

    def killer():
        while not stop.is_set():
            for slot in list(own._pool.slots):
                if slot.held:
                    for pid in children(slot.ring.process.pid):
                        time.sleep(0.3)
                        killed.append(pid)
                        try:
                            os.kill(pid, signal.SIGKILL)
                        except ProcessLookupError:
                            killed.pop()
            time.sleep(0.05)

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        run = own.run(SLEEP, [Call("f", [10.0])])
    finally:
        stop.set()
        thread.join()
    assert run.reason == "harness-error"
    assert "died under it 2 times" in run.detail
    assert len(killed) >= 2
    assert own.run(SLEEP, [Call("f", [0.0])]).passed


def test_a_killed_ring_leaves_no_process(own):
    """The kernel ends everything below the zygote with it."""
    results = own.map(
        [CallsJob(SLEEP, [Call("f", [0.0])]), *[CallsJob(SLEEP, [Call("f", [5.0])])] * 2], ordered=False
    )
    next(results)
    ring = own._pool.slots[0].ring.process.pid
    assert until(lambda: own._pool.step(0.05) or len(descendants(ring)) >= 2)  # the zygote and a sample
    below = descendants(ring)
    for pid in children(ring):
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: not any(start_time(pid) == begun for pid, begun in below.items()))
    assert [run.passed for run in results] == [True, True]


@pytest.mark.parametrize("tier", ["default", "reduced"])
def test_a_killed_parent_leaves_nothing_running(tier):
    """SIGKILL of the harness: rings, zygotes, samples and what these have started end, folders too."""
    from reweave.sandbox.interpreter import interpreter
    from reweave.sandbox.tiers import problem_with

    if (problem := problem_with(tier, interpreter())) is not None:
        pytest.skip(problem)
    with subprocess.Popen([sys.executable, "-c", PARENT, tier], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "running\n"
        assert until(lambda: len(descendants(parent.pid)) >= 6)
        below = descendants(parent.pid)
        parent.kill()
    assert until(lambda: not any(start_time(pid) == begun for pid, begun in below.items())), below
    folders = tuple(f"reweave-sandbox-{pid}-" for pid in below)
    assert until(lambda: not [path for path in Path("/tmp").iterdir() if path.name.startswith(folders)])


def test_a_killed_zygote_of_the_reduced_tier_leaves_nothing_running():
    """Without a pid namespace somebody else ends what the sample had started."""
    from reweave.sandbox.interpreter import interpreter
    from reweave.sandbox.tiers import problem_with

    if (problem := problem_with("reduced", interpreter())) is not None:
        pytest.skip(problem)
    program = "import os, time\ndef f():\n    if os.fork() == 0:\n        os.setsid()\n    time.sleep(100)\n"
    with Sandbox(tier="reduced", workers=1, limits=Limits(wall=3)) as box:
        results = box.map([CallsJob("", []), CallsJob(program, [Call("f")])])
        assert next(results).passed
        ring = box._pool.slots[0].ring.process.pid
        assert until(lambda: box._pool.step(0.05) or len(descendants(ring)) >= 3)
        below = descendants(ring)
        [zygote] = children(ring)
        os.kill(zygote, signal.SIGKILL)
        assert until(lambda: not any(start_time(pid) == begun for pid, begun in below.items())), below
        assert [run.reason for run in results] == ["timeout"]  # run once more, by another zygote
