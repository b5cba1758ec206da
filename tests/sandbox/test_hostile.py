"""Programs that try what nobody thought of at first."""

import asyncio
import queue
import threading

import pytest

from reweave.errors import SandboxError
from reweave.sandbox import AsyncSandbox, Call, CallsJob, Limits, Returned
from reweave.sandbox.inside import channel


def test_a_program_does_not_choose_where_the_tests_read_memory(data_box):
    """An answer's ``__array_interface__``, an address that numpy would read, stays on the program's side."""
    tests = (
        "import numpy as np\n"
        "def check(candidate):\n"
        "    want = np.array([1.0, 2.0, 3.0])\n"
        "    got = candidate()\n"
        "    {}\n"
        "    np.testing.assert_allclose(got, want)\n"
    )
    liar = (
        "class Liar:\n"
        "    @property\n"
        "    def __array_interface__(self):\n"
        "        return {{'shape': (3,), 'typestr': '<f8', 'data': ({}, False), 'version': 3}}\n"
        "def f(): return Liar()\n"
    )
    spying = tests.format("raise ValueError(want.__array_interface__['data'][0])")
    told = data_box.run_tests(liar.format(0), spying, entry_point="f", form="proxy")
    address = int(told.detail.rpartition(" ")[2])  # the two sides are forks of one process
    verdict = data_box.run_tests(liar.format(address), tests.format("pass"), entry_point="f", form="proxy")
    assert verdict.reason == "failed", verdict
    honest = data_box.run_tests(
        "def f(): return [1, 2, 3]\n", tests.format("pass"), entry_point="f", form="proxy"
    )
    assert honest.passed, honest


def test_no_disk_is_no_disk(box):
    """Where no bytes are allowed in /tmp, no more than a page can be written."""
    program = "def f():\n    with open('x', 'wb') as file: file.write(bytes(100_000))\n"
    [outcome] = box.run(program, [Call("f")], limits=Limits(disk=0)).calls
    assert outcome.type == "OSError"


def test_a_file_in_an_unread_message_takes_no_room_from_the_next_sample(box):
    """Sockets that hold each other are forgotten late, and what was sent over them with them."""
    leave = (
        "import os, socket\n"
        "def f():\n"
        "    file = os.open('/tmp', os.O_TMPFILE | os.O_RDWR)\n"
        "    os.write(file, bytes(50_000_000))\n"
        "    one, other = socket.socketpair()\n"
        "    for end in (one, other):\n"
        "        socket.send_fds(end, [b'x'], [file, one.fileno(), other.fileno()])\n"
    )
    look = "import os\ndef f():\n    room = os.statvfs('/tmp')\n    return room.f_bavail, room.f_favail\n"
    [before] = box.run(look, [Call("f")]).calls
    for _ in range(4):
        assert box.run(leave, [Call("f")]).calls == (Returned(None),)
        assert box.run(look, [Call("f")]).calls == (before,)


@pytest.mark.parametrize("form", ["data", "in-process"])
def test_a_record_may_be_anything(box, form):
    """A range of more elements than Python can count is no record, and no defect of ours."""
    forge = (
        "import os\n"
        "def f():\n"
        "    from _reweave import frames, plain\n"
        "    os.pwrite(4, bytes(8) + frames.pack(plain.encode(range(10**100))), 0)\n"
        "    os._exit(0)\n"
    )
    assert box.run_tests(forge, "assert f() == 1", form=form).reason == "crashed"
    assert box.run_cells([forge + "f()\n"]).reason == "crashed"
    assert box.run(forge, [Call("f")]).reason == "crashed"


def test_a_packed_value_may_hold_anything(box):
    """What no array's writer wrote is a wrong answer."""
    program = (
        "def f():\n    from _reweave import plain\n    return plain.Packed('numpy.scalar', range(10**100))\n"
    )
    assert box.run_tests(program, "assert f() == 1").reason == "failed"


def test_a_byte_order_mark_is_no_syntax_error(box):
    """A file may begin with one, so a program may."""
    assert box.run("\ufeffdef f(): return 1\n", [Call("f")]).calls == (Returned(1),)


def test_millions_of_empty_records_are_not_read():
    """No more records are taken from a result file than there can be."""
    data = bytes(16 << 20)
    assert channel.read(data, 3) == (0, [b""] * 3)


