"""The stream of jobs: results in order, follow-ups, nothing twice, and what happens to a defect."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from reweave.align.validate import stream
from reweave.align.validate.config import ValidateConfig
from reweave.align.validate.judgement import judge
from reweave.align.validate.rows import Response
from reweave.align.validate.timing import timed
from reweave.sandbox import Limits, Sandbox, TestsJob

ADD = "def add(a, b):\n    return a + b\n"
SLOW = "import time\ntime.sleep(0.3)\n" + ADD
TESTS = "assert add(1, 2) == 3"


class Counting:
    """A sandbox that keeps what it was asked."""

    def __init__(self, box):
        self.box = box
        self.jobs = []

    def map(self, jobs, **options):
        """As the sandbox's."""

        def noted():
            for job in jobs:
                self.jobs.append(job)
                yield job

        return self.box.map(noted(), **options)


def asking(*rounds):
    """A judgement that asks for rounds of programs and gives the reasons."""
    found = []
    for programs in rounds:
        verdicts = yield [TestsJob(program, TESTS) for program in programs]
        found.append([verdict.reason for verdict in verdicts])
    return found


def test_in_order(box):
    """Results come in the judgements' order, whichever ends first; one may ask for nothing."""
    judgements = [asking([SLOW], [ADD]), asking(), asking([ADD.replace("+", "-"), ADD]), asking([])]
    found = list(stream.run(judgements, box))
    assert found == [[["passed"], ["passed"]], [], [["failed", "passed"]], [[]]]


@pytest.mark.parametrize("most_open", [1, 2, 100])
def test_room(box, most_open):
    """However few may be open, all are done, and none twice."""
    counting = Counting(box)
    judgements = (asking([ADD + f"# {n}"], [ADD + f"# {n} again"]) for n in range(6))
    assert len(list(stream.run(judgements, counting, most_open=most_open))) == 6
    assert len(counting.jobs) == len({job.program for job in counting.jobs}) == 12


def test_nothing_twice(box):
    """A job that was asked for before is not run again."""
    counting = Counting(box)
    assert list(stream.run([asking([ADD, ADD], [ADD])], counting)) == [[["passed", "passed"], ["passed"]]]
    assert len(counting.jobs) == 1


def test_identical_responses(box):
    """Equal responses cost what one does; each has its own result."""
    counting = Counting(box)
    config = ValidateConfig(mutants=0)
    three = [Response(name, ADD, TESTS) for name in "abc"]
    [found] = stream.run([judge(three, config)], counting)
    asked = [(job.program, job.limits.wall) for job in counting.jobs]  # with more time is another job
    assert len(asked) == len(set(asked))
    assert {program for program, _ in asked} > {ADD}
    assert [each.column(config)["killed"] for each in found] == [2, 2, 2]


def test_time_limits(box):
    """What computes for its seconds is timed out; what only waits is asked again until the wall limit."""
    counting = Counting(box)
    loops = TestsJob("while True:\n    pass\n", TESTS)
    waits = TestsJob(SLOW, TESTS)

    def judgement():
        return (yield from timed([loops, waits], [0.1, 0.1], Limits(wall=8.0)))

    [[looped, waited]] = stream.run([judgement()], counting)
    assert (looped.reason, waited.reason) == ("timeout", "passed")
    assert looped.cpu_seconds >= 0.1 or looped.limits.wall == 8.0
    asked = [job.limits.wall for job in counting.jobs if job.program == SLOW]
    assert asked[0] == 0.2
    assert len(asked) > 1


def children(pid):
    """Give the processes that one has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_that_dies(box):
    """A worker killed twice under a program is a failure of the sandbox, said so; the next is judged."""
    if box.tier != "default":
        pytest.skip("workers are found by their bubblewrap")
    config = ValidateConfig(mutants=2)
    slow, good = Response("slow", f"import time\ntime.sleep(20)\n{ADD}", TESTS), Response("good", ADD, TESTS)
    with Sandbox(tier="default", workers=1, limits=Limits(wall=30.0)) as own:

        def kill():
            for _ in range(2):
                while not any(slot.held and slot.ring.about is not None for slot in own._pool.slots):
                    time.sleep(0.02)
                [slot] = own._pool.slots
                time.sleep(0.3)
                for pid in children(slot.ring.process.pid):
                    os.kill(pid, signal.SIGKILL)
                while slot in own._pool.slots:
                    time.sleep(0.02)

        thread = threading.Thread(target=kill, daemon=True)
        thread.start()
        [[lost], [found]] = stream.run((judge([each], config) for each in (slow, good)), own)
        thread.join()
    assert "died under it 2 times" in lost.failure
    assert found.failure is None
    assert found.column(config)["accepted"]
