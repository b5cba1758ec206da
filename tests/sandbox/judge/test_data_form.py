"""The data form's plans: what has one, what has none, and what the plan then accepts."""

import random
import signal
import string

import pytest

from reweave.sandbox.judge.data_form import plan
from reweave.sandbox.judge.verdicts import judge_data
from reweave.sandbox.results import NotPlain, NotReached, Raised, Returned

CHECK = "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n"


def verdict(tests, function, entry_point=None):
    """Judge what a function, called here, gives for a plan's calls."""
    planned = plan(tests, entry_point)
    outcomes = []
    for call in planned.calls:
        try:
            outcomes.append(Returned(function(*call.args, **call.kwargs)))
        except Exception as error:  # noqa: BLE001 - as the sample does
            outcomes.append(Raised(type(error).__name__, str(error), 1))
    return judge_data(planned, outcomes)


@pytest.mark.parametrize(
    ("tests", "function"),
    [
        ("assert f(1) == 2", lambda x: x + 1),
        ("assert f([1, 2], key=3) == {'a': (1,)}", lambda *_, **__: {"a": (1,)}),
        ("assert abs(f(2) - 1.41421) < 1e-3", lambda x: x**0.5),
        ("import math\nassert math.isclose(f(2), 2 ** 0.5, rel_tol=1e-9)", lambda x: x**0.5),
        ("assert sorted(f(3)) == [0, 1, 2] and len(f(3)) == 3", lambda n: set(range(n))),
        ("assert f(3) is None", lambda _: None),
        ("assert not f(3)", lambda _: 0),
        ("assert f('a') in ('x', 'a')", lambda x: x),
        ("assert isinstance(f(1), int) and type(f(1)) == int", lambda x: x),
        ("assert 0 <= f(1) < f(2)", lambda x: x),
        ("x = f(1)\nassert x == 1, f'got {x}'", lambda x: x),
        ("a, b = f(1)\nassert a == 1\nassert b == 2", lambda _: (1, 2)),
        ("for given, wanted in [(1, 2), (2, 3)]:\n    assert f(given) == wanted", lambda x: x + 1),
        ("def test_one():\n    assert f(1) == 2\ndef test_two():\n    assert f(2) == 3", lambda x: x + 1),
        ("def same(x, y):\n    return abs(x - y) < 1\nassert same(f(1), 2)", lambda x: x + 1),
        ("assert all(f(i) == i for i in range(5))", lambda x: x),
        ("assert f(1)[0]['a'][-1] == 3", lambda _: [{"a": [1, 3]}]),
        ("assert [f(i) for i in (1, 2)] == [1, 2]", lambda x: x),
        ("assert f('x').upper() == 'X'", lambda x: x),
        ("if __name__ == '__main__':\n    assert f(1) == 1\n    print('all fine')", lambda x: x),
        ("METADATA = {'author': 'x'}\nassert f() == 1", lambda: 1),
        ("import copy\nx = [3]\nassert f(copy.deepcopy(x)) == x", list),
    ],
)
def test_plain_assertions_have_a_plan(tests, function):
    """What equality tests are made of goes through, and a right function passes."""
    reason, detail, reached = verdict(tests, function)
    assert (reason, detail) == ("passed", "")
    assert reached == len(plan(tests).assertions) >= 1


def test_drawn_inputs_are_what_the_tests_would_draw():
    """Random numbers are those of the job's seed, as the module or a generator of its own gives them."""
    tests = (
        "import random\nfrom random import randint\nimport string\n"
        "for _ in range(3):\n"
        "    values = []\n"
        "    size = randint(1, 4)\n"
        "    for _ in range(size):\n"
        "        values.append(random.choice(string.ascii_lowercase))\n"
        "    assert f(values, random.Random(5).uniform(0, 1)) == size\n"
    )
    for seed in (0, 7):
        random.seed(seed)
        letters, number = string.ascii_lowercase, random.Random(5).uniform(0, 1)
        drawn = [[random.choice(letters) for _ in range(random.randint(1, 4))] for _ in range(3)]
        planned = plan(tests, None, seed)
        assert [call.args for call in planned.calls] == [(each, number) for each in drawn]
        assert planned.drawn
    assert not plan("assert f(1) == 1").drawn


