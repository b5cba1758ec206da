"""Code out of model answers."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.storage import extract_code

DOCSTRING = 'def f():\n    """Say:\n\n    ```python\n    f()\n    ```\n    """\n    return 1\n'
CODE = "def f(x):\n    return x\n"

CASES = {
    "prose around": (f"Sure, here:\n\n```python\n{CODE}```\n\nHope it helps!", CODE, "fence:python"),
    "py": (f"```py\n{CODE}```", CODE, "fence:python"),
    "Python3 with attributes": (f'```Python3 title="a.py"\n{CODE}```', CODE, "fence:python"),
    "braces": (f"``` {{.python .numberLines}}\n{CODE}```", CODE, "fence:python"),
    "tildes": (f"~~~python\n{CODE}~~~\n", CODE, "fence:python"),
    "four backticks": (
        f"````python\ns = '''\n```\n'''\n{CODE}````\n",
        f"s = '''\n```\n'''\n{CODE}",
        "fence:python",
    ),
    "plain": (f"The answer:\n```\n{CODE}```\n", CODE, "fence"),
    "plain, then output": (f"Do\n```\n{CODE}```\nprints\n```\n5\n```\n", CODE, "fence, longest of 2"),
    "several": (
        f"First\n```python\nx = 1\n```\nthen\n```python\n{CODE}```\n",
        f"x = 1\n\n{CODE}",
        "fence:python x2",
    ),
    "shell is not code": (f"```bash\npip install x\n```\n\n```python\n{CODE}```", CODE, "fence:python"),
    "python before plain": (
        f"```\noutput output output output output\n```\n```python\n{CODE}```",
        CODE,
        "fence:python",
    ),
    "unclosed": (f"Here:\n```python\n{CODE}", CODE, "fence:python"),
    "unclosed, cut short": ("Here:\n```python\ndef f(:\n    retu", "def f(:\n    retu", "fence:python"),
    "closed only": (f"{CODE}```\n\nThis function returns x.", CODE, "fence:python"),
    "CRLF": ("Hi\r\n```python\r\nx = 1\r\ny = 2\r\n```\r\nbye", "x = 1\r\ny = 2\r\n", "fence:python"),
    "in a list": (
        "1. Do\n\n   ```python\n   if x:\n       y = 1\n\n   z = 2\n   ```\n",
        "if x:\n    y = 1\n\nz = 2\n",
        "fence:python",
    ),
    "in a list, text at the margin": (
        "1. Do\n   ```python\nif x:\n    y = 1\n   ```\n",
        "if x:\n    y = 1\n",
        "fence:python",
    ),
    "fences in a docstring": (f"Here:\n```python\n{DOCSTRING}```\nDone.", DOCSTRING, "fence:python"),
    "fences at the margin of a string": (
        'Here:\n```python\nHELP = """\n```\nx\n```\n"""\nprint(HELP)\n```\nDone.',
        'HELP = """\n```\nx\n```\n"""\nprint(HELP)\n',
        "fence:python",
    ),
    "think": (
        f"<think>\nFirst ```python\nwrong\n```\n</think>\n\n```python\n{CODE}```",
        CODE,
        "think+fence:python",
    ),
    "think, bare code": (f"<think>hm</think>\n\n{CODE}", CODE, "think"),
    "think, same line": ("<think>hm</think> x = 1\n", "x = 1\n", "think"),
    "think opened by the template": (
        f"so I\nthink\n</think>\n\n```python\n{CODE}```",
        CODE,
        "think+fence:python",
    ),
    "thinking": (f"\n<thinking>\nhm\n</thinking>\n{CODE}", CODE, "think"),
    "think never ends": ("<think>\nlet me\n```python\nx = 1\n```\n", "", "think"),
}


@pytest.mark.parametrize("case", CASES)
def test_answers(case):
    """Each form of answer gives its code, byte for byte, and says what was done."""
    text, code, what = CASES[case]
    assert extract_code(text) == (code, True, what)


UNTOUCHED = {
    "a program": CODE,
    "CRLF program without end": "x = 1\r\ny = 2",
    "fences in a docstring": DOCSTRING,
    "fence at the margin of a string": 'HELP = """\n```\nx\n```\n"""\n',
    "tags in a string": "s = '</think>'\nt = '<think>'\n",
    "Python 2 with a fence": 'def f():\n    """\n    ```\n    f()\n    ```\n    """\n    print "x"\n',
    "Python 2 with a tag": "print '</think>'\n",
    "backticks in a line": "Use `x = 1` or ```x``` here.",
    "another language": "```java\nclass A {}\n```\n",
    "doctest session": "```pycon\n>>> 1\n1\n```\n",
    "prose": "I cannot do that.",
    "nothing": "",
    "byte order mark": "\ufeffs = '''\n```\n'''\n",
    "NUL": "\x00```",
    "surrogate": "\ud800\n```\n",
}


@pytest.mark.parametrize("case", UNTOUCHED)
def test_left_alone(case):
    """Programs, and texts without Python in fences, come back as they are."""
    text = UNTOUCHED[case]
    assert extract_code(text) == (text, False, "")


def test_never():
    """With never, nothing is taken off."""
    text = f"```python\n{CODE}```"
    assert extract_code(text, "never") == (text, False, "")


def test_chosen_blocks_parse():
    """All the complete cases above give code that parses."""
    for name, (_, code, _) in CASES.items():
        if "cut short" not in name:
            ast.parse(code)


@given(
    st.lists(
        st.sampled_from(["```", "~~~", "```python", '"""', "'''", "x", " ", "<think>", "</think>", "\r"])
    )
)
def test_any_mixture(lines):
    """No mixture of markers crashes it; what it did is said exactly when something was done."""
    text = "\n".join(lines)
    code, changed, what = extract_code(text)
    assert changed == (code != text) == bool(what)


@pytest.mark.parametrize(
    "piece", ["```\n", '"""\n```\n', "```python\n", "~~~~\n```\n'''\n", "</think\n", "<think>"]
)
def test_long_answers_of_markers(piece):
    """400 kB of markers come to an end (work quadratic in them would not), with nothing added."""
    text = "prose that is no code\n" + piece * (400_000 // len(piece))
    assert len(extract_code(text).code) <= len(text)
