"""The published files: how many tasks each gives, and that references pass and stubs fail.

Files that take long whole are sampled with a fixed seed; ``docs/LOG.md`` has the counts of whole files.
"""

import random
from collections import Counter

import pytest

from reweave.sandbox import Sandbox
from reweave.tasks import BENCHMARKS, check, load, prepare
from reweave.tasks.stubs import stubs


def read(data, name, split=None):
    """Read a benchmark of the data folder; skip where its file is not there."""
    benchmark = BENCHMARKS[name]
    for file in benchmark.files.get(split, benchmark.files[None]):
        if not (data / file).exists():
            pytest.skip(f"no {file} in REWEAVE_DATA")
    rejects = []
    return load(name, split=split, rejects=rejects), Counter(reject.reason for reject in rejects)


def checked(tasks, box, count=None):
    """Check some tasks; give (how many by variant and verdict form, what is not as it should be)."""
    chosen = tasks if count is None else random.Random(0).sample(tasks, count)
    rows = list(check(prepare(chosen, box), box))
    seen = Counter((row.variant == "reference", row.scored.form) for row in rows)
    return seen, {(row.task_id, row.variant): row.scored for row in rows if not row.good}


@pytest.mark.parametrize(
    ("name", "split", "count", "rejects"),
    [
        ("humaneval", None, 164, {}),
        ("humaneval+", None, 164, {}),
        ("humaneval+", "base", 164, {}),
        ("mbpp", None, 974, {}),
        ("mbpp-sanitized", None, 427, {}),
        ("mbpp+", None, 378, {}),
        ("mbpp+tests", None, 378, {}),
        ("ds1000", None, 1000, {}),
        ("ds1000", "Pandas", 291, {}),
        ("bigcodebench", None, 1140, {}),
        ("bigcodebench", "hard", 148, {}),
        ("canitedit", "lazy", 105, {}),
        ("pandaseval", None, 101, {}),
        ("numpyeval", None, 101, {}),
        ("apps", None, 5, {}),
        # The file has 22 rows twice or three times; of three problems it is not clear which line is what
        ("apps-selected", None, 126, {"duplicate-id": 21, "ambiguous-input": 3}),
        ("humaneval-x", None, 984, {}),
        ("humaneval-x", "js", 164, {}),
        ("multipl-e", "mbpp-cpp", 398, {}),
        ("multipl-e", None, 4373, {}),
    ],
)
def test_every_row_is_a_task(data, name, split, count, rejects):
    """Each row gives a task with a prompt, an instruction and a judge that says what it judges by."""
    tasks, refused = read(data, name, split)
    assert (len(tasks), refused) == (count, Counter(rejects))
    for task in tasks:
        assert task.prompt
        assert task.chat
        assert task.judge.describe()
        assert task.benchmark == name
        assert dict(stubs(task)) or task.judge.problem or task.language != "python"


def test_a_path_tells_its_form(data):
    """Every file that a name stands for is known by its columns alone."""
    for name, benchmark in BENCHMARKS.items():
        for file in benchmark.files[None]:
            if (data / file).exists():
                assert load(str(data / file), rejects=[])[0].benchmark == name


@pytest.mark.parametrize(
    ("name", "split", "sample"),
    [
        ("humaneval", None, None),
        ("mbpp", None, 150),
        ("mbpp-sanitized", None, 60),
        ("apps", None, None),
        ("humaneval-x", "python", 60),
    ],
)
def test_references_pass_and_stubs_fail(data, box, name, split, sample):
    """Without exception, and never in a form that can be forged."""
    tasks, _ = read(data, name, split)
    seen, wrong = checked(tasks, box, sample)
    assert wrong == {}
    assert not [form for _, form in seen if form == "in-process"]


@pytest.mark.parametrize(("name", "sample"), [("humaneval+", 15), ("mbpp+", 30)])
def test_references_of_evalplus_are_compared_as_data(data, data_box, name, sample):
    """All pass in the data form, and no stub does, those included that the published texts let through."""
    tasks, _ = read(data, name)
    weak = [task for task in tasks if task.id in {"Mbpp/737", "Mbpp/787", "Mbpp/794", "HumanEval/32"}]
    slow = {"HumanEval/15", "HumanEval/130", "Mbpp/255", "Mbpp/392", "Mbpp/599"}
    seen, wrong = checked([task for task in tasks if task.id not in slow], data_box, sample)
    assert wrong == {}
    assert {form for _, form in seen} == {"data"}
    assert checked(weak, data_box)[1] == {}