def test_an_answer_goes_to_a_later_call():
    """A round trip is planned: the second call is given what the first one gave, or a copy."""
    planned = plan("import copy\nx = g(1)\nassert f(x, n=copy.deepcopy(g(2))) == 1\nassert f(g(3)) == 1")
    assert [(call.entry, call.args, call.kwargs) for call in planned.calls] == [
        ("g", (1,), {}), ("g", (2,), {}), ("f", (None,), {"n": None}), ("g", (3,), {}), ("f", (None,), {}),
    ]  # fmt: skip
    assert planned.earlier == {2: {0: (0, False), "n": (1, True)}, 4: {0: (3, False)}}


def test_check_is_called_with_the_entry_point():
    """HumanEval's ``check`` need not be called by its text."""
    assert [call.entry for call in plan(CHECK, "inc").calls] == ["inc", "inc"]
    assert plan(CHECK) is None
    assert [call.entry for call in plan(CHECK + "check(inc)").calls] == ["inc", "inc"]


def test_a_method_of_a_fresh_object_is_an_entry():
    """``Solution().f`` makes an object for that one call."""
    assert plan("assert Solution().f(1) == 2").calls[0].entry == "Solution().f"


def test_a_redefined_builtin_is_the_programs():
    """Tests that speak of a builtin alone are about a program that redefines it."""
    assert plan("assert sum(10, 15) == 6").calls[0].entry == "sum"


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(lambda x: x) == 1",
        "assert f([g(1)]) == 1",
        "x = f(1)\ng(x)\nassert x == 1",
        "x = f(1)\nassert x == 1\nassert g(x) == 1",
        "a, b = f(1)\nassert g(a) == 1",
        "x = [1]\nassert f(x) == x",
        "x = [1]\ny = [x, 2]\nf(x)\nassert f(2) == y",
        "x = [3, 1]\nf(x)\nassert x == [1, 3]",
        "assert f(1) == 1 or f(2) == 2",
        "assert any(f(i) for i in range(3))",
        "try:\n    f(1)\nexcept ValueError:\n    pass\nassert f(2) == 1",
        "import random\nassert f(random.SystemRandom().random()) == 1",
        "import random\nassert f(random.sample({1, 2}, 1)) == 1",
        "import random\nx = [1, 2]\nrandom.shuffle(x)\nassert f(x) == 1",
        "x = [1]\nf(x)\nx.append(2)\nassert f(3) == 1",
        "x = []\nx.append(f(1))\nassert f(2) == 1",
        "x = [1]\nfor n in x:\n    if n < 3:\n        x.append(n + 1)\n    assert f(n) == n",
        "x = [1]\nfor i, n in enumerate(x):\n    x.append(n)\n    assert f(i) == i",
        "import random\nrandom.seed()\nassert f(random.random()) == 1",
        "import random\nassert f(random.Random().random()) == 1",
        "import random\nassert f(random.Random(None).random()) == 1",
        "import numpy as np\nassert np.allclose(f(1), 2)",
        "class T:\n    pass\nassert f(1) == 1",
        "s = Stack()\nassert s.pop() == 1",
        "with open('x') as file:\n    assert f(1) == 1",
        "assert f(1).fancy() == 1",
        "assert sorted(f(1), key=len) == [1]",
        "assert f(1) is f(2)",
        "assert True",
        "x = 1",
        "",
        "assert f(1) ==",
        "from solution import *\nassert f(1) == 1",
        "x = f(1)\nif x:\n    assert f(2) == 1",
        "assert eval('1') == f(1)",
        "while True:\n    assert f(1) == 1",
    ],
)
def test_the_rest_has_none(tests):
    """What cannot be told from calls with literal arguments is left to the proxy form."""
    assert plan(tests) is None


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(1) == 10**10**10",
        "assert f(1) == 'a' * 10**9",
        "assert f(1) == [0] * 10**9",
        "assert f(1) == 1 << 10**10",
        "assert f(1) == sum(range(10**12))",
        "assert f(1) == round(5, -10**9)",
        "x = [0]\n" + "x = [x, x]\n" * 60 + "assert f(x) == 1",
        "x = 'ab'\n" + "x = x + x\n" * 60 + "assert f(x) == 1",
        "for a in range(10**9):\n    assert f(a) == 1",
        "for a in range(1000):\n    for b in range(1000):\n        for c in range(1000):\n            d = 1",
        "assert f(1) == {" + ", ".join(str(i * (2**61 - 1)) for i in range(1, 20000)) + "}",
        "import math\nassert f(1) == math.factorial(10**7)",
        "assert f(1) == 1.5 in range(10**12)",
        "def g():\n    return g()\nassert f(g()) == 1",
        "assert f(1) == '%1000000000d' % 1",
        "assert f(1) == f'{1:1000000000}'",
        "assert f(1) == " + "-" * 100_000 + "1",
        "assert f(1) == " + "+".join(["1"] * 100_000),
        "assert f(1) == " + "[" * 5000 + "]" * 5000,
        "assert f(1) == 'x\0'",
        "assert " + " and ".join(["f(1)"] * 200_000),
        "x" * 2_000_000,
        "assert f(1) == 'a'.replace('', 'b' * 1000).join(['c'] * 10**6)",
        "assert f(1) == pow(3, 10**9)",
        "assert f(1) == pow(3, 2**20000, 2**20000 - 1)",
        "assert f(1) == divmod(2**16000, 3) and f(2) == 10 ** 400 ** 4",
    ],
)
def test_hostile_texts_end_soon(tests):
    """No text makes the planner work for long or fail: it gives a plan, or none."""
    signal.alarm(60)  # ends the tests, should one hang
    planned = plan(tests)
    signal.alarm(0)
    assert planned is None or len(planned.checks) <= 200_000


