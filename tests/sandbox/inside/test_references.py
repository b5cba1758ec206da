"""Published reference solutions pass in the form their tests call for, and stubs in none.

Every eighth of MBPP, and a quarter of HumanEval for stubs: the whole files go through the real sandbox in
tests/sandbox/test_benchmarks.py.
"""

import re

import pytest
import unconfined

from reweave.sandbox.judge import data_form, forms

STUBS = {
    "none": "return None",
    "os._exit": "import os; os._exit(0)",
    "sys.exit": "import sys; sys.exit(0)",
    "raise": "raise SystemExit",
}


def judged(program, tests, entry_point):
    form = forms.choose(tests, entry_point)
    return {"data": unconfined.data, "proxy": unconfined.proxy}[form](program, tests, entry_point)


@pytest.mark.parametrize("tasks", [unconfined.humaneval, unconfined.humaneval_x, unconfined.mbpp])
def test_references_pass(tasks):
    """Every reference passes in the form that ``auto`` stands for."""
    failed = {}
    every = {unconfined.mbpp: 8, unconfined.humaneval_x: 2}.get(tasks, 1)
    for name, program, tests, entry_point in list(tasks())[::every]:
        verdict = judged(program, tests, entry_point)
        if verdict[0] != "passed":
            failed[name] = verdict
    assert failed == {}


def test_references_pass_by_proxy():
    """HumanEval's references pass in the proxy form, and every assertion is counted."""
    for name, program, tests, entry_point in list(unconfined.humaneval())[::4]:
        reason, detail, reached = unconfined.proxy(program, tests, entry_point)
        assert (name, reason, detail) == (name, "passed", "")
        assert reached >= 1


@pytest.mark.parametrize(
    ("tasks", "least"), [(unconfined.humaneval, 164), (unconfined.humaneval_x, 164), (unconfined.mbpp, 969)]
)
def test_the_data_form_is_the_rule(tasks, least):
    """Nearly all published equality tests have a plan."""
    assert (
        sum(data_form.plan(tests, entry_point) is not None for _, _, tests, entry_point in tasks()) >= least
    )


@pytest.mark.parametrize("body", STUBS.values(), ids=STUBS)
@pytest.mark.parametrize("form", ["auto", "proxy"])
def test_stubs_fail(body, form):
    """No stub passes any task, whichever way it leaves."""
    for name, _, tests, entry_point in list(unconfined.humaneval())[::4]:
        stub = f"def {entry_point}(*args, **kwargs):\n    {body}\n"
        names = set(re.findall(r"\b(poly|encode_\w+)\(", tests))
        stub += "".join(f"def {each}(*args): return args[0]\n" for each in names)
        judge = unconfined.proxy if form == "proxy" else judged
        assert (name, judge(stub, tests, entry_point)[0]) != (name, "passed")
