"""Answers in tagged blocks: what is read, what is refused and why; the recorded published chain."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reweave.align.chain.code import asserts, check_tests, code_of
from reweave.align.chain.parse import OURS, PUBLISHED, PUBLISHED_BLOCKS, Block, MalformedError, parse

BOTH = ("solution", "tests")
WHOLE = "Add.\n[[/solution]]\n\n[[tests]]\nassert True\n[[/tests]]"
RECORDED = Path(os.environ.get("REWEAVE_DATA", "nowhere"), "recorded-completions", "self-align-chain")


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE.removesuffix("\n[[/tests]]"),  # the server has taken the stop text off
        f"[[solution]]\n{WHOLE}",  # the model begins with the tag it was given
        f"```\n[[solution]]\n{WHOLE}",
        f"{WHOLE}\n\n[[exercise]]\nThe next one.\n[[/exercise]]\n[[solution]]\nMore",
        WHOLE.replace("Add.\n[[/solution]]", "Add. [[/solution]]"),
        WHOLE.replace("\n\n[[tests]]", "\nNow the tests:\n\n[[tests]]"),
    ],
)
def test_whole_answers(text):
    """Both blocks are read, and what comes after the last one is cut."""
    blocks = parse(text, BOTH)
    assert {name: block.text for name, block in blocks.items()} == {
        "solution": "Add.",
        "tests": "assert True",
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Add.", "missing-block"),
        ("Add.\n[[/solution]]\n", "missing-block"),
        ("Add.\n[[/solution]]\n[[tests]]\n", "empty-block"),
        ("[[/solution]]\n[[tests]]\nassert True", "empty-block"),
        ("[[tests]]\nassert True\n[[/tests]]\n[[solution]]\nAdd.\n[[/solution]]", "block-order"),
        ("Add.\n[[tests]]\nassert True\n[[/tests]]", "block-order"),
        ("Add.\n[[/solution]]\n[[solution]]\nAgain.\n[[/solution]]", "block-order"),
        ("Add.\n[[/tests]]", "block-order"),
    ],
)
def test_malformed_answers(text, reason):
    """Each way to be malformed has its reason."""
    with pytest.raises(MalformedError) as caught:
        parse(text, BOTH)
    assert caught.value.reason == reason


def test_cut_off():
    """An answer cut at max_tokens is not taken for one that ended; one whose blocks are whole is."""
    with pytest.raises(MalformedError) as caught:
        parse("Add.\n[[/solution]]\n[[tests]]\nassert f(", BOTH, finish_reason="length")
    assert caught.value.reason == "cut-off"
    assert parse(WHOLE + " and more", BOTH, finish_reason="length")["tests"].text == "assert True"


def test_tags_in_code():
    """An index in double brackets is Python, and no tag."""
    text = "x = y[[solution]]\nz = [[tests]]\n[[/solution]]\n[[tests]]\nassert z"
    assert parse(text, BOTH)["solution"].text == "x = y[[solution]]\nz = [[tests]]"


def test_attributes():
    """What an opening tag says is kept with its block."""
    header = OURS.opening("brief", category="class", difficulty="hard")
    block = parse(f"{header}\nA stack.\n[[/brief]]", ("brief",))["brief"]
    assert block == Block("A stack.", {"category": "class", "difficulty": "hard"})


TEXTS = st.text(min_size=1).map(str.strip).filter(bool) | st.sampled_from(
    ["Two lines\n\n    and code", "[[", "]]", "[[/", "x[[tests]]", "[[other]]\n[[/other]]", "# [[tests]] #"]
)


@given(TEXTS, TEXTS, st.sampled_from([OURS, PUBLISHED]))
def test_blocks_written_and_read(solution, tests, tags):
    """Blocks that are written are read again as they were, whatever is in them but their own tags."""
    assume(not any(tags.find(BOTH).search(text) for text in (solution, tests)))
    text = f"{tags.block('solution', solution)}\n{tags.block('tests', tests, form='plain')}\nand more"
    assert parse(text, BOTH, tags=tags) == {
        "solution": Block(solution),
        "tests": Block(tests, {"form": "plain"}),
    }


def test_stray_bash_block():
    """A command beside the code does not fail a good answer: the published pipeline ran it as Python."""
    text = "Install:\n\n```bash\npip install x\n```\n\n```python\ndef f():\n    return 1\n```\n"
    assert code_of(Block(text), "solution") == "def f():\n    return 1\n"


@pytest.mark.parametrize("text", ["Just words.", "```bash\nls\n```", "```python\n```", "'a string'"])
def test_no_code(text):
    """Prose, other languages and an empty fence are no code."""
    with pytest.raises(MalformedError) as caught:
        code_of(Block(text), "solution")
    assert caught.value.reason == "no-code"


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("assert f(1) == 2", True),
        ("def test():\n    self.assertEqual(f(1), 2)", True),
        ("np.testing.assert_allclose(f(1), 2)", True),
        ("with pytest.raises(ValueError):\n    f(1)", True),
        ("print(f(1))  # assert it", False),
        ("message = 'we assert nothing'", False),
        ("f(1)", False),
    ],
)
def test_asserts(tests, expected):
    """Assertions are found in the syntax tree, not in comments and texts."""
    assert asserts(tests) is expected
    if not expected:
        with pytest.raises(MalformedError, match="tests-without-assert"):
            check_tests(tests)


@pytest.mark.skipif(not RECORDED.exists(), reason="REWEAVE_DATA names no recorded chain")
def test_recorded_published_chain():
    """18 of 19 recorded answers are well-formed, one has no tests; the tests of two assert nothing."""
    import orjson

    (file,) = RECORDED.glob("*i_r*.jsonl.gz")
    rows = [orjson.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    read, refused = {}, {}
    for row in rows:
        try:
            blocks = parse(row["response"], PUBLISHED_BLOCKS, tags=PUBLISHED)
            read[row["id"]] = [code_of(block, name) for name, block in blocks.items()]
        except MalformedError as error:
            refused[row["id"]] = error.reason
    assert (len(rows), len(read)) == (19, 18)
    assert refused == {6: "missing-block"}
    assert [name for name, (_, tests) in read.items() if not asserts(tests)] == [5, 22]
    for program, tests in read.values():
        compile(program, "program", "exec")
        compile(tests, "tests", "exec")