def test_a_call_behind_or_does_not_matter():
    """Where an earlier operand decides, later ones are not looked at."""
    planned = plan("x = f(1)\ny = f(2)\nassert x == 1 or y == 2")
    assert judge_data(planned, [Returned(1), Returned(5)])[0] == "passed"
    assert judge_data(planned, [Returned(5), Returned(5)])[0] == "failed"


def test_an_answer_behind_and_does_not_matter_once_failed():
    """The first operand that fails is what is told."""
    planned = plan("assert f(1) == 1 and f(2) == 2")
    reason, detail, reached = judge_data(planned, [Returned(0), Raised("ValueError", "x")])
    assert (reason, reached) == ("failed", 1)
    assert "ValueError" not in detail


def test_details_name_line_answer_and_expectation():
    """A person reads where, what came, and what was wanted."""
    planned = plan("\nassert f(1) == 1\nassert f(2) == [3, 4]")
    reason, detail, reached = judge_data(planned, [Returned(1), Returned([3])])
    assert (reason, reached) == ("failed", 2)
    assert detail == "line 3: assert f(2) == [3, 4]: [3] against [3, 4]"


def test_what_did_not_return_fails_where_it_is_needed():
    """A call that raised, gave what does not cross or was not reached fails its assertion."""
    planned = plan("assert f(1) == 1")
    assert judge_data(planned, [Raised("KeyError", "'x'", 7)])[1].endswith(
        "f raised KeyError: 'x', its line 7"
    )
    assert judge_data(planned, [NotPlain("a function")])[0] == "failed"
    assert judge_data(planned, [NotReached()])[0] == "crashed"


def test_a_call_for_its_own_sake_must_not_raise():
    """A call whose answer nobody uses fails the tests if it raises, as it would in Python."""
    planned = plan("x = f(1)\nf(2)\nassert f(3) == 1")
    assert judge_data(planned, [Returned(9), Returned(9), Returned(1)]) == ("passed", "", 1)
    assert judge_data(planned, [Raised("E", ""), Returned(9), Returned(1)])[0] == "failed"
    assert judge_data(planned, [Returned(9), Raised("E", ""), Returned(1)])[0] == "failed"
    assert judge_data(planned, [NotPlain("a Node"), NotPlain("a Node"), Returned(1)])[0] == "passed"


def test_lazy_answers_are_bounded():
    """An answer cannot make the judge work for long."""
    for tests, answer in [
        ("assert f(1) ** f(1) == 1", 10**9),
        ("assert f(1) * 'a' == 1", 10**10),
        ("assert sum(f(1)) == 1", [1 << 500_000] + [1] * 100_000),
        ("assert len(set(f(1))) == 1", [i * (2**61 - 1) for i in range(1, 100_000)]),
        ("assert 1.5 in f(1)", range(10**12)),
        ("assert list(f(1)) == 1", range(10**12)),
        ("assert max(f(1)) == 1", range(10**30)),
        ("assert str(f(1)) == '1'", 10**100_000),
    ]:
        planned = plan(tests)
        assert judge_data(planned, [Returned(answer)] * len(planned.calls))[0] == "failed"
