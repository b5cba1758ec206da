"""The strong tier: the same promises, with the zygote inside gVisor."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reweave.errors import SandboxError
from reweave.sandbox import Call, CallsJob, Limits, Raised, Returned, Sandbox
from reweave.sandbox.interpreter import interpreter
from reweave.sandbox.plans import plan
from reweave.sandbox.ring import descendants
from reweave.sandbox.tiers import ORDER, problem_with

ADD = "def add(a, b):\n    return a + b\n"
LIMITS = Limits(wall=20.0)


@pytest.fixture(scope="module")
def strong():
    if shutil.which("runsc") is None:
        pytest.skip("gVisor is not installed (runsc)")
    if (problem := problem_with("strong", interpreter())) is not None:
        pytest.skip(problem)
    with Sandbox(tier="strong", workers=1, limits=LIMITS) as sandbox:
        yield sandbox


def below(pid):
    """Give every process below one: pid to start time, which tells it from a later one of the same number."""
    return {child: begun for child in descendants(pid)[1:] if (begun := start_time(child)) is not None}


def start_time(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def gone(processes, seconds=20.0):
    """Wait until none of these processes is left; say whether it came to that."""
    end = time.monotonic() + seconds
    while any(start_time(pid) == begun for pid, begun in processes.items()):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_it_is_taken_only_when_asked_for():
    """Whoever has not asked for gVisor does not pay for it."""
    assert "strong" not in ORDER


def test_without_runsc_the_message_says_what_to_install(monkeypatch, tmp_path):
    """It is refused by name, never silently replaced by a weaker tier."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="apt-get install runsc"):
        plan("strong", interpreter(), ())


def test_calls_give_values_exceptions_and_output(strong):
    """What crosses by descriptors elsewhere crosses by the relay here."""
    program = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n" + ADD
    run = strong.run(program, [Call("add", (1, 2)), Call("add", (1, "x"))])
    assert (run.reason, run.tier, run.stdout, run.stderr) == ("passed", "strong", "out\n", "err\n")
    assert run.calls[0] == Returned(3)
    assert isinstance(run.calls[1], Raised)
    assert run.calls[1].type == "TypeError"


def test_standard_input_and_cells_arrive(strong):
    """Every kind of request has its files."""
    assert strong.run_stdin("print(input() * 2)\n", "ab\n").stdout == "abab\n"
    assert strong.run_cells(["x = 1", "x + 1"]).cells[1].outcome == Returned(2)


def test_samples_find_pandas_imported(strong):
    """The zygote that has it has one thread: gVisor gives no other a pid namespace."""
    pytest.importorskip("pandas")
    program = """
import sys
loaded = "pandas" in sys.modules
import pandas
def f():
    return loaded, int(pandas.Series([1, 2]).sum())
"""
    with Sandbox(tier="strong", workers=1, zygote="data", limits=LIMITS) as own:
        assert own.run(program, [Call("f")]).calls == (Returned((True, 3)),)


def test_millions_of_bytes_cross_both_ways_at_once(strong):
    """Neither side waits for the other to read."""
    big = "a" * 3_000_000
    jobs = [CallsJob("def same(x):\n    return x\n", [Call("same", (big + str(n),))]) for n in range(4)]
    assert [run.calls for run in strong.map(jobs)] == [(Returned(big + str(n)),) for n in range(4)]


def test_results_and_output_are_cut_at_their_limits(strong):
    """What is past a limit does not leave the sandbox, and the run says so."""
    run = strong.run(
        "print('x' * 5000)\nimport time\ntime.sleep(9)\n", [], limits=Limits(wall=20, output=1000)
    )
    assert (run.reason, run.stdout) == ("output", "x" * 1000)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("while True: pass", "timeout"),
        ("import time\ntime.sleep(60)", "timeout"),
        ("x = bytearray(400 << 20)", "memory"),
        ("import os, time\nfor _ in range(4): os.fork()\nx = b'x' * (30 << 20)\ntime.sleep(60)", "memory"),
        ("with open('/tmp/x', 'wb') as file:\n    while True: file.write(bytes(1 << 20))", "failed"),
        ("import os\nos._exit(0)", "crashed"),
        ("import os\nos.kill(os.getppid(), 9)", "crashed"),
    ],
)
def test_a_sample_that_asks_for_too_much_is_ended_alone(strong, program, reason):
    """Each ends for its reason, in the ring that runs the next one."""
    restarts = strong._pool.restarts
    limits = Limits(wall=2.0, memory=100 << 20, disk=10 << 20, processes=20)
    run = strong.run(program, [Call("f")], limits=limits)
    assert run.reason == reason, run
    assert strong.run(ADD, [Call("add", (1, 2))]).calls == (Returned(3),)
    assert strong._pool.restarts == restarts


def test_processes_are_counted(strong):
    """A fork past the limit is refused, as Linux does it."""
    limits = Limits(wall=10.0, processes=10)
    run = strong.run("import os\nwhile True: os.fork()\n", [], limits=limits)
    assert (run.reason, run.detail.partition(":")[0]) == ("failed", "BlockingIOError")


def test_what_a_sample_leaves_running_ends_with_it(strong):
    """Its pid namespace ends when it does: the next sample is alone, and its user has no process."""
    leave = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
