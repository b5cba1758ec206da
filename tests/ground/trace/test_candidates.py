"""Rows as candidates: given ones, and those of published problems."""

import ast
import os
from pathlib import Path

import orjson
import pytest

from reweave.errors import InputError, RowError
from reweave.ground.trace import benchmarks
from reweave.ground.trace.candidates import entries, place_of
from reweave.parsing import parse_quietly
from reweave.storage import open_source

DATA = os.environ.get("REWEAVE_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="REWEAVE_DATA names no folder of benchmarks")

TEST = '''
import pandas as pd
def generate_test_case(test_case_id):
    def define_test_input(test_case_id):
        if test_case_id == 1:
            df = pd.DataFrame({"a": [1]})
        return df
exec_context = r"""
import pandas as pd
import numpy as np
df = test_input
def f(df):
[insert]
result = f(df)
"""
'''


def ds1000(block, reference, test=TEST):
    return {
        "prompt": f"Problem:\nDo it.\n\nA:\n{block}",
        "reference_code": reference,
        "metadata": {"library": "Pandas", "problem_id": 7},
        "code_context": test,
    }


def test_ds1000():
    """The code block is the context, after the imports of the test; the solution the candidate."""
    block = "<code>\nimport pandas as pd\ndf = 1\n</code>\nresult = ... # here\nBEGIN SOLUTION\n<code>\n"
    pair = benchmarks.ds1000(ds1000(block, "result = df\n"))
    assert pair.id == "DS-1000/7"
    assert pair.intent == "Do it."
    assert pair.context == "import numpy as np\nimport pandas as pd\ndf = 1\n"
    assert pair.code == "result = df\n"
    assert pair.more["evaluation_only"] is True


def test_ds1000_function():
    """Where a function's body is asked for, the candidate is the function and a call of it."""
    block = "<code>\nimport pandas as pd\nexample = 1\ndef f(df=example):\n    # return it\n    ### BEGIN"
    pair = benchmarks.ds1000(ds1000(block, "    return df\n"))
    assert pair.context == "import numpy as np\nimport pandas as pd\nexample = 1\n"
    assert pair.code == "def f(df=example):\n    return df\n\nresult = f()\n"


def test_ds1000_function_without_defaults():
    """Where it is given nothing to work on, it works on the test's first input."""
    block = "<code>\nimport pandas as pd\ndef f(df):\n    ### BEGIN SOLUTION"
    pair = benchmarks.ds1000(ds1000(block, "    return df\n"))
    assert pair.context.endswith("df = define_test_input(1)\n")
    assert pair.code.endswith("result = f(df)\n")
    ast.parse(pair.context + pair.code)


def library_eval(prompt, answer, test, entry_point="none"):
    row = {"task_id": "PandasEval/3", "prompt": prompt, "entry_point": entry_point, "test": test}
    return benchmarks.library_eval({**row, "canonical_solution": [answer]})


def test_library_eval():
    """The statement that the answer completes begins the candidate; comments are the intent."""
    pair = library_eval("import numpy as np\na = np.ones(3)\n# Sum it\n# up.\nb =", " a.sum()\nc = b", "")
    assert pair.context == "import numpy as np\na = np.ones(3)\n"
    assert (pair.intent, pair.code) == ("Sum it\nup.", "b = a.sum()\nc = b\n")
    pair = library_eval("import numpy as np\na = np.ones(3)\n# Sum it\n", "b = a.sum()", "")
    assert pair.code == "b = a.sum()\n"


def test_library_eval_function():
    """A function is called as the test first calls it."""
    test = "def check(candidate):\n    df = [1]\n    assert candidate(df, 2) == 3\n    assert candidate(5, 6)"
    pair = library_eval("import x\n\ndef add(xs, n):\n    # Add\n    return", " xs + n", test, "add")
    assert pair.context == "import x\n\n\ndf = [1]\nxs = df\nn = 2\n"
    assert pair.code == "def add(xs, n):\n    # Add\n    return xs + n\n\nresult = add(xs, n)\n"
    assert pair.intent == "Add"


def test_given():
    """Given rows keep their other columns; what is no candidate says why."""
    rows = [
        {"id": "a", "context": "x = 1", "intent": "Say.", "code": "y = x", "topic": 3},
        {"context": "", "intent": "", "code": "y = 1"},
        {"intent": "", "code": "y"},
        {"context": 1, "intent": "", "code": "y"},
        {"context": "", "intent": "", "code": " "},
    ]
    raw = [orjson.dumps(row) for row in rows]
    made = list(entries([*raw, b"{broken", b"[1]", RowError("invalid-utf8", "no")], ["Pandas"]))
    assert [each.id for each in made] == ["a", "1", "2", "3", "4", "5", "6", "7"]
    assert made[0].pair.more == {"topic": 3}
    reasons = [each.error.reason for each in made if each.error]
    unreadable = ["invalid-json", "not-an-object", "invalid-utf8"]
    assert reasons == ["missing-column", "not-text", "no-code", *unreadable]


def test_other_libraries():
    """DS-1000's other libraries are left out, and do not count."""
    row = orjson.dumps(ds1000("<code>\nx = 1\n</code>", "y = x"))
    assert [each.id for each in entries([row], ["Pandas"])] == ["DS-1000/7"]
    assert list(entries([row], ["Numpy"])) == []


def test_no_data(monkeypatch):
    """A benchmark whose file is not known says where it is looked for."""
    monkeypatch.delenv("REWEAVE_DATA", raising=False)
    with pytest.raises(InputError, match="set REWEAVE_DATA"):
        place_of("ds1000")
    assert place_of("some.jsonl") == "some.jsonl"


@needs_data
@pytest.mark.parametrize(("name", "count"), [("ds1000", 511), ("pandaseval", 101), ("numpyeval", 101)])
def test_published(name, count):
    """Every published problem of pandas and numpy is read, and parses."""
    if not Path(place_of(name)).exists():
        pytest.skip(f"no {name} below REWEAVE_DATA")
    made = list(entries(open_source(place_of(name)).rows(), ["Pandas", "Numpy"]))
    assert len(made) == count
    assert len({each.id for each in made}) == count
    for each in made:
        if each.pair is None:  # as published, one answer is indented otherwise than its prompt
            assert (each.id, each.error.reason) == ("PandasEval/19", "syntax")
            continue
        assert each.pair.intent
        parse_quietly(each.pair.code)
