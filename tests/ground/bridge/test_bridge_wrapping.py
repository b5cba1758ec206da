"""A context and its code as one function: its lines stay, what it needs comes along, and it runs."""

import pytest

from reweave.errors import RowError
from reweave.ground.bridge.wrapping import wrapped


def ran(context, code, outputs, **inputs):
    name, program = wrapped(context, code, list(inputs), outputs)
    space = {}
    exec(program, space)
    return space[name](**inputs), program


def test_its_own_lines():
    """Comments and blank lines of the code stay; imports stand above, data of the context does not."""
    context = "import math\nimport json\nxs = [1, 4]\n"
    code = "# roots\nys = [\n    math.sqrt(x)  # each\n    for x in xs\n]\n\nbest = max(ys)\n"
    value, program = ran(context, code, ["ys", "best"], xs=[9, 16])
    assert value == {"ys": [3.0, 4.0], "best": 4.0}
    assert program == (
        "import math\n\n\ndef solution(xs):\n    # roots\n    ys = [\n        math.sqrt(x)  # each\n"
        "        for x in xs\n    ]\n\n    best = max(ys)\n    return {'ys': ys, 'best': best}\n"
    )


@pytest.mark.parametrize(
    ("code", "outputs", "expected"),
    [
        ("sorted(xs)", ["Out"], [1, 2, 3]),
        ("\n\nsorted(\n    xs,\n    reverse=True,\n)\n", ["Out"], [3, 2, 1]),
        ("y = 1; sorted(xs)", ["y", "Out"], {"y": 1, "Out": [1, 2, 3]}),
        ("y = 1\nlen(xs)", ["y", "Out"], {"y": 1, "Out": 3}),
        ("xs.sort()", ["xs"], [1, 2, 3]),
        ("text = 'a' \\\n    'b'\n", ["text"], "ab"),
        ("text = 'a\\nb'\nlen(text)", ["Out"], 3),
        ("text = '''a\nb'''\n", ["text"], "a\nb"),
        ("n = 1\nx = f'''a\n{n}'''", ["x"], "a\n1"),
        ("def f(n):\n    '''Over\n    lines.'''\n    return n  # kept\ny = f(1)", ["y"], 1),
        ("xs = [x for x in xs if x > 1]", ["xs"], [3, 2]),
        ("def f(n):\n    return n + len(xs)\ny = f(1)", ["y"], 4),
        ("solution = 3\ny = solution", ["y"], 3),
    ],
)
def test_it_gives_what_the_code_gives(code, outputs, expected):
    assert ran("xs = [3, 1, 2]\n", code, outputs, xs=[3, 1, 2])[0] == expected


def test_what_the_context_brings():
    """Functions with what they use, values no test gives, changes of them in place; nothing else."""
    context = (
        "from __future__ import annotations\n"
        "import re\n"
        "import collections\n"
        "RULE = re.compile('a+')\n"
        "table = {}\n"
        "table['x'] = 1\n"
        "unused = 1 / 1\n"
        "def clean(text):\n    return RULE.sub('b', text)\n"
        "words = ['aa']\n"
    )
    value, program = ran(context, "y = [clean(w) for w in words] + [table]", ["y"], words=["aac"])
    assert value == ["bc", {"x": 1}]
    assert program.startswith("from __future__ import annotations\nimport re\n")
    assert "unused" not in program
    assert "collections" not in program
    assert "words = [" not in program


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("x = (", "does-not-parse"),
        ("global x\nx = 1", "not-wrappable"),
        ("from math import *\nx = pi", "not-wrappable"),
    ],
)
def test_refused(code, reason):
    with pytest.raises(RowError) as caught:
        wrapped("", code, [], ["x"])
    assert caught.value.reason == reason
