"""Runs the sample's side of each form in forked children with real files and pipes, and no isolation.

For references and for programs that do no harm where they succeed; the sandbox's own tests hold the rest.
"""

import contextlib
import gzip
import json
import os
import signal
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

from reweave.sandbox.inside import calls, channel, code_side, in_process, plain, stdin, test_side
from reweave.sandbox.judge import data_form, verdicts

LIMIT = 16 << 20
SECONDS = 15


def fork(run, body, descriptors, result=None, ask=None, answer=None):
    """Fork a child that keeps only ``descriptors`` and runs a body; give its process id."""
    child = os.fork()
    if child:
        return child
    try:
        signal.alarm(SECONDS)
        warnings.simplefilter("ignore")  # pytest makes errors of them
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(descriptors.get(number, null), number)
        keep = {0, 1, 2, result, ask, answer}
        for number in range(3, 256):
            if number not in keep:
                with contextlib.suppress(OSError):
                    os.close(number)
        sys.stdin, sys.stdout, sys.stderr = map(os.fdopen, range(3), "rww")  # pytest has its own
        sys.excepthook = sys.__excepthook__
        os.chdir(tempfile.mkdtemp())
        run(plain.decode(plain.encode(body)), channel.Channel(result, LIMIT, ask, answer))
    finally:
        os._exit(0)


def run(runner, body, **descriptors):
    """Give (assertions reached, payloads) of one body."""
    with tempfile.TemporaryFile() as result:
        numbered = {
            {"stdin": 0, "stdout": 1, "stderr": 2}[name]: number for name, number in descriptors.items()
        }
        os.waitpid(fork(runner, body, numbered, result.fileno()), 0)
        result.seek(0)
        return channel.read(result.read())


def answers(program, made, earlier=()):
    """Give (outcomes, end) of calls (entry, args, kwargs) into a program."""
    made = [(entry, list(args), dict(kwargs)) for entry, args, kwargs in made]
    _, payloads = run(calls.run, {"program": program, "calls": made, "earlier": dict(earlier)})
    return verdicts.read_calls(payloads, len(made))


def data(program, tests, entry_point=None):
    """Give (reason, detail, reached) in the data form."""
    plan = data_form.plan(tests, entry_point)
    assert plan is not None
    outcomes, end = answers(
        program, [(call.entry, call.args, call.kwargs) for call in plan.calls], plan.earlier
    )
    if end is not None and end[0] != "passed":
        return (*end, 0)
    return verdicts.judge_data(plan, outcomes)


def proxy(program, tests, entry_point=None):
    """Give (reason, detail, reached) in the proxy form; a result without an end is a crash."""
    questions, replies = os.pipe(), os.pipe()
    with tempfile.TemporaryFile() as result:
        code = fork(code_side.run, {"program": program}, {}, None, replies[1], questions[0])
        body = {"tests": tests, "entry_point": entry_point}
        test = fork(test_side.run, body, {}, result.fileno(), questions[1], replies[0])
        for number in (*questions, *replies):
            os.close(number)
        os.waitpid(test, 0)
        os.kill(code, signal.SIGKILL)
        os.waitpid(code, 0)
        result.seek(0)
        reached, payloads = channel.read(result.read())
    return (*(verdicts.read_test_end(payloads) or ("crashed", "it came to no end")), reached)


def together(program, tests, entry_point=None):
    """Give (reason, detail, reached) in the in-process form."""
    body = {"program": program, "tests": tests, "entry_point": entry_point}
    reached, payloads = run(in_process.run, body)
    return (*(verdicts.read_test_end(payloads) or ("crashed", "it came to no end")), reached)


def script(program, text=""):
    """Give (exit status, end, standard output, standard error) of a program run as a script."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(text.encode())
        given.seek(0)
        _, payloads = run(
            stdin.run, {"program": program}, stdin=given.fileno(), stdout=out.fileno(), stderr=err.fileno()
        )
        out.seek(0)
        err.seek(0)
        return (*verdicts.read_exit(payloads), out.read().decode(), err.read().decode())


def rows(name):
    """Give the rows of a data file; skip the test where there is none."""
    path = Path(os.environ.get("REWEAVE_DATA", "/nonexistent")) / name
    if not path.exists():
        pytest.skip(f"REWEAVE_DATA has no {name}")
    if path.suffix == ".json":
        return json.loads(path.read_text())
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return [json.loads(line) for line in lines]


def humaneval():
    """Give (name, reference, tests, entry point) of HumanEval's tasks."""
    return [
        (row["task_id"], row["prompt"] + row["canonical_solution"], row["test"], row["entry_point"])
        for row in rows("humaneval/HumanEval.jsonl.gz")
    ]


def humaneval_x():
    """Give (name, reference, tests, entry point) of HumanEval-X's Python tasks."""
    return [
        (row["task_id"], row["prompt"] + row["canonical_solution"], row["test"], None)
        for row in rows("humaneval-x/humaneval_python.jsonl.gz")
    ]


def mbpp():
    """Give (name, reference, tests, entry point) of MBPP's tasks, but for one that takes seconds."""
    return [
        (
            row["task_id"],
            row["code"],
            "\n".join([row["test_setup_code"], *row["test_list"], *row["challenge_test_list"]]),
            None,
        )
        for row in rows("mbpp/mbpp.jsonl")
        if row["task_id"] != 123
    ]
