"""Real benchmarks through the real sandbox: references pass, stubs fail, and how many need which form."""

import ast
import gzip
import json
from collections import Counter

import pytest

from reweave.sandbox import Call, CallsJob, Limits, Returned, TestsJob
from reweave.sandbox.judge.compare import same
from reweave.sandbox.judge.forms import settle

STUBS = ("    return None\n", "    import os; os._exit(0)\n", "    import sys; sys.exit(0)\n")
LIMITS = Limits(wall=60.0)


@pytest.fixture(scope="module")
def rows():
    """Read a file of the data folder."""
    import os
    from pathlib import Path

    folder = os.environ.get("REWEAVE_DATA")
    if not folder:
        pytest.skip("REWEAVE_DATA names no folder")

    def read(name):
        path = Path(folder) / name
        if not path.exists():
            pytest.skip(f"no {name} in REWEAVE_DATA")
        opened = (
            gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
        )
        with opened as file:
            return [json.loads(line) for line in file]

    return read


def stubbed(program, body):
    """Give a program with the body of every top-level function replaced, and of every method."""
    tree = ast.parse(program)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in functions:
        node.body = ast.parse(f"def f():\n{body}").body[0].body
    return ast.unparse(tree)


def judged(box, jobs):
    """Run jobs; give (counts by form of those that passed, those that did not)."""
    verdicts = list(box.map(jobs))
    failed = [verdict for verdict in verdicts if not verdict.passed]
    return Counter(verdict.form for verdict in verdicts if verdict.passed), failed


@pytest.mark.parametrize("name", ["humaneval/HumanEval.jsonl.gz", "humaneval-x/humaneval_python.jsonl.gz"])
def test_humaneval_references_pass_and_stubs_fail(box, rows, name):
    """164 of 164 without the in-process form, 159 of them in the data form; no stub passes."""
    tasks = rows(name)
    entry = [task.get("entry_point") or subject(task) for task in tasks]

    def jobs(body=None):
        for task, point in zip(tasks, entry, strict=True):
            program = task["prompt"] + (body or task["canonical_solution"])
            yield TestsJob(program, task["test"], point, limits=LIMITS, tag=task["task_id"])

    passed, failed = judged(box, jobs())
    assert failed == []
    assert passed["data"] >= 159
    assert passed["in-process"] == 0
    for body in STUBS:
        assert judged(box, jobs(body))[0] == Counter()


def subject(task):
    """Give the name a HumanEval-X test checks: the argument of its last call of ``check``."""
    calls = [
        node
        for node in ast.walk(ast.parse(task["test"]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
    ]
    return calls[-1].args[0].id


def test_mbpp_references_pass_and_stubs_fail(box, rows):
    """974 of 974 in the data or proxy form; no stub passes."""
    tasks = rows("mbpp/mbpp.jsonl")

    def jobs(body=None):
        for task in tasks:
            # Two tasks' set-up comes after the code; the tests run it on their side.
            tests = "\n".join([task["test_setup_code"], *task["test_list"]])
            program = stubbed(task["code"], body) if body else task["code"]
            yield TestsJob(program, tests, limits=LIMITS, tag=task["task_id"])

    passed, failed = judged(box, jobs())
    assert failed == []
    assert passed["data"] >= 968
    assert passed["in-process"] == 0
    for body in STUBS:
        assert [verdict.tag for verdict in box.map(jobs(body)) if verdict.passed] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["humaneval-plus/HumanEvalPlus.jsonl.gz", "mbpp-plus/MbppPlus.jsonl.gz"])
def test_plus_references_give_the_same_answers_twice_and_stubs_do_not(box, rows, name):
    """Inputs as data, expected answers from a run of the reference; all tasks, in the data form."""
    tasks = rows(name)
    limits = Limits(wall=150.0, result=1 << 30, memory=6 << 30)

    def jobs(tasks, body=None):
        for task in tasks:
            program = task["prompt"] + task["canonical_solution"]
            calls = [Call(task["entry_point"], inputs) for inputs in plus_inputs(task)]
            yield CallsJob(stubbed(program, body) if body else program, calls, limits=limits, tag=task)

    expected, slow, wrong = {}, [], []
    for run in box.map(jobs(tasks), window=2):
        task = run.tag
        odd = [outcome for outcome in run.calls if not isinstance(outcome, Returned)]
        if run.reason == "timeout":
            slow.append(task["task_id"])  # outside, too
        elif not run.passed or odd:
            wrong.append((task["task_id"], run.reason, run.detail, odd[:1]))
        else:
            expected[task["task_id"]] = [outcome.value for outcome in run.calls]
    assert wrong == []
    assert set(slow) <= {"Mbpp/255", "Mbpp/392", "Mbpp/599"}
    tasks = [task for task in tasks if task["task_id"] in expected]
    for run in box.map(jobs(tasks), window=2):
        assert right(run, expected), run.tag["task_id"]
    for body in STUBS:
        assert [
            run.tag["task_id"] for run in box.map(jobs(tasks, body), window=8) if right(run, expected)
        ] == []


def right(run, expected):
    """Give whether a run passed with the expected answers."""
    answers = expected[run.tag["task_id"]]
    return run.passed and all(
        isinstance(outcome, Returned) and same(outcome.value, answer, run.tag["atol"])
        for outcome, answer in zip(run.calls, answers, strict=True)
    )


def plus_inputs(task):
    """Give a task's inputs, with what JSON has made lists of put right (its first test shows the types)."""
    inputs = [*task["base_input"], *(task["plus_input"] or [])]
    if "assertion" not in task:
        return inputs
    shown = first_arguments(task)
    return [[like(argument, model) for argument, model in zip(each, shown, strict=False)] for each in inputs]


def first_arguments(task):
    """Give the arguments of the first call of the entry point in a task's published assertions."""
    for node in ast.walk(ast.parse(task["assertion"])):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == task["entry_point"]:
            try:
                return [ast.literal_eval(argument) for argument in node.args]
            except ValueError:
                continue
    return []


def like(value, model):
    """Give a JSON value the container types of a model."""
    if isinstance(value, list) and isinstance(model, (list, tuple, set)) and (model or not value):
        part = next(iter(model), None)
        parts = [like(each, part) for each in value]
        return type(model)(parts) if not isinstance(model, set) else set(parts)
    return complex(value) if isinstance(model, complex) and isinstance(value, str) else value


def test_settle_takes_the_first_form_in_which_the_reference_passes(box):
    """Tests that hand over a function pass in process only; a task's form follows its reference."""
    program = "def apply(f, x):\n    return f(x)\n"
    tests = "assert apply(lambda n: n + 1, 1) == 2\n"
    verdicts = {form: box.run_tests(program, tests, form=form) for form in ("proxy", "in-process")}
    assert not verdicts["proxy"].passed
    assert settle(verdicts) == "in-process"
    assert box.run_tests(program, tests).form == "in-process"
