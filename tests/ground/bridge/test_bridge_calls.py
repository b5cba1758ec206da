"""Which calls a test text makes, and by what names their arguments go. Nothing is run."""

import pytest

from reweave.ground.bridge.calls import calls_of

ADD = "def add(a, b=1):\n    return a + b\n"


def inputs(program, tests, most=10):
    return [dict(each.inputs) for each in calls_of(program, tests, most=most)]


@pytest.mark.parametrize(
    "tests",
    [
        "assert add(1, 2) == 3\nassert add(1, b=2) == 3\nassert add(5) == 6\nassert add(1, 2) == 3",
        "def test_add():\n    assert add(1, 2) == 3\n    assert add(1, b=2) == 3\n    assert add(5) == 6\n",
        "for a, b in [(1, 2)]:\n    assert add(a, b) == a + b\nassert add(1, b=2) == 3\nassert add(5) == 6",
        "import pytest\nassert add(1, 2) == 3\nassert add(1, b=2) == 3\nwith pytest.raises(E):\n    add(5)",
    ],
)
def test_different_calls_in_their_order(tests):
    """Loops and helpers are followed; where the text does more, literal calls count; equal ones do once."""
    assert inputs(ADD, tests) == [{"a": 1, "b": 2}, {"a": 1, "b": 2}, {"a": 5}]
    assert inputs(ADD, tests, most=1) == [{"a": 1, "b": 2}]


def test_the_function_under_test_is_called_most():
    """Helpers of the program are called less; of equals the first is taken."""
    program = ADD + "def twice(n):\n    return n * 2\n"
    tests = "assert twice(1) == 2\nassert add(1) == 2\nassert add(2) == 3\n"
    assert [each.call.entry for each in calls_of(program, tests, most=5)] == ["add", "add"]
    assert [each.call.entry for each in calls_of(program, tests[:40], most=5)] == ["twice"]


def test_parameters_of_every_sort():
    """Starred ones take the rest; a method's object is none of the inputs."""
    program = (
        "def f(a, /, *rest, key=0, **more):\n    return a\n"
        "class Solution:\n    def top(self, xs, k=1):\n        return xs[:k]\n"
    )
    assert inputs(program, "assert f(1, 2, 3, key=4, z=5) == 1") == [
        {"a": 1, "rest": (2, 3), "key": 4, "more": {"z": 5}}
    ]
    assert inputs(program, "assert Solution().top([3, 1], k=2) == [3, 1]") == [{"xs": [3, 1], "k": 2}]
    assert inputs("def f():\n    return [1]\n", "assert f()\nassert f() == [1]") == [{}]


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        (ADD, "assert other(1) == 2"),
        (ADD, "assert add(1, 2, 3) == 3"),
        (ADD, "import pytest\nwith pytest.raises(TypeError):\n    add(object())"),
        ("def add(:\n", "assert add(1) == 2"),
        (ADD, "assert add(1 =="),
        ("class A:\n    pass\n", "assert A()"),
    ],
)
def test_nothing_to_call(program, tests):
    """What is no call of a function of the program with known arguments gives none."""
    assert inputs(program, tests) == []


def test_names_that_are_handed_on_are_not_known_any_more():
    """A literal bound to a name counts until something may have changed it."""
    program = "def put(xs, x):\n    xs.append(x)\n"
    tests = (
        "import pytest\nn = 4\nxs = [1]\nput(xs, n)\nput(xs, n)\nys = [2]\nys.sort()\nput(ys, n)\n"
        "zs = [3]\nassert len(zs) == 1\nput(zs, n)\n"
        "for n in range(3):\n    put(n, 1)\nput([], n)\nput([9], 9)\n"
    )
    assert inputs(program, tests) == [{"xs": [1], "x": 4}, {"xs": [3], "x": 4}, {"xs": [9], "x": 9}]
