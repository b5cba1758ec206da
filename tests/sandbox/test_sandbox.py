"""The sandbox as its users see it."""

import threading

import pytest

from reweave.sandbox import (
    Call,
    CallsJob,
    Limits,
    NotPlain,
    NotReached,
    Raised,
    Returned,
    Sandbox,
    StdinJob,
    TestsJob,
)

ADD = "def add(a, b):\n    return a + b\n"


def test_a_call_gives_what_the_function_gives(box):
    """Values keep their exact types on the way there and back."""
    values = [
        (1, 2.5),
        {"a": [None, True]},
        {3, 4},
        "\ud800é",
        b"\0",
        -0.0,
        10**40,
        {1: (2,)},
        frozenset({1}),
    ]
    program = "def same(x):\n    return x\n"
    run = box.run(program, [Call("same", [value]) for value in values])
    assert run.passed
    assert [call.value for call in run.calls] == values
    assert [type(call.value) for call in run.calls] == [type(value) for value in values]


def test_what_is_raised_is_named_with_its_line(box):
    """An exception is an outcome; the calls after it are made all the same."""
    run = box.run(ADD, [Call("add", (1, "a")), Call("add", (), {"a": 1, "b": 2}), Call("missing", ())])
    assert run.calls[0] == Raised("TypeError", "unsupported operand type(s) for +: 'int' and 'str'", 2)
    assert run.calls[1] == Returned(3)
    assert run.calls[2].type == "NameError"


def test_methods_are_entries_too(box):
    """An entry is an expression in the program's namespace."""
    program = "class Solution:\n    def double(self, n):\n        return 2 * n\n"
    assert box.run(program, [Call("Solution().double", [4])]).calls == (Returned(8),)


def test_what_is_not_plain_does_not_cross(box):
    """Objects with behaviour stay where they are."""
    program = "class Liar(int):\n    def __eq__(self, other): return True\ndef f(): return [Liar(1)]\n"
    [outcome] = box.run(program, [Call("f")]).calls
    assert isinstance(outcome, NotPlain)
    assert "Liar" in outcome.description


@pytest.mark.parametrize(
    ("program", "reason", "says"),
    [
        ("def f(:\n", "syntax", "SyntaxError"),
        ("import not_there\ndef f(): pass\n", "missing-module", "not_there"),
        ("raise ValueError('at once')\n", "failed", "at once"),
        ("import os\ndef f(): os._exit(0)\n", "crashed", "status 0"),
        ("import sys\ndef f(): sys.exit(0)\n", "crashed", "SystemExit"),
        ("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGSEGV); os.abort()\n", "crashed", "SIG"),
        ("def f():\n    while True: pass\n", "timeout", "s"),
        ("import time\ndef f(): time.sleep(60)\n", "timeout", "0.7 s"),
        ("def f(): return 'x' * (1 << 40)\n", "passed", ""),  # MemoryError is the call's outcome
        ("def f():\n    while True: print('x' * 1000)\n", "output", "bytes of output"),
        ("def f(): return [0] * 3_000_000\n", "passed", ""),  # too many items to cross: the call's outcome
    ],
)
def test_every_end_has_its_reason(box, program, reason, says):
    """The reason is typed; the detail tells a person."""
    wall = 0.7 if reason == "timeout" else 20.0  # a busy machine may starve any program for a second
    run = box.run(program, [Call("f")], limits=Limits(wall=wall, output=100_000))
    assert run.reason == reason, run
    assert says in run.detail
    if reason != "passed":
        assert run.calls in {(NotReached(),), (Raised("SystemExit", "0", 2),)}


def test_memory_of_many_processes_counts_together(box):
    """No process holds much, all together hold too much."""
    program = (
        "import os, time\n"
        "def f():\n"
        "    for _ in range(12):\n"
        "        if os.fork() == 0:\n"
        "            hold = bytearray(b'x' * 30_000_000); time.sleep(30)\n"
        "    time.sleep(30)\n"
    )
    run = box.run(program, [Call("f")], limits=Limits(wall=20, memory=100 << 20))
    assert run.reason == "memory", run