"""
    alone = "import os\ndef f(): return [name for name in os.listdir('/proc') if name.isdigit()]\n"
    fork = "import os\ndef f():\n    if os.fork() == 0: os._exit(0)\n    return os.wait()[1]\n"
    for _ in range(4):
        assert strong.run(leave, []).passed
    assert strong.run(alone, [Call("f")]).calls == (Returned(["1"]),)
    assert strong.run(fork, [Call("f")], limits=Limits(wall=20, processes=2)).calls == (Returned(0),)


def test_there_is_no_network(strong):
    """Loopback is all there is, and nothing of the host listens on it."""
    program = """
import socket
def f(address):
    with socket.socket() as tried:
        tried.settimeout(1)
        tried.connect(tuple(address))
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        addresses = [["192.0.2.1", 9], list(server.getsockname())]
        run = strong.run(program, [Call("f", (address,)) for address in addresses])
    assert [call.type for call in run.calls] == ["OSError", "ConnectionRefusedError"]


def test_nothing_of_the_host_is_seen(strong, tmp_path, monkeypatch):
    """No file but the interpreter's and the system's, none of it writable; no environment; no process."""
    secret = tmp_path / "secret"
    secret.write_text("host")
    monkeypatch.setenv("REWEAVE_SECRET", "host")
    program = """
import os
def exists(path): return os.path.exists(path)
def writable():
    found = []
    for folder in ("/", "/usr", "/etc", "/run", "/dev", "/proc", os.path.dirname(os.__file__), "/sys"):
        try:
            os.close(os.open(folder + "/reweave-left", os.O_WRONLY | os.O_CREAT))
            found.append(folder)
        except OSError:
            pass
    return found
def environment(): return "REWEAVE_SECRET" in os.environ
def power():
    (held,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff"))
    return int(held, 16), os.getuid()
"""
    paths = [str(secret), "/etc/shadow", "/home", "/var", "/sides/0"]
    calls = [
        *(Call("exists", (path,)) for path in paths),
        Call("writable"),
        Call("environment"),
        Call("power"),
    ]
    answers = [call.value for call in strong.run(program, calls).calls]
    assert answers == [False] * len(paths) + [[], False, (0, 65534)]


def test_the_two_sides_of_a_pair_do_not_see_each_other(strong):
    """They run at the same time: processes, files and users are each side's own."""
    program = """
import os
open("/tmp/left", "w").close()
def look():
    return os.getpid(), os.getuid(), sorted(os.listdir("/tmp"))
"""
    tests = """
import os
def test_look():
    pid, uid, files = look()
    assert (pid, files) == (1, ["left"])
    assert os.getpid() == 1
    assert os.getuid() != uid
    assert os.listdir("/tmp") == []
    assert [name for name in os.listdir("/proc") if name.isdigit()] == ["1"]
"""
    verdict = strong.run_tests(program, tests, entry_point="look", form="proxy")
    assert verdict.passed, verdict


def test_an_earlier_sample_is_not_in_the_memory_of_a_later_one(strong):
    """The zygote, whose copy a sample is, has never held a program or a result."""
    secret = "".join(str(n % 10) for n in range(40))
    keep = f"def f(x):\n    print('MARK' + x)\n    return 'MARK' + x  # MARK{secret}\n"
    search = """
import ctypes, re
def f():
    pattern, found, looked = re.compile(rb"M[A]RK[0-9]{40}"), 0, 0
    for line in open("/proc/self/maps").read().splitlines():
        span, access = line.split()[:2]
        if access.startswith("rw"):
            start, end = (int(edge, 16) for edge in span.split("-"))
            looked += end - start
            found += len(pattern.findall(ctypes.string_at(start, end - start)))
    return found, looked > 1 << 20
"""
    for _ in range(3):
        assert strong.run(keep, [Call("f", (secret,))]).calls == (Returned("MARK" + secret),)
    assert strong.run(search, [Call("f")]).calls == (Returned((0, True)),)


def test_a_sample_whose_ring_is_killed_is_run_again(strong):
    """What was under way is tried once more in a fresh ring."""
    with Sandbox(tier="strong", workers=1, limits=LIMITS) as own:
        results = own.map([CallsJob(ADD, [Call("add", (n, 1))]) for n in range(20)])
        assert next(results).calls == (Returned(1),)
        for pid in below(own._pool.slots[0].ring.process.pid):
            os.kill(pid, signal.SIGKILL)
        assert [run.calls for run in results] == [(Returned(n + 1),) for n in range(1, 20)]
        assert own._pool.restarts == 1


def test_closing_leaves_no_process(strong):
    """runsc, its gofer and its sandbox end with the ring."""
    with Sandbox(tier="strong", workers=1, limits=LIMITS) as own:
        assert own.run(ADD, [Call("add", (1, 2))]).passed
        processes = below(own._pool.slots[0].ring.process.pid)
        assert len(processes) >= 2
    assert gone(processes)


PARENT = """
from reweave.sandbox import Call, CallsJob, Limits, Sandbox

with Sandbox(tier="strong", workers=1, limits=Limits(wall=100)) as box:
    jobs = (CallsJob("import time\\ntime.sleep(100)" if n else "x = 1", []) for n in range(9))
    for _ in box.map(jobs, ordered=False):
        print("running", flush=True)
"""


@pytest.mark.parametrize("frozen", [False, True])
def test_a_killed_harness_leaves_nothing(strong, frozen):
    """SIGKILL of the harness ends gVisor and all in it, even if gVisor itself hangs."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "running\n"
        processes = below(parent.pid)
        for pid in processes if frozen else ():
            os.kill(pid, signal.SIGSTOP)
        parent.kill()
    assert len(processes) >= 3
    assert gone(processes), processes
    assert not list(Path("/run").glob("runsc*/reweave-*"))
