"""Thousands of samples, honest ones among bombs: every honest answer right, nothing left behind.

Fifteen hundred here; ``make soak`` sets REWEAVE_SOAK for twenty thousand.
"""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from reweave.sandbox import Call, CallsJob, Limits, Returned, Sandbox

COUNT = int(os.environ.get("REWEAVE_SOAK", "1500"))
EACH = COUNT // 1000  # bombs of a kind
LIFETIME = COUNT // 8  # so that fork servers are replaced on the way, twice or more by each worker
HONEST = "def f(n):\n    return [n, n * n, str(n)]\n"
BOMBS = {
    "forks": "import os\ndef f(n):\n    while True:\n        try: os.fork()\n        except OSError: pass\n",
    "threads": (
        "import threading, time\ndef f(n):\n"
        "    while True:\n"
        "        try: threading.Thread(target=time.sleep, args=(9,)).start()\n"
        "        except RuntimeError: time.sleep(0.01)\n"
    ),
    "memory": "def f(n):\n    hold = []\n    while True: hold.append(bytearray(b'x' * (1 << 22)))\n",
    "output": "def f(n):\n    while True: print('x' * 10_000)\n",
    "results": "def f(n): return 'x' * (1 << 26)\n",
    "disk": (
        "def f(n):\n    i = 0\n    while True:\n"
        "        i += 1\n        open(f'f{i}', 'wb').write(bytes(1 << 20))\n"
    ),
    "files": "def f(n):\n    i = 0\n    while True:\n        i += 1\n        open(f'f{i}', 'w').close()\n",
    "sleep": "import time\ndef f(n): time.sleep(60)\n",
    "spin": "def f(n):\n    while True: pass\n",
    "stop": "import os, signal\ndef f(n): os.kill(os.getpid(), signal.SIGSTOP)\n",
    "signals": (
        "import os, signal\ndef f(n):\n"
        "    os.kill(0, signal.SIGKILL)\n    os.kill(-1, signal.SIGKILL)\n    os._exit(1)\n"
    ),
    "daemon": (
        "import os, time\ndef f(n):\n"
        "    if os.fork() == 0:\n        os.setsid()\n"
        "        if os.fork() == 0:\n            time.sleep(60)\n        os._exit(0)\n"
        "    os._exit(0)\n"
    ),
    "crash": "import ctypes\ndef f(n): ctypes.string_at(0)\n",
    "recursion": "def f(n):\n    import sys\n    sys.setrecursionlimit(10**9)\n    return f(n)\n",
}  # fmt: skip


def left_behind():
    """Give what this process holds of a sandbox: processes below it and their namespaces."""
    processes, namespaces, ask = set(), set(), [os.getpid()]
    while ask:
        pid = ask.pop()
        try:
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            namespaces |= {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in ("pid", "user", "mnt")}
        except OSError:
            continue
        processes |= set(found)
        ask += found
    return processes, namespaces


@pytest.mark.slow
def test_soak(box):
    """One bomb of each kind in about a thousand honest samples, in random order."""
    before = left_behind()
    source = random.Random(5)
    kinds = [None] * (COUNT - len(BOMBS) * EACH) + list(BOMBS) * EACH
    source.shuffle(kinds)
    limits = Limits(wall=0.4, memory=96 << 20, disk=8 << 20, output=1 << 18, result=1 << 20, processes=24)
    honest = Limits(wall=20.0)
    reasons = Counter()
    wrong = []
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    with Sandbox(tier=box.tier, workers=2, lifetime=LIFETIME) as own:
        jobs = (
            CallsJob(
                BOMBS.get(kind, HONEST), [Call("f", [n])], limits=limits if kind else honest, tag=(n, kind)
            )
            for n, kind in enumerate(kinds)
        )
        for run in own.map(jobs):
            n, kind = run.tag
            if kind is None:
                if not (run.passed and run.calls == (Returned([n, n * n, str(n)]),)):
                    wrong.append(run)
            else:
                reasons[kind, run.reason] += 1
        assert 2 <= own._pool.restarts <= COUNT // LIFETIME + 1  # only their time was up
        assert own.run(HONEST, [Call("f", [3])]).calls == (Returned([3, 9, "3"]),)
    assert wrong == []
    assert sum(reasons.values()) == len(BOMBS) * EACH
    assert not [key for key in reasons if key[1] == "harness-error"], reasons
    ends = {kind: {reason for each, reason in reasons if each == kind} for kind in BOMBS}
    assert ends["sleep"] == ends["spin"] == {"timeout"}
    assert ends["stop"] <= {"passed", "timeout"}  # the first process of a namespace cannot stop itself
    assert ends["output"] == {"output"}
    assert ends["daemon"] == {"crashed"}
    assert ends["memory"] <= {"passed", "memory", "timeout"}  # a MemoryError is the call's own outcome
    assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors
    after = left_behind()
    assert after[0] <= before[0]
    assert after[1] <= before[1]