def test_earlier_calls_survive_a_later_end(box):
    """What was answered before the end is not lost."""
    program = "import time\ndef f(n):\n    if n == 2: time.sleep(60)\n    return n\n"
    run = box.run(program, [Call("f", [n]) for n in range(4)], limits=Limits(wall=2.0))
    assert run.reason == "timeout"
    assert run.calls == (Returned(0), Returned(1), NotReached(), NotReached())


def test_output_is_captured_and_cut(box):
    """Both streams come back; past the limit they are cut and the run ended."""
    run = box.run("import sys\nprint('out')\nprint('err', file=sys.stderr)\n", [])
    assert (run.stdout, run.stderr) == ("out\n", "err\n")
    run = box.run("print('y' * 10_000_000)\n", [], limits=Limits(output=1000))
    assert run.reason == "output"
    assert run.stdout == "y" * 1000


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 5_000_000])
def test_output_of_any_size_does_not_hang(box, size):
    """Nothing waits for a reader."""
    run = box.run(f"print('y' * {size}, end='')\n", [], limits=Limits(output=6_000_000))
    assert run.passed
    assert run.stdout == "y" * size


def test_a_run_says_what_held_it_and_what_it_used(box):
    """Tier, kernel, limits, seconds, memory."""
    limits = Limits(wall=9.0)
    run = box.run("x = sum(range(2_000_000))\n", [], limits=limits, tag="mine")
    assert run.tier == box.tier
    assert run.limits == limits
    assert run.tag == "mine"
    assert run.kernel
    assert not run.unsafe
    assert 0 < run.cpu_seconds <= run.seconds + 1
    assert 5_000_000 < run.memory < 200_000_000


def test_stdin_and_exit_status(box):
    """A program as the main module: its input, its output, its status, what it does at exit."""
    program = (
        "import atexit, sys\natexit.register(print, 'bye')\n"
        "if __name__ == '__main__':\n    print(sum(map(int, sys.stdin)))\n    sys.exit(3)\n"
    )
    run = box.run_stdin(program, "1\n2\n3\n")
    assert (run.stdout, run.exit_status) == ("6\nbye\n", 3)
    assert box.run_stdin("print(input())\n", "é\n").stdout == "é\n"
    run = box.run_stdin("input()\n", "")
    assert run.reason == "failed"
    assert "EOFError" in run.detail


def test_cells_share_a_namespace_that_is_captured(box):
    """Each cell says what it bound, changed in place, removed and showed."""
    run = box.run_cells(["a = [1]\nb = 2", "a.append(b)\na", "del b\nraise ValueError('no')", "c = 1"])
    first, second, third, fourth = run.cells
    assert dict(first.variables) == {"a": [1], "b": 2}
    assert second.outcome == Returned([1, 2])
    assert dict(second.variables) == {"a": [1, 2]}
    assert third.removed == ("b",)
    assert third.outcome.type == "ValueError"
    assert fourth.outcome == NotReached()
    assert run.reason == "failed"


def test_cells_have_inputs_and_files(data_box):
    """Frames go in and come out as frames; files lie in the working directory."""
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
    cells = [
        "import pandas as pd\nextra = pd.read_csv('extra.csv')",
        "total = df.groupby('k')['v'].sum()\ntotal.values",
    ]
    run = data_box.run_cells(cells, inputs={"df": frame}, files={"extra.csv": b"x,y\n1,2\n"})
    assert run.passed, run
    pd.testing.assert_frame_equal(run.cells[0].variables["extra"], pd.DataFrame({"x": [1], "y": [2]}))
    assert np.array_equal(run.cells[1].outcome.value, [4, 2])
    assert isinstance(run.cells[1].variables["total"], pd.Series)


