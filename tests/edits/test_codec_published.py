"""The published decoder's defects happen in our copy of its behaviour, and not in our decoder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.edits.codec import EOS, completion, encode, resolve_published, resolve_text

PLAIN = st.lists(
    st.text("abc (=)'", min_size=1).filter(str.strip).map(lambda line: f"    {line};"), min_size=1
)


@given(lines=PLAIN, data=st.data())
def test_on_plain_code_both_agree(lines, data):
    """Lines without @@, signs or end characters: the same program, less the last newline."""
    program = "".join(line + "\n" for line in ["start;", *lines])
    at = data.draw(st.lists(st.integers(1, 4), min_size=len(lines), max_size=len(lines)))
    text = completion(encode(program, [1, *at])) + EOS
    assert resolve_published(text) + "\n" == program == resolve_text(text).program


DEFECTS = [
    ("it strips a set of characters", "return node.text", "return node."),
    ("it drops hunks with @@ in the code", "a\nprint('@@')", "a"),
    ("it takes a plus off the code", "+y", "y"),
    ("it takes more than one plus", "+++y", "y"),
    ("it takes a lone plus for nothing", "f(\n++y)", "f(\ny)"),
]


@pytest.mark.parametrize(
    ("program", "published"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS]
)
def test_defects_are_there_and_not_here(program, published):
    """One edit a line, no final newline, cut off right after the code as models do."""
    lines = program.split("\n")
    text = "".join(f"\n<|diff|>@@ -{i},0 +{i + 1} @@\n+{line}" for i, line in enumerate(lines)) + EOS
    assert resolve_published(text) == published
    assert resolve_text(text).program == program + "\n"


@pytest.mark.parametrize(
    ("text", "kept", "given_up"),
    [
        ("\n<|diff|>@@ -0,0 +1 @@\n+a\n<|diff|>@@ @@ @@\n+b", "a", ""),
        ("\n<|diff|>@@ -0,0 +1 @@\n+a\n<|diff|>@@ -1,0 +x @@\n+b", "a", ""),
        ("\n<|diff|>@@ -0,0 +1 @@\n+a\n<|diff|>@@ -0,0 @@\n+b", "a", ""),
        ("\n<|diff|>@@ -0,0 +1 @@\n+a\n+b\n<|diff|>@@ -0,0 +0 @@\n+c", "a\nc\nb", "a\nc\nb"),
        ("\n<|diff|>@@ -0,0 +9 @@\n+a", "a", "a"),
        ("\n<|diff|>@@ -0,0 +1 @@\n+-a\n-b\n-+c", "-a\nb\nc", "-a\nb\nc"),
        ("no marker at all", "", ""),
        ("", "", ""),
    ],
)
def test_malformed_hunks_are_left_out_or_end_it(text, kept, given_up):
    """As published: skipped without a word, or with the penalty an empty program."""
    assert resolve_published(text) == kept
    assert resolve_published(text, malformed_penalty=True) == given_up
