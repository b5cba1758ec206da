"""What a candidate took and left, and why it is refused: every case runs in the sandbox."""

import pytest

from reweave.ground.trace import Refusal, Trace

pd = pytest.importorskip("pandas", reason="the data extra is not installed")
np = pytest.importorskip("numpy", reason="the data extra is not installed")

TABLE = (
    "import pandas as pd, numpy as np\ndf = pd.DataFrame({'a': [3, 1, 2], 'b': [1.5, float('nan'), 0.5]})\n"
)


def same(left, right):
    """Say whether two frames are one."""
    pd.testing.assert_frame_equal(left, right)
    return True


# -- inputs and outputs ------------------------------------------------------------------------------------


def test_inputs_and_outputs(traced):
    """What is read of the context goes in, what is bound comes out; what is not used is neither."""
    made = traced(TABLE + "other = 1\nn = 2", "top = df.nlargest(n, 'a')")
    assert list(made.inputs) == ["df", "n"]
    assert list(made.outputs) == ["top"]
    assert made.outputs["top"]["a"].tolist() == [3, 2]
    assert not made.apart
    assert not made.removed


def test_in_place(traced):
    """A table that is changed in place is there as it was and as it is."""
    made = traced(TABLE, "df['c'] = df['a'] * 2\ndf.sort_values('a', inplace=True)")
    assert list(made.inputs["df"].columns) == ["a", "b"]
    assert made.inputs["df"]["a"].tolist() == [3, 1, 2]
    assert made.outputs["df"]["c"].tolist() == [2, 4, 6]


def test_in_place_through_a_function(traced):
    """So is one that a function changes, whatever it is called there."""
    made = traced("xs = [[1], [2]]\nys = xs[0]", "def grow(them):\n    them[0].append(9)\ngrow(xs)")
    assert made.inputs == {"xs": [[1], [2]]}
    assert made.outputs == {"ys": [1, 9], "xs": [[1, 9], [2]]}


def test_rebound(traced):
    """A name of the context that is bound again goes in as it was and comes out as it is."""
    made = traced(TABLE, "df = df[df['a'] > 1]")
    assert len(made.inputs["df"]) == 3
    assert len(made.outputs["df"]) == 2


def test_rebound_to_the_same(traced):
    """An answer that equals what was there is an answer, beside another one that is new."""
    made = traced("xs = [1, 2]\nys = [2, 1]", "xs = sorted(xs)\nys = sorted(ys)")
    assert made.outputs == {"xs": [1, 2], "ys": [1, 2]}


def test_shadowed(traced):
    """A name that the candidate binds before it reads it is no input."""
    made = traced("x = 1\ny = 2", "x = 5\nz = x + y")
    assert made.inputs == {"y": 2}
    assert made.outputs == {"x": 5, "z": 7}


def test_augmented(traced):
    """An augmented assignment reads and binds."""
    made = traced("x = 1\nxs = [1]", "x += 1\nxs += [2]")
    assert made.inputs == {"x": 1, "xs": [1]}
    assert made.outputs == {"x": 2, "xs": [1, 2]}


def test_comprehensions(traced):
    """A comprehension's own names are neither in nor out."""
    made = traced("x = 1\nxs = [1, 2]", "ys = [x * 2 for x in xs]")
    assert made.inputs == {"xs": [1, 2]}
    assert made.outputs == {"ys": [2, 4]}


def test_functions_use_globals(traced):
    """What a function of the candidate reads of the context goes in; the function does not come out."""
    made = traced("rate = 3\nxs = [1, 2]", "def scaled():\n    return [x * rate for x in xs]\nys = scaled()")
    assert made.inputs == {"rate": 3, "xs": [1, 2]}
    assert made.outputs == {"ys": [3, 6]}


def test_functions_set_globals(traced):
    """What a function sets through ``global`` comes out."""
    made = traced("n = 1", "def step():\n    global n\n    n += 1\nstep()")
    assert (made.inputs, made.outputs) == ({"n": 1}, {"n": 2})


def test_loops(traced):
    """Names that only a loop binds do not come out."""
    made = traced("xs = [1, 2]", "total = 0\nfor i, x in enumerate(xs):\n    total += i * x\n    last = x")
    assert made.outputs == {"total": 2, "last": 2}


def test_last_expression(traced):
    """The last expression's value is shown; None is nothing shown."""
    assert traced(TABLE, "df['a'].sum()").outputs == {"Out": 6}
    made = traced("xs = [2, 1]", "xs.sort()")
    assert made.outputs == {"xs": [1, 2]}


def test_a_view_that_is_shown(traced):
    """A dict's view is shown as a list, and can be read twice."""
    made = traced("d = {'a': 1}", "d.keys()")
    assert made.outputs == {"Out": ["a"]} == made.outputs


def test_deleted(traced):
    """Names that are deleted are said, and are no output."""
    made = traced("x = 1\ny = 2", "z = x + y\ndel x")
    assert made.removed == ("x",)
    assert made.outputs == {"z": 3}


def test_printed(traced):
    """What is printed is kept, and is no output by itself."""
    assert traced("x = 1", "y = x\nprint('y is', y)").printed == "y is 1\n"
    assert traced("x = 1", "print(x)").reason == "no-output"