def test_calls_take_and_give_arrays(data_box):
    """Arrays cross in both directions, dtype and shape kept."""
    import numpy as np

    run = data_box.run(
        "def twice(x):\n    return x * 2\n", [Call("twice", [np.arange(6, dtype="int16").reshape(2, 3)])]
    )
    assert run.calls[0].value.dtype == "int16"
    assert run.calls[0].value.tolist() == [[0, 2, 4], [6, 8, 10]]


def test_the_same_seed_gives_the_same_numbers(box, data_box):
    """Random numbers, hashes and set orders repeat; another seed gives others."""
    program = "import random\ndef f(): return random.random(), list({'a', 'b', 'c', 'd'}), hash('x')\n"
    one, again, other = (box.run(program, [Call("f")], seed=seed).calls[0].value for seed in (1, 1, 2))
    assert one == again
    assert one[0] != other[0]
    assert one[1:] == other[1:]
    program = "import numpy\ndef f(): return numpy.random.rand()\n"
    one, again, other = (data_box.run(program, [Call("f")], seed=seed).calls[0].value for seed in (1, 1, 2))
    assert one == again != other


def test_samples_leave_each_other_nothing(box):
    """Files, variables, modules and threads end with their sample."""
    leave = (
        "import builtins, os, sys, threading, time\n"
        "builtins.left = 1\nsys.left = 1\nopen('left', 'w').close()\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    look = (
        "import builtins, os, sys\n"
        "def f(): return hasattr(builtins, 'left'), hasattr(sys, 'left'), os.listdir('.')\n"
    )
    for _ in range(4):
        assert box.run(leave, []).passed
        assert box.run(look, [Call("f")]).calls == (Returned((False, False, [])),)


def test_results_come_in_order_or_as_they_end(box):
    """A slow first job holds back the others' results, or does not."""
    program = "import time\ndef f(s):\n    time.sleep(s)\n    return s\n"
    seconds = [1.0, 0.0, 0.0, 0.0]
    jobs = [CallsJob(program, [Call("f", [s])], tag=number) for number, s in enumerate(seconds)]
    assert [run.tag for run in box.map(jobs)] == [0, 1, 2, 3]
    assert [run.tag for run in box.map(jobs, ordered=False)][-1] == 0


def test_jobs_are_taken_as_fast_as_results_are(box):
    """A generator of jobs without end is read no further ahead than the window."""
    taken = 0

    def jobs():
        nonlocal taken
        while True:
            taken += 1
            yield CallsJob(ADD, [Call("add", (taken, 1))])

    results = box.map(jobs(), window=10)
    for number in range(1, 100):
        assert next(results).calls == (Returned(number + 1),)
        assert taken <= number + 10
    results.close()
    assert box.run(ADD, [Call("add", (1, 1))]).calls == (Returned(2),)


def test_kinds_of_jobs_mix(box):
    """One stream may hold every kind."""
    jobs = [
        CallsJob(ADD, [Call("add", (1, 2))]),
        StdinJob("print(1)\n"),
        TestsJob(ADD, "assert add(1, 2) == 3"),
    ]
    assert [run.passed for run in box.map(jobs)] == [True] * 3


def test_threads_may_share_it(box):
    """Every thread gets its own answers."""
    answers = {}

    def ask(number):
        answers[number] = [box.run(ADD, [Call("add", (number, n))]).calls[0].value for n in range(15)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: [number + n for n in range(15)] for number in range(5)}


def test_a_fork_server_is_replaced_after_its_time(box):
    """After ``lifetime`` samples a fresh one serves; nothing is lost on the way."""
    with Sandbox(tier=box.tier, workers=2, lifetime=7) as short:
        runs = list(short.map(CallsJob(ADD, [Call("add", (n, 0))]) for n in range(60)))
        assert [run.calls[0].value for run in runs] == list(range(60))
        assert short._pool.restarts >= 4


def test_closing_twice_and_using_it_closed(box):
    """A closed sandbox says so."""
    from reweave.errors import SandboxError

    other = Sandbox(tier=box.tier, workers=1)
    other.close()
    other.close()
    with pytest.raises(SandboxError, match="closed"):
        other.run(ADD, [])
