"""Functions with tests get specifications: what went in and came out of their calls, really made."""

import pytest

from reweave.errors import RowError
from reweave.ground.specs import Contract, spec_text
from reweave.ground.trace.stored import decode

TOP = (
    "def top(words, k):\n    '''The k most frequent.'''\n    counts = {}\n    for word in words:\n"
    "        counts[word] = counts.get(word, 0) + 1\n"
    "    return sorted(counts, key=lambda word: (-counts[word], word))[:k]\n"
)
TESTS = (
    "assert top(['b', 'a', 'b'], 1) == ['b']\nassert top(['cat', 'ant'], 2) == ['ant', 'cat']\n"
    "assert top([], 3) == []\n"
)


def test_a_function(specified):
    """Inputs by parameter, outputs, a specification in each form, a contract a call that refuses mutants."""
    made = specified(TOP, TESTS)
    columns = made.columns(TOP, "Give the most frequent words.", 65536)
    assert columns["function"] == "top"
    values = [
        [{name: decode(value) for name, value in each[side].items()} for side in ("inputs", "outputs")]
        for each in columns["traces"]
    ]
    assert values[0] == [{"words": ["b", "a", "b"], "k": 1}, {"result": ["b"]}]
    assert values[2] == [{"words": [], "k": 3}, {"result": []}]
    assert "Call 1:\nInput words: a list of str\n['b', 'a', 'b']" in columns["specs"]["example"]
    assert columns["instructions"]["type"] == f"Give the most frequent words.\n\n{columns['specs']['type']}"
    for told, (inputs, outputs) in zip(columns["contracts"], values, strict=True):
        assert Contract.from_json(told).check(inputs, outputs) == []
    trip = columns["round_trip"]
    assert all(trip[form]["accepts"] for form in ("type", "summary", "example"))
    assert trip["judged"] > 4
    assert trip["type"]["rejected"] <= trip["summary"]["rejected"] <= trip["example"]["rejected"]
    assert trip["example"]["rejected"] > trip["judged"] / 2


def test_calls_that_are_told_alike_are_told_once(specified):
    """One paragraph where all calls have the same words, else one a call."""
    made = specified("def f(x):\n    return x + 1\n", "assert f(10) == 11\nassert f(20) == 21\n")
    assert made.trip.texts["type"] == spec_text("type", {"x": 10}, {"result": 11})
    assert made.trip.texts["example"].startswith("Call 1:\n")


def test_what_a_function_changes_is_an_output(specified):
    """In place, by its own parameter's name; what it returns stands beside it, None does not."""
    made = specified(
        "def put(xs, x):\n    xs.append(x)\n",
        "import copy\nxs = [1]\nput(xs, 2)\nassert xs == [1, 2]\n",
    )
    assert made.runs == [({"xs": [1], "x": 2}, {"xs": [1, 2]})]
    made = specified(
        "def pop(result):\n    return result.pop()\n", "assert pop([1, 2]) == 2\nassert pop([3]) == 3\n"
    )
    assert made.runs[0] == ({"result": [1, 2]}, {"result": [1], "returned": 2})


def test_generators_are_lists_and_exceptions_no_examples(specified):
    """What is walked is told by what it gives; a call that raises, as its test wants, is left out."""
    program = (
        "def odd(n):\n    if n < 0:\n        raise ValueError(n)\n    return (i for i in range(n) if i % 2)\n"
    )
    tests = (
        "import pytest\n\ndef test_odd():\n    with pytest.raises(ValueError):\n        odd(-1)\n"
        "    assert list(odd(6)) == [1, 3, 5]\n"
    )
    made = specified(program, tests)
    assert made.runs == [({"n": 6}, {"result": [1, 3, 5]})]


def test_frames(specified):
    """Tables go in and come out as tables."""
    pd = pytest.importorskip("pandas")
    program = (
        "import pandas as pd\n\n\ndef table(n):\n"
        "    return pd.DataFrame({'n': range(n), 'odd': [i % 2 == 1 for i in range(n)]})\n"
    )
    tests = "import pandas as pd\nassert len(table(3)) == 3\nassert list(table(2)['n']) == [0, 1]\n"
    made = specified(program, tests)
    assert [outputs["result"].shape for _, outputs in made.runs] == [(3, 2), (2, 2)]
    assert isinstance(made.runs[0][1]["result"], pd.DataFrame)
    assert "a pandas DataFrame with 2 columns" in made.trip.texts["type"]


@pytest.mark.parametrize(
    ("program", "tests", "reason"),
    [
        (TOP, TESTS.replace("['b']\n", "['a']\n"), "tests-fail"),
        ("def f(:\n", "assert f(1) == 1\n", "tests-fail"),
        ("def f(x):\n    while True:\n        pass\n", "assert f(1) == 1\n", "tests-fail"),
        ("x = 3\n", "assert x == 3\n", "no-calls"),
        ("def f(x):\n    print(x)\n", "assert f(1) is None\nassert f(2) is None\n", "no-output"),
        ("def f(x):\n    return lambda: x\n", "assert callable(f(1))\n", "calls-fail"),
        (
            "import random\n\n\ndef f(n):\n    return [random.random() for _ in range(n)]\n",
            "assert len(f(2)) == 2\n",
            "not-deterministic",
        ),
    ],
)
def test_refused(specified, program, tests, reason):
    """Each reason for which a function has no specification."""
    made = specified(program, tests, wall=2.0)
    assert isinstance(made, RowError)
    assert made.reason == reason
