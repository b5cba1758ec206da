"""Workers: same results as without them, nothing lost when one dies, nothing left when the parent does."""

import multiprocessing
import os
import random
import signal
import sys
import time

import orjson
import pytest

from reweave.compute.job import Job
from reweave.compute.pool import _Pool, run
from reweave.edits.settings import settings
from reweave.errors import ReweaveError, RowError
from reweave.storage import Fields

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


def job(**chosen):
    return Job(settings(paths=2, **chosen), Fields(), batch_states=50)


def rows(count, start=0):
    for number in range(start, start + count):
        if number % 17 == 5:
            yield number, RowError("unreadable", f"row {number}")
        elif number % 17 == 9:
            yield number, b"{ no json"
        else:
            body = "".join(f"    y{i} = x + {i}\n" for i in range(number % 23))
            text = f"def f(x):\n{body}    return x\nprint(f({number}))\n"
            yield number, orjson.dumps({"id": f"r{number}", "program": text})


@pytest.fixture(scope="module")
def alone():
    return list(run(job(), rows(400), 1))


def test_without_workers(alone):
    """Results come in the order of the rows, one each; what cannot be read is rejected."""
    assert [result.index for result in alone] == list(range(400))
    for result in alone:
        assert bool(result.kept) != bool(result.rejects)
        assert bool(result.rejects) == (result.index % 17 in {5, 9})


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_nothing(alone, workers):
    """Two and three workers give the very results of one."""
    assert list(run(job(), rows(400), workers)) == alone


def test_rows_may_begin_anywhere(alone):
    """A run that goes on at a later row gives the same results from there on."""
    assert list(run(job(), rows(150, 250), 2)) == alone[250:]
    assert list(run(job(), rows(150, 250), 1)) == alone[250:]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_rows(workers):
    """No rows, no results, no hanging."""
    assert list(run(job(), iter(()), workers)) == []


@needs_kill
@pytest.mark.parametrize("seed", range(5))
def test_killed_workers_lose_nothing(alone, seed):
    """Workers killed at random moments: the results are the same, none failed."""
    chance = random.Random(seed)
    results = []
    kills = 0
    for result in run(job(), rows(400), 2):
        results.append(result)
        # Results come in bursts; in the middle of one, both may be dead and not yet replaced. Two kills at
        # most: a row that was alone in two workers when they were killed is failed, rightly.
        alive = multiprocessing.active_children()
        if kills < 2 and alive and chance.random() < 0.05:
            os.kill(chance.choice(alive).pid, signal.SIGKILL)
            kills += 1
    assert kills
    assert results == alone


@needs_kill
def test_workers_that_die_before_they_are_fed(alone):
    """Workers that are gone when rows are handed to them are replaced, each row done once."""
    pool = _Pool(job(), 2)
    try:
        for worker in pool.workers:
            worker.process.kill()
            worker.process.join()
        assert list(pool.run(rows(400))) == alone
    finally:
        pool.stop()


@needs_kill
def test_a_worker_killed_on_its_last_row(alone):
    """A worker killed from outside while it has one row left costs nothing: the row is tried again."""
    pool = _Pool(job(), 2)
    try:
        for worker in pool.workers:
            worker.process.kill()
            worker.process.join()
        assert list(pool.run(rows(2))) == alone[:2]
    finally:
        pool.stop()


@needs_kill
def test_a_row_that_kills_its_worker(tmp_path, monkeypatch, alone):
    """A row on which every worker dies is failed, and named; all others are as ever."""
    # Fault injection: in a worker, and only there, parsing this row is death.
    killer = tmp_path / "sitecustomize.py"
    killer.write_text(
        "import os, signal, sys\n"
        "if any('multiprocessing' in word for word in sys.orig_argv):\n"
        "    import ast\n"
        "    real = ast.parse\n"
        "    def parse(text, *rest, **more):\n"
        "        if isinstance(text, str) and 'KILLER' in text:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return real(text, *rest, **more)\n"
        "    ast.parse = parse\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))

    def with_killer():
        for number, raw in rows(400):
            yield number, orjson.dumps({"id": "bad", "program": "KILLER = 1\n"}) if number == 120 else raw

    results = list(run(job(), with_killer(), 2))
    assert [result for result in results if result.index != 120] == [r for r in alone if r.index != 120]
    reject = orjson.loads(results[120].rejects)
    assert (reject["index"], reject["id"]) == (120, "bad")
    assert (reject["outcome"], reject["reason"]) == ("failed", "worker-died")
    assert reject["row"]["program"] == "KILLER = 1\n"


@pytest.mark.parametrize("workers", [1, 2])
def test_work_that_cannot_be_done_at_all(workers):
    """A checker that does not exist is an error of the run, from one process as from two."""
    impossible = Job(settings(checker="nope"), Fields())
    with pytest.raises(ReweaveError, match="no checker 'nope'"):
        list(run(impossible, rows(3), workers))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reader_that_stops_ends_the_workers(workers, scratch_folders):
    """When nobody wants more results, workers end and their scratch folders go."""
    word = f"# of {os.getpid()}, with {workers}\n\n"
    marked = [(number, orjson.dumps({"program": f"{word}a = {number}\nb = a\n"})) for number in range(300)]
    found = run(job(), marked, workers)
    next(found)
    assert scratch_folders(word)
    found.close()
    assert multiprocessing.active_children() == []
    assert not scratch_folders(word)


def test_input_errors_reach_the_caller():
    """An error of the input in the middle is raised, and the workers end."""

    def broken():
        yield from rows(5)
        raise ReweaveError("the disk is gone")

    for workers in (1, 2):
        with pytest.raises(ReweaveError, match="the disk is gone"):
            list(run(job(), broken(), workers))
    deadline = time.monotonic() + 30
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []
