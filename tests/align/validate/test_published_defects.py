"""Defects of the published pipeline's execution: each behaviour, and that it is not ours.

There, the response and its tests are one text in an ``exec`` inside a function, a pass is exit status 0, and
what a worker raises is lost.
"""

import pytest

from reweave.storage import extract_code

RECURSION = """def depth(tree):
    return 1 + max(map(depth, tree), default=0)
"""
THREAD = """import os, threading

def f(x):
    threading.Thread(target=os._exit, args=(0,)).start()
    return x
"""
HELPERS = """import json
from collections import Counter

LIMIT = 3

def counted(text):
    return Counter(json.loads(text))

def top(text):
    return [name for name, _ in counted(text).most_common(LIMIT)]
"""


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        (RECURSION, "assert depth([]) == 1\nassert depth([[], [[]]]) == 3\n"),
        (HELPERS, "assert top('[2, 1, 2]') == [2, 1]\nassert len(top('[1, 2, 3, 4]')) == 3\n"),
        (HELPERS, "import json\ndef of(x):\n    return top(json.dumps(x))\nassert of([1, 1, 2]) == [1, 2]\n"),
    ],
)  # fmt: skip
def test_names_are_found(validated, program, tests):
    """Recursion, helpers, constants and imports of a program's own module are found when it is called."""
    [column] = validated((program, tests))
    assert column["reason"] in {"accepted", "weak-tests"}
    assert column["passed"]


def test_a_missing_import_is_not_masked(validated):
    """What a program does not import it does not have, though the tests do and the judge did."""
    program = HELPERS.replace("import json\n", "")
    [column] = validated((program, "import json\n\nassert top(json.dumps([1, 1])) == [1]\n"))
    assert column["reason"] == "failed"
    assert "json" in column["detail"]
    [masked] = validated((RECURSION, "import math\nassert depth([]) == 1\nassert deep([]) == 1\n"))
    assert masked["reason"] == "failed"


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        ("def f(x):\n    return x\n", "import sys\nsys.exit(0)\nassert f(1) == 2\n"),
        ("def f(x):\n    return x\n", "f(1)\nexit()\nassert f(1) == 2\n"),
        ("import sys\ndef f(x):\n    return x\nsys.exit(0)\n", "assert f(1) == 2\n"),
        ("import sys\ndef f(x):\n    sys.exit(0)\n", "assert f(1) == 2\n"),
        ("import os\ndef f(x):\n    os._exit(0)\n", "assert f(1) == 2\n"),
        ("import atexit, os\natexit.register(os._exit, 0)\ndef f(x):\n    return x\n", "assert f(1) == 2\n"),
        (THREAD, "import time\nf(0)\ntime.sleep(0.2)\nassert f(1) == 2\n"),
    ],
)  # fmt: skip
def test_an_early_exit_is_no_pass(validated, program, tests):
    """Exit status 0 before the assertions says nothing."""
    [column] = validated((program, tests))
    assert not column["passed"]
    assert column["reason"] in {"crashed", "failed"}


@pytest.mark.parametrize("name", ["input_list", "input", "test_input", "main"])
def test_names_do_not_cut_the_tests(validated, name):
    """No name in a program or its tests keeps the assertions under a guard from being run."""
    program = f"def total({name}):\n    return len({name})\n"
    tests = f"{name} = [1, 2, 3]\n\nif __name__ == '__main__':\n    assert total({name}) == 6\n"
    [column] = validated((program, tests))
    assert (column["reason"], column["asserts_reached"]) == ("failed", 1)
    [right] = validated((program.replace("len", "sum"), tests))
    assert right["passed"]


@pytest.mark.parametrize("where", ["program", "tests"])
def test_much_output(validated, where):
    """More output than a pipe holds does not time out."""
    loud = "import sys\nfor _ in range(200):\n    print('x' * 1000)\n    print('y' * 1000, file=sys.stderr)\n"
    program, tests = "def f(x):\n    return x + 1\n", "assert f(1) == 2\nassert f(-1) == 0\n"
    pair = (program + loud, tests) if where == "program" else (program, loud + tests)
    [column] = validated(pair)
    assert column["reason"] == "accepted"
    [endless] = validated((f"while True:\n    print('x' * 1000)\n{program}", tests))
    assert endless["reason"] == "output"


def test_a_stray_bash_block(validated):
    """A block of another language in an answer is not taken for code."""
    answer = (
        "First install it:\n```bash\npip install something\n```\nThen:\n"
        "```python\ndef f(x):\n    return x + 1\n```\nRun it:\n```sh\npython f.py\n```\n"
    )
    program = extract_code(answer).code
    [column] = validated((program, "assert f(1) == 2\nassert f(-1) == 0\n"))
    assert column["reason"] == "accepted"