def test_what_is_bound_to_a_name_is_computed_once(box):
    """A generator that a list is made of is empty afterwards; the list is not."""
    program = "def g(n):\n    yield from range(n)\n"
    assert box.run_tests(program, "r = list(g(3))\nassert r == [0, 1, 2]\nassert len(r) == 3\n").passed
    assert box.run_tests(program, "r = g(3)\nassert list(r) == [0, 1, 2]\nassert list(r) == []\n").passed
    assert not box.run_tests(program, "r = list(g(3))\nassert r == []\n").passed


@pytest.mark.parametrize(
    "answer",
    ["(x for x in a)", "{a[0], a[1]}", "{a[0]: a[1]}", "Counter(a)", "[{a[0]: [a[1]]}]"],
)
def test_numpys_numbers_are_numbers_wherever_they_stand(data_box, answer):
    """In generators, sets and keys too."""
    program = (
        f"from collections import Counter\nimport numpy as np\ndef f(a=np.array([1, 2])): return {answer}\n"
    )
    expected = {"(": "list(f()) == [1, 2]", "{a[0],": "f() == {1, 2}", "C": "f() == {1: 1, 2: 1}"}
    test = next(
        (test for start, test in expected.items() if answer.startswith(start)),
        "f() == " + answer.replace("a[0]", "1").replace("a[1]", "2"),
    )
    verdict = data_box.run_tests(program, f"assert {test}")
    assert (verdict.passed, verdict.form) == (True, "data"), verdict


@pytest.mark.parametrize(
    "limits",
    [
        {"wall": float("inf")},
        {"wall": float("nan")},
        {"wall": 0.0},
        {"cpu": -1.0},
        {"memory": -1},
        {"memory": 1e9},
        {"memory": 1 << 64},
        {"processes": 1 << 33},
        {"result": -1},
    ],
)
def test_limits_that_cannot_be_held_to_are_refused_at_once(limits):
    """Found out later, one such job would keep all others from running."""
    with pytest.raises(ValueError, match=next(iter(limits))):
        Limits(**limits)


@pytest.mark.parametrize("file", ["-1", "os.open('/dev/zero', os.O_RDWR)"])
def test_no_shared_memory_that_no_limit_counts(box, file):
    """All but a page of it can be unmapped and stays: in nobody's size, up to the whole machine's."""
    program = f"import mmap, os\ndef f(): return len(mmap.mmap({file}, 4096))\n"
    [outcome] = box.run(program, [Call("f")]).calls
    assert outcome.type in {"PermissionError", "FileNotFoundError"}


def test_memory_of_ones_own_and_of_files_is_still_to_be_had(box):
    """What ``malloc``, ``multiprocessing`` and most programs map."""
    program = (
        "import mmap, multiprocessing\n"
        "def f():\n"
        "    shared = multiprocessing.Array('i', [1, 2])\n"
        "    child = multiprocessing.Process(target=shared.__setitem__, args=(0, 7))\n"
        "    child.start(); child.join()\n"
        "    own = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "    return list(shared), len(own)\n"
    )
    assert box.run(program, [Call("f")]).calls == (Returned(([7, 2], 4096)),)


def test_a_job_that_cannot_be_handed_over_loses_no_other(box):
    """The results of the jobs before it come first, then the error says what is wrong."""
    jobs = [CallsJob("def f(x): return x\n", [Call("f", [arg])]) for arg in (1, 2, print, 4)]
    results = box.map(jobs)
    assert [next(results).calls, next(results).calls] == [(Returned(1),), (Returned(2),)]
    with pytest.raises(ValueError, match="cannot be handed to a sample"):
        next(results)
    with pytest.raises(ValueError, match="cannot be handed to a sample"):
        box.run_stdin("print(1)\n", "\ud800")
    assert box.run("x = 1\n", []).passed


def test_jobs_may_come_from_a_thread_that_uses_the_sandbox(box):
    """Waiting for the next job keeps nobody out."""
    made = queue.Queue()

    def make():
        for number in range(3):
            box.run("x = 1\n", [])
            made.put(CallsJob("x = 1\n", [], tag=number))
        made.put(None)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    assert [run.tag for run in box.map(iter(lambda: made.get(timeout=30), None))] == [0, 1, 2]


def test_another_event_loop_is_told(box):
    """A sandbox belongs to the loop that first used it, and can be closed in another."""
    other = AsyncSandbox(tier=box.tier, workers=1)

    async def run():
        return await other.run("x = 1\n", [])

    assert asyncio.run(run()).passed
    with pytest.raises(SandboxError, match="another event loop"):
        asyncio.run(run())
    asyncio.run(other.close())