def test_values_come_exactly(traced):
    """Element types, repeated columns, indexes, NaN and infinities come as they are."""
    made = traced(
        TABLE,
        "t = pd.concat([df, df], axis=1).set_index(pd.Index([1, 2, 3], name='k'))\n"
        "a = np.array([np.inf, np.nan])",
    )
    table = pd.DataFrame({"a": [3, 1, 2], "b": [1.5, np.nan, 0.5]})
    expected = pd.concat([table, table], axis=1).set_index(pd.Index([1, 2, 3], name="k"))
    assert same(made.outputs["t"], expected)
    assert made.outputs["a"].dtype == np.float64
    np.testing.assert_array_equal(made.outputs["a"], [np.inf, np.nan])


def test_some_do_not_cross(traced):
    """What does not cross is said beside what does."""
    made = traced("import re", "p = re.compile('a')\nn = len(p.pattern)\nq = lambda: 1")
    assert made.outputs == {"n": 1}
    assert list(made.apart) == ["p"]


def test_plots(traced):
    """Figures are shown by what is drawn and written in them; those of the context are not its."""
    pytest.importorskip("matplotlib", reason="the plot extra is not installed")
    made = traced(
        "import matplotlib.pyplot as plt\nxs = [1, 2]",
        "plt.plot(xs, [3, 4], label='up')\nplt.title('A title')\nplt.legend()",
        wall=120.0,  # matplotlib lists the fonts there are
    )
    assert isinstance(made, Trace), made
    [[axes]] = made.outputs["Plots"]
    assert axes["title"] == "A title"
    assert axes["lines"] == [{"label": "up", "x": [1, 2], "y": [3, 4]}]
    assert axes["legend"] == ["up"]
    made = traced("import matplotlib.pyplot as plt\nplt.plot([1])", "x = 1", wall=120.0)
    assert made.outputs == {"x": 1}


# -- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "program", "reason", "words"),
    [
        ("x = 1 / 0", "y = 1", "context-fails", "ZeroDivisionError"),
        ("import nothing_of_that_name", "y = 1", "context-fails", "missing-module"),
        ("x =", "y = 1", "context-fails", "syntax"),
        ("x = 1", "y = x.nothing", "fails", "AttributeError"),
        ("x = 1", "y = ", "fails", "parse"),
        ("x = 1", "import nothing_of_that_name\ny = 1", "fails", "missing-module"),
        ("x = 1", "y = 1\nimport os as o\nraise SystemExit", "file-access", "imports os"),
        ("x = 1", "y = 1\nraise SystemExit", "fails", "crashed"),
        ("x = 1", "while True:\n    pass", "timeout", "over 1 s"),
        ("x = 1", "y = bytearray(1 << 32)", "memory", "memory"),
        ("x = 1", "None", "no-output", "shows nothing"),
        ("x = 1", "def f():\n    return x", "no-output", "leaves no variable"),
        ("xs = [1]", "for x in xs:\n    pass", "no-output", "leaves no variable"),
        ("xs = [1]", "xs = [1]", "no-output", "leaves no variable"),
        ("x = 1", "y = iter([x])", "not-plain", "y: a list_iterator"),
        ("x = 1", "y = open('a')", "file-access", "open"),
        ("", "import random\ny = random.random()", "not-deterministic", "y is another"),
        ("import numpy as np\nx = np.random.rand(3)", "y = x.sum()", "not-deterministic", "x of the context"),
        ("", "import time\nz = 1\ny = time.time()", "not-deterministic", "y is another"),
        ("", "import random\nz = 1\nprint(random.random())", "not-deterministic", "prints"),
    ],
)
def test_refused(traced, context, program, reason, words):
    """Each refusal has its reason, and words for a person."""
    limits = {"wall": 1.0} if reason == "timeout" else {"memory": 256} if reason == "memory" else {}
    made = traced(context, program, **limits)
    assert isinstance(made, Refusal)
    assert (made.reason, words in f"{made.reason} {made.detail}") == (reason, True), made.detail


def test_a_context_without_end(traced):
    """A context that never ends is the context's fault."""
    made = traced("while True:\n    pass", "x = 1", wall=1.0)
    assert (made.reason, made.detail[:7]) == ("context-fails", "timeout")


def test_nan_equals_itself(traced):
    """Two runs that both give NaN are alike."""
    made = traced(TABLE, "y = df['b'].iloc[1]\nz = [float('nan')]")
    assert isinstance(made, Trace)
    assert np.isnan(made.outputs["y"])


def test_a_seed_of_its_own(traced):
    """A candidate that seeds itself is deterministic; so is one whose context has seeded."""
    assert traced("", "import random\nrandom.seed(3)\ny = random.random()").outputs
    assert traced("import numpy as np\nnp.random.seed(1)", "y = np.random.rand(2)").outputs


def test_vary_the_candidate(traced):
    """With a context that keeps its seed, what it draws is an input; the candidate is varied."""
    context = "import numpy as np\nx = np.random.rand(3)"
    made = traced(context, "y = x.sum()", vary="candidate")
    assert made.outputs["y"] == made.inputs["x"].sum()
    assert traced(context, "y = np.random.rand() + x[0]", vary="candidate").reason == "not-deterministic"
    assert traced("", "import random\ny = random.random()", vary="candidate").reason == "not-deterministic"


def test_names_that_python_uses(traced):
    """A context may call its variables like Python's functions."""
    made = traced("dict = {'a': 1}\nlist = [2]\nexec = 3", "max = dict['a'] + list[0]")
    assert made.outputs == {"max": 3}


def test_unordered(traced):
    """Sets come in an order that is no order."""
    made = traced("words = ['b', 'a', 'c']", "unique = set(words)")
    assert made.outputs == {"unique": {"a", "b", "c"}}