# Old names of numpy's or pandas's, or rows that are broken; whichever versions are installed
_NUMPY = {3, 9, 17, 20, 46, 63, 79, 95}
_PANDAS = {1, 19, 22, 27, 29, 30, 34, 36, 43, 52, 58, 61, 63, 67, 73, 76, 79, 82, 90, 99}


@pytest.mark.parametrize(("name", "known"), [("numpyeval", _NUMPY), ("pandaseval", _PANDAS)])
def test_lines_of_numpy_and_pandas(data, data_box, name, known):
    """References pass but for rows that are known; no stub passes."""
    tasks, _ = read(data, name)
    _, wrong = checked(tasks, data_box)
    assert {variant for _, variant in wrong} <= {"reference"}
    assert {int(task.rpartition("/")[2]) for task, _ in wrong} <= known


def test_edits(data, data_box):
    """The program after the edit passes where its modules are installed; before it, and stubs, do not."""
    tasks, _ = read(data, "canitedit")
    timed = {"55_bm25", "60_unique_number"}  # assert how much faster the program became
    _, wrong = checked([task for task in tasks if task.id not in timed], data_box, 10)
    assert {scored.reason for scored in wrong.values()} <= {"missing-module"}, wrong


def test_ds1000_in_its_own_context(data, data_box):
    """Whatever the versions, no stub passes, and references that pass mostly do so in the proxy form."""
    tasks, _ = read(data, "ds1000", "Numpy")
    seen, wrong = checked(tasks, data_box, 20)
    assert {variant for _, variant in wrong} <= {"reference"}
    assert len(wrong) <= 2, wrong
    assert seen[True, "proxy"] >= 17


@pytest.mark.parametrize(("split", "sample"), [("js", 12), ("cpp", 2), ("java", 2)])
def test_other_languages(data, box, split, sample):
    """References pass, programs that exit early or do nothing fail; all labelled as in-process."""
    tasks, _ = read(data, "humaneval-x", split)
    if tasks[0].judge.problem:
        pytest.skip(tasks[0].judge.problem)
    known = {"JavaScript/112", "JavaScript/155", "JavaScript/162"}  # wrong, wrong, needs a package
    seen, wrong = checked([task for task in tasks if task.id not in known], box, sample)
    assert wrong == {}
    assert {form for _, form in seen} == {"in-process"}


_ANSWERS = {
    "js": ("js/HumanEval_53_add", "  return x + y;\n}\n"),
    "cpp": ("cpp/HumanEval_53_add", "    return x + y;"),
    "java": ("java/HumanEval_53_add", "        return x + y;"),
    "py": ("py/HumanEval_53_add", "    return x + y\n"),
}


@pytest.mark.parametrize("language", _ANSWERS)
def test_multipl_e_runs(data, box, language):
    """A right completion passes, a wrong one fails, with and without the braces that the tests close."""
    tasks, _ = read(data, "multipl-e", f"humaneval-{language}")
    name, right = _ANSWERS[language]
    [task] = [task for task in tasks if task.id == name]
    if task.judge.problem:
        pytest.skip(task.judge.problem)

    def passes(completion):
        return task.judge.finish(list(box.map(task.judge.jobs(task.program(completion))))).passed

    assert passes(right)
    assert not passes(right.replace("+", "-"))
    if language == "cpp":
        assert passes(right + "\n}\n")
    if language == "java":
        assert passes(right + "\n    }\n")
        assert passes(right + "\n    }\n}\n")


def test_bigcodebench_of_the_standard_library(data):
    """References pass; which form does, the reference settles."""
    tasks, _ = read(data, "bigcodebench")
    plain = [
        task for task in tasks if set(task.libraries) <= {"collections", "random", "re", "string", "math"}
    ]
    with Sandbox(workers=2) as sandbox:
        _, wrong = checked(plain, sandbox, 6)
    assert wrong == {}
